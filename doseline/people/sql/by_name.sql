-- People whose whole name is spelt like another: the same consonants, in any order of words.
-- Inputs: bones, limit. Returns: person_id.
SELECT person.person_id
FROM person
WHERE person.bones_hash = %(bones)s
LIMIT %(limit)s
