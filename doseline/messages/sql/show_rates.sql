-- How many of those told, and of those not told, came to a site's past sessions: learned by site, never by person. Sessions that
-- never opened say nothing of who would have come.
-- Inputs: site_ids, before. Returns: site_id, told, told who came, not told, not told who came; over sixty days.
SELECT session.site_id,
    (count(*) FILTER (WHERE allotment.told_at IS NOT NULL))::int,
    (count(*) FILTER (WHERE allotment.told_at IS NOT NULL AND roster.arrived_at IS NOT NULL))::int,
    (count(*) FILTER (WHERE allotment.told_at IS NULL))::int,
    (count(*) FILTER (WHERE allotment.told_at IS NULL AND roster.arrived_at IS NOT NULL))::int
FROM session
JOIN status.session_tally ON session_tally.session_id = session.session_id AND session_tally.opened_at IS NOT NULL
JOIN allotment ON allotment.session_id = session.session_id AND allotment.kind = 'booked'
LEFT JOIN status.roster ON roster.session_id = session.session_id AND roster.person_id = allotment.person_id
WHERE session.site_id = ANY(%(site_ids)s::uuid[]) AND session.closes_at < %(before)s
    AND session.closes_at > %(before)s - interval '60 days'
GROUP BY session.site_id
