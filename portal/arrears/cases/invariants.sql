-- I-C3: at most one case that is not closed for each unit and debtor, and it is about the debtor's own unit.
SELECT k.debtor FROM arrears_case k WHERE k.state <> 'closed' GROUP BY k.unit, k.debtor HAVING count(*) > 1
UNION ALL SELECT k.debtor FROM arrears_case k JOIN debtor d ON d.id = k.debtor WHERE d.unit <> k.unit;

-- I-C4: no case stays open when nothing overdue is left beyond the debtor's credit; the fund alone opens none.
SELECT k.id FROM arrears_case k WHERE k.state <> 'closed' AND NOT EXISTS (
  SELECT FROM owed_by(k.debtor) o WHERE o.due_on < k.looked_on AND o.outstanding > o.covered AND NOT o.fund);

-- I-C6: a case stands where its last recorded change left it, and every change names actor, rule and facts.
SELECT k.id FROM arrears_case k LEFT JOIN LATERAL (SELECT s.state, s.stage, s.actor, s.rule, s.facts FROM case_stage s
  WHERE s.arrears_case = k.id ORDER BY s.changed_on DESC, s.at DESC LIMIT 1) s ON true
WHERE s.state IS DISTINCT FROM k.state OR s.stage IS DISTINCT FROM k.stage OR s.actor = '' OR s.rule = ''
  OR NOT s.facts ? 'debts';

-- I-C2: a case enters at stage 2 at most, and climbs one stage at a time.
SELECT s.arrears_case FROM (SELECT arrears_case, stage, coalesce(lag(stage) OVER
  (PARTITION BY arrears_case ORDER BY changed_on, at), 0) AS before FROM case_stage) s
WHERE (s.before = 0 AND s.stage > 2) OR (s.before > 0 AND s.stage > s.before + 1);

-- I-C7: what a change recorded as overdue is the sum of its debts, and held never exceeds it.
SELECT s.id FROM case_stage s WHERE (s.facts->>'overdue')::bigint <>
  (SELECT coalesce(sum((d->>'outstanding')::bigint), 0) FROM jsonb_array_elements(s.facts->'debts') d)
  OR (s.facts->>'held')::bigint > (s.facts->>'overdue')::bigint;

-- I-C2b: a case climbed with its gates on record, not before its time in the stage was over, and from the third on by staff.
SELECT s.id FROM (SELECT *, lag(stage) OVER (PARTITION BY arrears_case ORDER BY changed_on, at) AS before
  FROM case_stage) s WHERE s.before > 0 AND s.stage > s.before
AND (NOT s.facts ? 'gates' OR (s.stage >= 3 AND s.actor NOT LIKE 'staff:%') OR EXISTS (
  SELECT FROM jsonb_array_elements(s.facts->'gates') g WHERE g->>'gate' = 'stay' AND (g->>'day')::date > s.changed_on));

-- I-C8: no case climbed while a promise was not due, a letter or a message gave time, or a request for instalments waited (rule arrears-2 on).
SELECT s.id FROM (SELECT *, lag(stage) OVER (PARTITION BY arrears_case ORDER BY changed_on, at) AS before
  FROM case_stage) s JOIN arrears_case k ON k.id = s.arrears_case
WHERE s.before > 0 AND s.stage > s.before AND s.rule <> 'arrears-1' AND (
  EXISTS (SELECT FROM time_given t WHERE t.arrears_case = k.id AND t.at < s.at AND t.until >= s.changed_on)
  OR EXISTS (SELECT FROM plan r WHERE r.debtor = k.debtor AND r.asked_at < s.at
    AND coalesce(r.answered_at, r.ended_at, 'infinity') > s.at)
  OR (SELECT p.on_day >= s.changed_on AND p.amount > coalesce((SELECT sum(a.amount) FROM allocation a
        JOIN bill_line l ON l.id = a.line JOIN bill b ON b.id = l.bill
        WHERE b.debtor = k.debtor AND a.created_at BETWEEN p.at AND s.at), 0)
      FROM payment_promise p WHERE p.arrears_case = k.id AND p.at < s.at ORDER BY p.at DESC, p.id LIMIT 1));

-- I-Y1: of those who have all died, without an heir who can be addressed, nothing is chased: their case has its hold.
SELECT k.id FROM arrears_case k WHERE k.state <> 'closed' AND NOT EXISTS (SELECT FROM hold h WHERE h.debtor = k.debtor
  AND h.line IS NULL AND h.reason = 'deceased' AND h.released_at IS NULL)
AND NOT EXISTS (SELECT FROM debtor_member m LEFT JOIN person_now s ON s.person = m.person
  LEFT JOIN person h ON h.id = s.represented_by WHERE m.debtor = k.debtor AND CASE s.standing WHEN 'deceased' THEN false
  WHEN 'heir' THEN coalesce(s.address, h.phone) IS NOT NULL ELSE true END);

-- I-C7a: a live case recorded the one number (owed beyond credit, without the fund) at its last change, if it was looked
-- at since anything happened to its lines.
SELECT k.id FROM arrears_case k JOIN community c ON c.id = k.community
CROSS JOIN LATERAL (SELECT (s.facts->>'overdue')::bigint AS overdue FROM case_stage s WHERE s.arrears_case = k.id
  ORDER BY s.changed_on DESC, s.at DESC LIMIT 1) s
WHERE k.state <> 'closed' AND s.overdue <> (SELECT coalesce(sum(o.outstanding - o.covered), 0) FROM owed_by(k.debtor) o
  WHERE o.due_on < k.looked_on AND NOT o.fund)
AND NOT EXISTS (
  SELECT FROM (SELECT a.created_at AS at FROM bill b JOIN bill_line l ON l.bill = b.id JOIN allocation a ON a.line = l.id
      WHERE b.debtor = k.debtor
    UNION ALL SELECT a.created_at FROM bill b JOIN bill_line l ON l.bill = b.id JOIN adjustment a ON a.line = l.id
      WHERE b.debtor = k.debtor
    UNION ALL SELECT created_at FROM credit WHERE debtor = k.debtor
    UNION ALL SELECT greatest(placed_at, released_at) FROM hold WHERE debtor = k.debtor
    UNION ALL SELECT issued_at FROM bill WHERE debtor = k.debtor) x
  WHERE (x.at AT TIME ZONE c.timezone)::date >= k.looked_on);

-- I-C7b: a reminder asks for the sum of its bills, and says how much more credit covers.
SELECT n.id FROM notice n WHERE n.kind = 'arrears_reminder' AND n.facts ? 'covered' AND (
  (n.facts->'total'->>'$Money')::bigint <> (SELECT coalesce(sum((b->'amount'->>'$Money')::bigint), 0)
    FROM jsonb_array_elements(n.facts->'bills') b)
  OR (n.facts->'before'->>'$Money')::bigint <> (n.facts->'total'->>'$Money')::bigint + (n.facts->'covered'->>'$Money')::bigint);
