-- Writes down how fast a door takes backlog in, and forgets doors not heard of for an hour.
-- Inputs: door, facts_per_second, now. Retry: the newest word stands.
WITH forgotten AS (
    DELETE FROM door_pace WHERE noted_at < %(now)s - interval '1 hour' AND door <> %(door)s
)
INSERT INTO door_pace (door, facts_per_second, noted_at) VALUES (%(door)s, %(facts_per_second)s, %(now)s)
ON CONFLICT (door) DO UPDATE SET facts_per_second = excluded.facts_per_second, noted_at = excluded.noted_at
