-- How often the team of a session gave doses without the person's own code, by who gave them.
-- Inputs: session_id. Returns: display_name, given_count, matched_count, wrong_count; most doses first.
SELECT staff.display_name, count(*)::int AS given_count,
    (count(*) FILTER (WHERE roster.own_code = 'code_matched'))::int AS matched_count,
    (count(*) FILTER (WHERE roster.own_code = 'code_wrong'))::int AS wrong_count
FROM status.roster
JOIN staff ON staff.staff_id = roster.dose_staff_id
WHERE roster.session_id = %(session_id)s AND roster.is_counted
    AND roster.provenance = 'device'  -- of paper, who entered it is known, and not who gave it
GROUP BY staff.staff_id, staff.display_name
ORDER BY given_count DESC, staff.display_name
