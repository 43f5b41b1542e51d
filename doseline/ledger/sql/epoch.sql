-- The ledger's epoch now.
-- No inputs. Returns one row: epoch.
SELECT epoch FROM ledger_epoch ORDER BY began_at DESC LIMIT 1
