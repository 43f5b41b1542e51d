-- Holds the lease on a scan for some seconds more.
-- Inputs: scan_id, seconds. Changes no row when it is no longer being read.
UPDATE scan
SET worked_on_until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE scan_id = %(scan_id)s AND state = 'reading'
