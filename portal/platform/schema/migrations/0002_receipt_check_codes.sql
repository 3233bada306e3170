-- Every receipt has a code of 16 digits by which anybody can ask whether it is real; those written before get one too.

ALTER TABLE payment ADD COLUMN check_code TEXT NOT NULL
  DEFAULT lpad((('x' || substr(md5(gen_random_uuid()::text), 1, 15))::bit(60)::bigint % 10000000000000000)::text, 16, '0');
ALTER TABLE payment ALTER COLUMN check_code DROP DEFAULT;
ALTER TABLE payment ADD CONSTRAINT payment_check_code_key UNIQUE (check_code);
