-- I-P13, everywhere: no event waits longer than 15 minutes.
SELECT id FROM stripe_event WHERE state = 'pending' AND received_at < now() - interval '15 minutes';
