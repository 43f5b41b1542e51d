-- What people must look at in an area: of a day, and what was left of the days before; a sheet entered late doubles a dose of
-- last week. An item goes when one of the two is taken back.
-- What stands under "What is open" beside the picture of its row stands there alone.
-- Inputs: on_date, area, session_id (or NULL for all). Returns one row an item, newest day first; number: which dose a register says it was; like_count: how many
--   of a session are of this kind.
SELECT item.kind, item.fact_id, item.other_fact_id, item.person_id, person.code,
    CASE WHEN item.kind IN ('number_too_low', 'number_too_high') THEN (
        SELECT max((told.body::jsonb ->> 'dose_number')::int)
        FROM fact AS told
        WHERE told.person_id = item.person_id AND told.session_id = item.session_id AND told.kind = 'dose_given'
            AND told.provenance = 'imported'
            AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = told.fact_id AND void.kind = 'fact_voided')) END AS number,
    count(*) OVER (PARTITION BY item.session_id, item.kind) AS like_count,
    fact.given_at, fact.provenance, batch.number AS batch, other.given_at AS other_given_at, other.provenance AS other_provenance,
    other_batch.number AS other_batch, session.session_id, session.on_date, site.name, site.name_bn, site.name_hi
FROM session
JOIN site ON site.site_id = session.site_id
JOIN status.review_item AS item ON item.session_id = session.session_id
LEFT JOIN fact ON fact.fact_id = item.fact_id
LEFT JOIN batch ON batch.batch_id = fact.batch_id
LEFT JOIN fact AS other ON other.fact_id = item.other_fact_id
LEFT JOIN batch AS other_batch ON other_batch.batch_id = other.batch_id
LEFT JOIN person ON person.person_id = item.person_id
WHERE session.on_date <= %(on_date)s
    AND (%(session_id)s::uuid IS NULL OR session.session_id = %(session_id)s)
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND NOT (item.kind = 'dose_twice_same_day' AND EXISTS (
        SELECT FROM sheet_row
        JOIN open_item ON open_item.subject_id = sheet_row.row_id AND open_item.kind IN ('contradiction', 'twice')
            AND open_item.gone_at IS NULL AND open_item.decided_at IS NULL
        WHERE sheet_row.person_id = item.person_id AND sheet_row.fact_ids ?| ARRAY[item.fact_id::text, item.other_fact_id::text]))
    AND NOT (item.kind = 'number_too_high' AND EXISTS (  -- the dose before it stands on another row of theirs
        SELECT FROM person_link AS link
        JOIN status.roster ON roster.person_id = CASE WHEN link.person_id = item.person_id THEN link.same_as_id ELSE link.person_id END
            AND roster.is_counted AND roster.given_at < fact.given_at
        WHERE (link.person_id = item.person_id OR link.same_as_id = item.person_id)
            AND NOT EXISTS (SELECT FROM person_unlink WHERE person_unlink.link_id = link.link_id)))
ORDER BY session.on_date DESC, item.fact_id
