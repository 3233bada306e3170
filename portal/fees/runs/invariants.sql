-- I-M2a: the frozen parts of a shared cost add up to it, and every part has its unit, its tariff and its weight.
SELECT s.id FROM cost_split s JOIN shared_cost c ON c.id = s.cost
WHERE c.amount <> (SELECT coalesce(sum(fen), 0) FROM unnest(s.amounts) fen)
   OR cardinality(s.units) <> cardinality(s.amounts) OR cardinality(s.tariffs) <> cardinality(s.amounts)
   OR cardinality(s.weights) <> cardinality(s.amounts);
