-- Who is booked for a session.
-- Inputs: session_id. Returns: person_id, by slot.
SELECT person_id FROM allotment WHERE session_id = %(session_id)s AND kind = 'booked' ORDER BY slot_at
