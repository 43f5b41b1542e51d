-- Ends the leases on lists, plans and pictures that a process which was killed still holds. Only where no other works on this database.
-- No inputs. Retry: nothing more to end the second time.
WITH lists AS (
    UPDATE import_file SET worked_on_until = NULL WHERE state IN ('reading', 'applying') AND worked_on_until IS NOT NULL
),
plans AS (
    UPDATE allotment_run SET worked_on_until = NULL WHERE state IN ('placing', 'writing') AND worked_on_until IS NOT NULL
)
UPDATE scan SET worked_on_until = NULL WHERE state = 'reading' AND worked_on_until IS NOT NULL
