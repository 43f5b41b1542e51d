-- The next stretch of the ledger for one reaction.
-- Inputs: reaction, facts_max. Returns: after, upto (NULL when there is nothing); no row while it backs off.
-- Always takes at least one announcement, then as many as hold facts_max facts; after a failure only one,
-- so that what fails stands alone.
WITH place AS (
    SELECT coalesce(max(status_seq), 0) AS after, coalesce(max(failure_count), 0) AS failure_count,
        max(next_try_at) AS next_try_at
    FROM reaction_progress
    WHERE reaction = %(reaction)s
),
ahead AS (
    SELECT followup.status_seq,
        sum(fact_count) OVER (ORDER BY followup.status_seq) - fact_count AS facts_before,
        row_number() OVER (ORDER BY followup.status_seq) AS place_in_line
    FROM followup, place
    WHERE followup.status_seq > place.after AND followup.status_seq <= place.after + 1000
)
SELECT place.after, max(ahead.status_seq)
FROM place
LEFT JOIN ahead ON ahead.facts_before < %(facts_max)s AND (place.failure_count = 0 OR ahead.place_in_line = 1)
WHERE place.next_try_at IS NULL OR place.next_try_at <= clock_timestamp()
GROUP BY place.after
