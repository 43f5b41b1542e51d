-- Sites with sessions in the days of a run that nobody knows the place of: people are sent there only from their own institution.
-- Inputs: run_id. Returns: site_id, name, name_bn, name_hi; by name, at most 20.
SELECT DISTINCT site.site_id, site.name, site.name_bn, site.name_hi
FROM allotment_run AS run
JOIN session ON session.drive_id = run.drive_id AND session.on_date BETWEEN run.starts_on AND run.ends_on
JOIN site ON site.site_id = session.site_id AND site.latitude IS NULL
WHERE run.run_id = %(run_id)s AND (site.org_unit_id = run.org_unit_id OR site.org_unit_id LIKE run.org_unit_id || '.%%')
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
ORDER BY site.name
LIMIT 20
