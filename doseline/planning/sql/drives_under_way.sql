-- Drives in which somebody has had a dose, or may have on paper, and of whose second doses no run is waiting or being worked on.
-- Inputs: today. Returns: drive_id, org_unit_id, the last day of its sessions, or of the coming week where that is later.
SELECT drive.drive_id, drive.org_unit_id,
    greatest((SELECT max(session.on_date) FROM session WHERE session.drive_id = drive.drive_id), %(today)s::date + 7)
FROM drive
WHERE EXISTS (
        SELECT FROM session
        LEFT JOIN status.session_tally AS tally ON tally.session_id = session.session_id
        WHERE session.drive_id = drive.drive_id AND (tally.given_count > 0 OR session.session_id IN (SELECT session_id FROM session_on_paper)))
    AND NOT EXISTS (
        SELECT FROM allotment_run AS run WHERE run.drive_id = drive.drive_id AND run.is_automatic AND run.state NOT IN ('done', 'cancelled'))
