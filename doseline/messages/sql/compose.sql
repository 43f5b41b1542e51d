-- Composes one message for each person booked in some sessions who has none of this purpose, channel, level and claim yet.
-- Inputs: session_ids, purpose, channel, level, now, due_at (second tries for a session that opens less than soon_after later go out
--   now); languages, texts, template_ids of the templates side by side;
--   own_code_key: what people's own codes are made of; only_untold: leave out those who know already; first_before: only those first written to before then. Returns nothing; the row count is how many.
-- Retry: a unique index lets each be composed once. Cost: 35 µs a message among a million.
WITH template AS MATERIALIZED (
    SELECT * FROM unnest(%(languages)s::text[], %(texts)s::text[], %(template_ids)s::uuid[]) AS given (language, text, template_id)
),
-- What was composed before is read once, before anything is added: looked up row by row, a planner that takes the table for
-- empty reads all of it each time, and it grows meanwhile.
changed AS MATERIALIZED (  -- word of a change says all an invitation would, and one that fails is tried again as such
    SELECT session_id, person_id, claim_at FROM message
    WHERE session_id = ANY(%(session_ids)s::uuid[]) AND purpose = 'change' AND %(purpose)s = 'invitation' AND %(level)s = 0
        AND NOT is_overtaken AND state <> 'cancelled'
),
heard AS MATERIALIZED (  -- to whoever has been written to of where a session is, its moving away and back at once is no news
    SELECT session_id, person_id, claim_at, claim_site FROM message
    WHERE session_id = ANY(%(session_ids)s::uuid[]) AND %(purpose)s = 'change' AND %(level)s = 0
        AND purpose IN ('invitation', 'reminder', 'change') AND NOT is_overtaken
        AND state IN ('created', 'sending', 'temporary_failure', 'sent', 'delivered')
),
unheard AS MATERIALIZED (  -- whom no word of ours has reached of wherever the session was: to them a change is an invitation
    SELECT session_id, person_id
    FROM (
        SELECT session_id, person_id, state IN ('sending', 'sent', 'delivered', 'timed_out') OR EXISTS (
            SELECT FROM message_attempt WHERE message_attempt.message_id = message.message_id
                AND message_attempt.outcome IN ('accepted', 'hung')) AS has_left
        FROM message
        WHERE session_id = ANY(%(session_ids)s::uuid[]) AND %(purpose)s = 'change' AND %(level)s = 0
            AND purpose IN ('invitation', 'reminder', 'change')
        UNION ALL
        SELECT session_id, person_id, EXISTS (
            SELECT FROM call_outcome WHERE call_outcome.call_id = call_task.call_id AND outcome IN ('reached', 'will_come', 'cannot'))
        FROM call_task
        WHERE session_id = ANY(%(session_ids)s::uuid[]) AND %(purpose)s = 'change' AND %(level)s = 0 AND purpose = 'invitation'
    ) AS word
    GROUP BY session_id, person_id
    HAVING NOT bool_or(has_left)
),
first AS MATERIALIZED (
    SELECT session_id, person_id, claim_at FROM message
    WHERE session_id = ANY(%(session_ids)s::uuid[]) AND purpose = %(purpose)s AND level = 0
        AND NOT is_overtaken AND created_at < %(first_before)s::timestamptz
        AND state NOT IN ('created', 'sending', 'temporary_failure')  -- it still goes by itself, by whichever gateway works
),
place AS MATERIALIZED (  -- what a text says of site and vaccine, once a session and language and not once a person
    SELECT session.session_id, session.site_id, session.closes_at, template.language, template.template_id,
        replace(replace(template.text,
            '{site}', cut_for_dlt(coalesce(nullif(CASE template.language WHEN 'bn' THEN site.name_bn WHEN 'hi' THEN site.name_hi END, ''),
                                    site.name))),
            '{vaccine}', cut_for_dlt(product.name)) AS text
    FROM session
    JOIN site ON site.site_id = session.site_id
    JOIN product ON product.code = session.product_id
    CROSS JOIN template
    WHERE session.session_id = ANY(%(session_ids)s::uuid[])
),
written AS (
    SELECT allotment.person_id, allotment.session_id, allotment.slot_at, place.site_id, place.closes_at, reached.value AS address,
        place.language, place.template_id,
        replace(replace(replace(replace(replace(place.text,
            '{name}', cut_for_dlt(coalesce(nullif(CASE WHEN place.language <> 'en' THEN person.name_local END, ''),
                                    nullif(person.name_latin, ''), person.name_local))),
            '{date}', to_char(allotment.slot_at AT TIME ZONE 'Asia/Kolkata', 'DD/MM/YYYY')),
            '{time}', to_char(allotment.slot_at AT TIME ZONE 'Asia/Kolkata', 'HH24:MI')),
            '{code}', person.code),
            -- as people.rules.own_code_of
            '{own_code}', lpad((('x' || encode(substr(sha256(%(own_code_key)s::bytea || uuid_send(person.person_id)), 1, 4), 'hex'))::bit(32)::bigint
                %% 10000)::text, 4, '0')) AS body
    FROM allotment
    JOIN person ON person.person_id = allotment.person_id
    CROSS JOIN LATERAL (
        SELECT min(contact_point.value) AS value FROM contact_point
        WHERE contact_point.person_id = person.person_id
            AND contact_point.kind = CASE WHEN %(channel)s = 'email' THEN 'email' ELSE 'phone' END
    ) AS reached
    CROSS JOIN LATERAL (
        SELECT template.language FROM template
        ORDER BY template.language = coalesce(nullif(person.language, ''), nullif(person.local_language, ''), 'en') DESC,
            template.language = 'en' DESC
        LIMIT 1
    ) AS best
    JOIN place ON place.session_id = allotment.session_id AND place.language = best.language
    WHERE allotment.session_id = ANY(%(session_ids)s::uuid[]) AND allotment.kind = 'booked' AND reached.value IS NOT NULL
        AND (NOT %(only_untold)s OR allotment.told_at IS NULL)
        AND NOT (%(purpose)s = 'reminder' AND allotment.told_how = 'cannot')
        AND NOT EXISTS (
            SELECT FROM changed WHERE changed.session_id = allotment.session_id AND changed.person_id = allotment.person_id
                AND changed.claim_at = allotment.slot_at)
        AND NOT EXISTS (
            SELECT FROM heard WHERE heard.session_id = allotment.session_id AND heard.person_id = allotment.person_id
                AND heard.claim_at = allotment.slot_at AND heard.claim_site = place.site_id)
        AND NOT EXISTS (
            SELECT FROM unheard WHERE unheard.session_id = allotment.session_id AND unheard.person_id = allotment.person_id)
        AND (%(first_before)s::timestamptz IS NULL OR EXISTS (
            SELECT FROM first WHERE first.session_id = allotment.session_id AND first.person_id = allotment.person_id
                AND first.claim_at = allotment.slot_at))
    OFFSET 0  -- a text is put together once, and not again each time the planner would write it out below
)
INSERT INTO message (message_id, purpose, channel, person_id, session_id, language, template_id, address, body, segments,
    claim_at, claim_site, level, created_at, not_after, due_at)
SELECT gen_random_uuid(), %(purpose)s, %(channel)s, person_id, session_id, language, template_id, address, body,
    CASE
        WHEN body ~ '^[\x20-\x7E]*$' AND body !~ '[\[\]{}|~^\\`]' THEN CASE WHEN length(body) <= 160 THEN 1 ELSE ceil(length(body) / 153.0) END
        ELSE CASE WHEN length(body) <= 70 THEN 1 ELSE ceil(length(body) / 67.0) END
    END,
    slot_at, site_id, %(level)s, %(now)s, CASE WHEN %(purpose)s = 'cancellation' THEN closes_at ELSE slot_at END,
    CASE WHEN %(level)s > 0 AND slot_at < %(due_at)s::timestamptz + %(soon_after)s THEN %(now)s ELSE %(due_at)s::timestamptz END
FROM written
ON CONFLICT DO NOTHING
