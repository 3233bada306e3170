-- I-R1: what a meter shows goes on from its month before: nothing is counted twice, and a gap has its reason (from 2026-12 on,
-- as what came before was not asked).
SELECT r.id FROM (SELECT id, period, previous, reason,
    lag(current) OVER (PARTITION BY unit, meter ORDER BY period) AS ended FROM meter_reading) r
WHERE r.period >= '2026-12' AND (r.previous < r.ended OR r.previous > r.ended AND r.reason IS NULL);
