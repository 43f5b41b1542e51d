-- What phones heard within five minutes still hold, and how fast the doors that live now take it in.
-- Inputs: now (by the drive's clock), real_now. Returns one row: waiting facts, phones that hold them, facts a second.
SELECT
    coalesce(sum(waiting_count), 0)::int, (count(*) FILTER (WHERE waiting_count > 0))::int,
    coalesce((SELECT sum(facts_per_second) FROM door_pace WHERE noted_at > %(real_now)s - interval '1 minute'), 0)::float8
FROM device_contact
WHERE heard_at > %(now)s - interval '5 minutes'
