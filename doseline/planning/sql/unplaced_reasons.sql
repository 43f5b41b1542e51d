-- Why people of a run have no place. Inputs: run_id. Returns: reason, count; second doses first, then most.
SELECT reason, count(*)::int FROM unplaced_person WHERE run_id = %(run_id)s GROUP BY reason ORDER BY NOT starts_with(reason, 'second'), count(*) DESC, reason
