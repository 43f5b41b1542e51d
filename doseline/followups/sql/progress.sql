-- Writes down how far a reaction has come, in the transaction of its work.
-- Inputs: reaction, upto.
INSERT INTO reaction_progress (reaction, status_seq)
VALUES (%(reaction)s, %(upto)s)
ON CONFLICT (reaction) DO UPDATE
SET status_seq = excluded.status_seq, failure_count = 0, next_try_at = NULL, last_problem = NULL
