-- Has the packs of sessions that are near built anew, because where somebody put off may come instead has changed.
-- Inputs: session_ids (made, moved or called off), now, until (packs of sessions opening later are not built yet). Returns nothing.
--   Reads the sessions of a day and a half in the districts of these.
UPDATE session
SET plan_version = session.plan_version + 1
FROM (
    SELECT DISTINCT later.drive_id, later.product_id, site.org_unit_id
    FROM session AS later
    JOIN site ON site.site_id = later.site_id
    WHERE later.session_id = ANY(%(session_ids)s::uuid[])
) AS changed
JOIN site AS here ON here.org_unit_id = changed.org_unit_id
WHERE session.site_id = here.site_id AND session.drive_id = changed.drive_id AND session.product_id = changed.product_id
    AND session.opens_at <= %(until)s AND session.closes_at > %(now)s AND NOT session.session_id = ANY(%(session_ids)s::uuid[])
    AND EXISTS (SELECT FROM session_pack WHERE session_pack.session_id = session.session_id)
