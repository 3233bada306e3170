-- I-O1: what was spent on an expense was approved by more than half of the members, and is no more than was approved.
SELECT s.id FROM committee_spending s JOIN committee_expense e ON e.id = s.expense JOIN common_movement m ON m.id = s.movement
WHERE -m.amount > e.amount OR m.amount > 0 OR m.pot <> e.fund OR e.members >= 2 * (
  SELECT count(*) FROM committee_vote v WHERE v.expense = e.id AND v.in_favour);

-- I-O2: only people who hold or held a post on that committee have a voice.
SELECT v.id FROM committee_vote v WHERE NOT EXISTS (
  SELECT FROM committee_post k WHERE k.person = v.person AND k.community = v.community);
