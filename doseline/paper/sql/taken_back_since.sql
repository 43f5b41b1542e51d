-- Which of these facts somebody has taken back.
-- Inputs: fact_ids. Returns: fact_id. Index looks.
SELECT DISTINCT corrects_fact_id FROM fact WHERE corrects_fact_id = ANY(%(fact_ids)s::uuid[]) AND kind = 'fact_voided'
