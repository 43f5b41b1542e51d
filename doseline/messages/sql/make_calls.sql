-- Puts people booked in some sessions who do not know of it on the call list. `whom`: lost, whom no message can reach any more; failing,
-- also those to whom messages are tried again and again; all, everybody but those a message of the last ten minutes may still reach.
-- A call that has ended is made again when what was said in it is no longer so, or nobody answered: the session was moved since, the word that made it
-- needless has been overtaken, or somebody without a number has one by now. What was said while this looks stands: nothing moved since.
-- Inputs: session_ids, now, whom. Returns one row a call that can be made and is new or made again. Retry: once a person and session.
INSERT INTO call_task (session_id, person_id, why, made_at, deadline_at, due_at, outcome, ended_at)
SELECT allotment.session_id, allotment.person_id,
    coalesce((SELECT message.state FROM message WHERE message.session_id = allotment.session_id
              AND message.person_id = allotment.person_id AND message.channel = 'sms'
              ORDER BY message.created_at DESC LIMIT 1), 'no_message'),
    %(now)s, allotment.slot_at, %(now)s, CASE WHEN phone.value IS NULL THEN 'no_number' END,
    CASE WHEN phone.value IS NULL THEN %(now)s END
FROM allotment
CROSS JOIN LATERAL (
    SELECT min(contact_point.value) AS value FROM contact_point
    WHERE contact_point.person_id = allotment.person_id AND contact_point.kind = 'phone'
) AS phone
WHERE allotment.session_id = ANY(%(session_ids)s::uuid[]) AND allotment.kind = 'booked' AND allotment.told_at IS NULL
    AND NOT EXISTS (
        SELECT FROM message
        WHERE message.session_id = allotment.session_id AND message.person_id = allotment.person_id AND NOT message.is_overtaken
            AND CASE %(whom)s WHEN 'lost' THEN message.state IN ('created', 'sending', 'sent', 'temporary_failure')
                WHEN 'failing' THEN message.state IN ('created', 'sending', 'sent')
                ELSE message.state IN ('created', 'sending', 'sent') AND message.created_at > %(now)s - interval '10 minutes' END)
ON CONFLICT ON CONSTRAINT person_is_called_once_for_a_session DO UPDATE
SET why = excluded.why, deadline_at = excluded.deadline_at,
    outcome = CASE WHEN call_task.outcome = 'wrong_number' AND excluded.outcome = 'no_number' THEN 'wrong_number' ELSE excluded.outcome END,
    ended_at = excluded.ended_at,
    made_at = CASE WHEN call_task.ended_at IS NULL THEN call_task.made_at ELSE excluded.made_at END,
    due_at = CASE WHEN call_task.ended_at IS NULL THEN call_task.due_at ELSE excluded.due_at END,
    tries = CASE WHEN call_task.ended_at IS NULL THEN call_task.tries ELSE 0 END
WHERE call_task.deadline_at <> excluded.deadline_at OR call_task.outcome = 'not_needed'
    OR (call_task.outcome IN ('reached', 'will_come', 'cannot', 'no_answer', 'not_called') AND EXISTS (
        SELECT FROM session_move WHERE session_move.session_id = call_task.session_id AND session_move.moved_at >= call_task.ended_at))
    OR (call_task.outcome = 'no_number' AND excluded.outcome IS NULL)
RETURNING outcome IS NULL AS can_be_made
