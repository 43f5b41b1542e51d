-- The demo's log-ins. No inputs. Returns: username, password, role, totp_secret.
SELECT username, password, role, totp_secret FROM demo_login ORDER BY username
