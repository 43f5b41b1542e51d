-- Tells the district officers of a site that a serious adverse event was reported there. By night too.
-- Inputs: after, upto (status_seq), now. Returns nothing. Nothing where no template waits.
-- Retry: the message's id is made of the fact's and the officer's, so each officer is told of each report once.
INSERT INTO message (message_id, purpose, channel, session_id, staff_id, language, template_id, address, body, segments,
    created_at, not_after, due_at)
SELECT md5(fact.fact_id::text || staff.staff_id::text)::uuid, 'aefi_alert', 'sms', fact.session_id, staff.staff_id,
    template.language, template.template_id, staff.phone, text.body, ceil(length(text.body) / 160.0), %(now)s,
    %(now)s + interval '1 day', %(now)s - interval '1 day'  -- bulk goes out by when it was due: this goes before all of it
FROM announced
JOIN fact ON fact.fact_id = announced.fact_id
JOIN session ON session.session_id = fact.session_id
JOIN site ON site.site_id = session.site_id
JOIN role_grant ON role_grant.role = 'district_officer'
    AND (site.org_unit_id = role_grant.org_unit_id OR site.org_unit_id LIKE role_grant.org_unit_id || '.%%')
JOIN staff ON staff.staff_id = role_grant.staff_id AND staff.phone <> '' AND staff.is_active
LEFT JOIN person ON person.person_id = fact.person_id
JOIN message_template AS template
    ON template.purpose = 'aefi_alert' AND template.channel = 'sms' AND template.language = 'en' AND template.is_active
CROSS JOIN LATERAL (
    SELECT replace(replace(replace(template.text, '{site}', cut_for_dlt(site.name)), '{code}', coalesce(person.code, '-')),
        '{time}', to_char(fact.given_at AT TIME ZONE 'Asia/Kolkata', 'HH24:MI')) AS body
) AS text
WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s
    AND announced.kind = 'aefi_reported' AND fact.reason = 'serious'
ON CONFLICT (message_id) DO NOTHING
