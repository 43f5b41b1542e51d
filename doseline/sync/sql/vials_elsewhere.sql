-- Vials that other phones of a session have recorded: with a phone's own, all there are.
-- Inputs: session_id, device_id. Returns one row: received, opened, wasted unopened, returned.
SELECT coalesce(sum(received_count), 0)::int, coalesce(sum(opened_count), 0)::int, coalesce(sum(wasted_count), 0)::int,
    coalesce(sum(returned_count), 0)::int
FROM status.vial_tally
WHERE session_id = %(session_id)s AND device_id <> %(device_id)s
