-- Takes an item in hand for some minutes, unless somebody else has it.
-- Inputs: item_id, staff_id, now, until. Changes no row when it is taken.
UPDATE open_item
SET claimed_by_id = %(staff_id)s, claimed_until = %(until)s
WHERE item_id = %(item_id)s AND decided_at IS NULL
    AND (claimed_by_id IS NULL OR claimed_by_id = %(staff_id)s OR claimed_until < %(now)s)
