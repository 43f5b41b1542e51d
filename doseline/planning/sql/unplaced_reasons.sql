-- Why people of a run have no place. Inputs: run_id. Returns: reason, count; most first.
SELECT reason, count(*)::int FROM unplaced_person WHERE run_id = %(run_id)s GROUP BY reason ORDER BY count(*) DESC, reason
