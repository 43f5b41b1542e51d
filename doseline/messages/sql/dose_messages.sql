-- After doses: an acknowledgement now, and a reminder two days before the next is best given. Nothing where no template waits.
-- Inputs: after, upto (status_seq), now, quiet_until (when bulk may next go out). Returns nothing.
-- Retry: one of each a dose (unique index). The claim is tested again when it is sent.
WITH template AS MATERIALIZED (
    SELECT template_id, purpose, language, text FROM message_template
    WHERE is_active AND channel = 'sms' AND purpose IN ('dose_ack', 'second_dose')
),
dose AS MATERIALIZED (
    SELECT fact.fact_id, fact.person_id, fact.session_id, fact.given_at, fact.product_code
    FROM announced
    JOIN fact ON fact.fact_id = announced.fact_id
    WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s AND announced.kind = 'dose_given'
        AND EXISTS (SELECT FROM template)
)
INSERT INTO message (message_id, purpose, channel, person_id, language, template_id, address, body, segments, claim_fact,
    created_at, not_after, due_at)
SELECT gen_random_uuid(), template.purpose, 'sms', dose.person_id, template.language, template.template_id, phone.value, text.body,
    CASE WHEN text.body ~ '^[\x20-\x7E]*$' THEN ceil(greatest(length(text.body), 1) / 160.0) ELSE ceil(length(text.body) / 67.0) END,
    dose.fact_id, %(now)s,
    CASE template.purpose WHEN 'dose_ack' THEN %(now)s + interval '2 days'
        ELSE dose.given_at + make_interval(days => product.latest_days::int) END,
    CASE template.purpose WHEN 'dose_ack' THEN %(quiet_until)s
        ELSE date_trunc('day', dose.given_at, 'Asia/Kolkata') + make_interval(days => greatest(product.recommended_days::int - 2, 1), hours => 10) END
FROM dose
JOIN person ON person.person_id = dose.person_id
JOIN product ON product.code = dose.product_code
CROSS JOIN LATERAL (
    SELECT min(value) AS value FROM contact_point WHERE contact_point.person_id = person.person_id AND kind = 'phone'
) AS phone
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (template.purpose) template.template_id, template.purpose, template.language, template.text
    FROM template
    ORDER BY template.purpose,
        template.language = coalesce(nullif(person.language, ''), nullif(person.local_language, ''), 'en') DESC,
        template.language = 'en' DESC
) AS template
CROSS JOIN LATERAL (
    SELECT replace(replace(replace(replace(template.text,
        '{name}', cut_for_dlt(coalesce(nullif(CASE WHEN template.language <> 'en' THEN person.name_local END, ''),
                                nullif(person.name_latin, ''), person.name_local))),
        '{vaccine}', cut_for_dlt(product.name)), '{code}', person.code),
        '{date}', to_char(CASE template.purpose WHEN 'dose_ack' THEN dose.given_at
            ELSE dose.given_at + make_interval(days => product.recommended_days::int) END AT TIME ZONE 'Asia/Kolkata', 'DD/MM/YYYY'))
        AS body
) AS text
WHERE phone.value IS NOT NULL AND (template.purpose = 'dose_ack' OR product.dose_count > (
        SELECT coalesce(max(roster.dose_number), 1) FROM status.roster
        WHERE roster.person_id = dose.person_id AND roster.dose_fact_id = dose.fact_id))
ON CONFLICT DO NOTHING
