-- Every table as it was when the history of migrations began: by slice, in the order in which slices import each other.
-- A reference between two rows of an estate is one key with the estate in it; (community, id) is unique for it, and is
-- the index of the estate. Functions, triggers, views and what refuses are the slices' own (their guards.sql), and come
-- after every migration; so do row-level security and privileges (protect.py).


-- --- platform/audit: who did what to which thing: append-only rows, and the seals that chain them.

CREATE TABLE audit_entry (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  actor TEXT NOT NULL,
  verb TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT,
  request TEXT,
  facts JSONB NOT NULL
);
CREATE INDEX audit_entry_community ON audit_entry (community);

CREATE TABLE audit_seal (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL,
  sequence BIGINT NOT NULL,
  entry UUID NOT NULL UNIQUE,
  hash BYTEA NOT NULL,
  CONSTRAINT audit_seal_gap_free UNIQUE (community, sequence)
);

CREATE TABLE security_event (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  at TIMESTAMPTZ NOT NULL,
  human UUID,
  verb TEXT NOT NULL,
  facts JSONB NOT NULL
);

CREATE TABLE worker_heartbeat (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name TEXT NOT NULL UNIQUE,
  beat_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE verification (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  began_at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ,
  checks TEXT NOT NULL,
  found JSONB NOT NULL
);


-- --- platform/files: photos that people sent, re-encoded, kept in the database so that nothing is ever half saved.

CREATE TABLE photo (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL,
  subject TEXT NOT NULL,
  taken_by TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  picture BYTEA NOT NULL,
  thumbnail BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id)
);
CREATE INDEX photo_subject ON photo (subject);


-- --- people/estates: an estate with its terms, and the days on which its working calendar differs from the national
-- one.

CREATE TABLE community (
  id SERIAL PRIMARY KEY,
  code VARCHAR(64) NOT NULL UNIQUE,
  name TEXT NOT NULL,
  fee_mode TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  timezone TEXT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  due_rule TEXT NOT NULL,
  hotline TEXT,
  contract_ref TEXT,
  company TEXT,
  credit_code TEXT,
  address TEXT,
  phone TEXT,
  bank TEXT,
  account_name TEXT,
  account_no TEXT,
  opens_at TIME NOT NULL,
  closes_at TIME NOT NULL,
  acknowledge_hours SMALLINT NOT NULL,
  reply_hours SMALLINT NOT NULL,
  close_days SMALLINT NOT NULL,
  approval_limit BIGINT NOT NULL,
  expense_limit BIGINT,
  last_payment_number BIGINT NOT NULL,
  last_bill_number BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT known_fee_mode CHECK (fee_mode IN ('lump_sum', 'commission'))
);

CREATE TABLE calendar_override (
  id SERIAL PRIMARY KEY,
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  on_day DATE NOT NULL,
  working BOOLEAN NOT NULL,
  note TEXT NOT NULL,
  CONSTRAINT calendar_override_one_a_day UNIQUE (community, on_day)
);

CREATE TABLE daily_look (
  id SERIAL PRIMARY KEY,
  community INTEGER NOT NULL UNIQUE REFERENCES community (id) ON DELETE RESTRICT,
  on_day DATE NOT NULL
);


-- --- people/persons: humans who sign in, the persons and staff they are in each community, and their sessions, codes
-- and limits.

CREATE TABLE human (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  phone VARCHAR(20) UNIQUE,
  login VARCHAR(64) UNIQUE,
  language TEXT NOT NULL,
  large_text BOOLEAN NOT NULL,
  password_hash TEXT,
  totp_secret TEXT,
  totp_confirmed BOOLEAN NOT NULL,
  last_totp_step INTEGER,
  sms_off_at TIMESTAMPTZ,
  email_off_at TIMESTAMPTZ,
  wechat_openid VARCHAR(64) UNIQUE,
  created_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT known_language CHECK (language IN ('zh-CN', 'en'))
);

CREATE TABLE person (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  external_id TEXT NOT NULL,
  name TEXT NOT NULL,
  human UUID REFERENCES human (id) ON DELETE RESTRICT,
  phone VARCHAR(20),
  email TEXT,
  language TEXT NOT NULL,
  UNIQUE (community, id),
  CONSTRAINT person_one_ref UNIQUE (community, external_id),
  CONSTRAINT known_language CHECK (language IN ('zh-CN', 'en'))
);
CREATE INDEX person_human ON person (human);

CREATE TABLE staff (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  name TEXT NOT NULL,
  roles TEXT[] NOT NULL,
  department TEXT,
  UNIQUE (community, id),
  CONSTRAINT staff_once_a_community UNIQUE (community, human)
);
CREATE INDEX staff_human ON staff (human);

CREATE TABLE committee_post (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  person UUID NOT NULL,
  post TEXT NOT NULL,
  votes BOOLEAN,
  starts_on DATE,
  ends_on DATE,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  CONSTRAINT committee_post_one_post UNIQUE (community, person, post)
);
CREATE INDEX committee_post_person ON committee_post (person);

CREATE TABLE phone_change (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  person UUID NOT NULL,
  phone VARCHAR(20) NOT NULL,
  identity TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by UUID NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  answered_by UUID,
  answered_at TIMESTAMPTZ,
  answer TEXT,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, asked_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, answered_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_identity CHECK (identity IN ('id_card', 'passport', 'title_deed', 'letter')),
  CONSTRAINT known_state CHECK (state IN ('waiting', 'approved', 'refused')),
  CONSTRAINT two_people CHECK (answered_by IS NULL OR answered_by <> asked_by)
);
CREATE INDEX phone_change_community ON phone_change (community);
CREATE INDEX phone_change_person ON phone_change (person);
CREATE INDEX phone_change_asked_by ON phone_change (asked_by);
CREATE INDEX phone_change_answered_by ON phone_change (answered_by);

CREATE TABLE person_standing (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  person UUID NOT NULL,
  standing TEXT NOT NULL,
  since DATE NOT NULL,
  evidence TEXT NOT NULL,
  address TEXT,
  represented_by UUID,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, represented_by) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_standing CHECK (standing IN ('owner', 'former', 'deceased', 'heir')),
  CONSTRAINT an_heir_is_somebody CHECK ((standing = 'heir') = (represented_by IS NOT NULL)),
  CONSTRAINT nobody_inherits_from_themselves CHECK (represented_by IS NULL OR represented_by <> person)
);
CREATE INDEX person_standing_community ON person_standing (community);
CREATE INDEX person_standing_person ON person_standing (person);
CREATE INDEX person_standing_represented_by ON person_standing (represented_by);
CREATE INDEX person_standing_by_staff ON person_standing (by_staff);

CREATE TABLE letter_code (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  person UUID NOT NULL,
  code_hmac VARCHAR(64) NOT NULL UNIQUE,
  tries SMALLINT NOT NULL,
  made_by UUID NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ,
  ended_at TIMESTAMPTZ,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, made_by) REFERENCES staff (community, id) ON DELETE RESTRICT
);
CREATE INDEX letter_code_community ON letter_code (community);
CREATE INDEX letter_code_person ON letter_code (person);
CREATE INDEX letter_code_made_by ON letter_code (made_by);

CREATE TABLE web_session (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  token_sha256 VARCHAR(64) NOT NULL UNIQUE,
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  audience TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  stepped_up_at TIMESTAMPTZ,
  revoked_at TIMESTAMPTZ,
  CONSTRAINT known_audience CHECK (audience IN ('owner', 'staff'))
);
CREATE INDEX web_session_human ON web_session (human);

CREATE TABLE device (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  session UUID NOT NULL,
  endpoint TEXT NOT NULL UNIQUE,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  added_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX device_human ON device (human);
CREATE INDEX device_session ON device (session);

CREATE TABLE one_time_code (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  browser_sha256 VARCHAR(64) NOT NULL,
  salt TEXT NOT NULL,
  code_hmac TEXT NOT NULL,
  tries SMALLINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);
CREATE INDEX one_time_code_human ON one_time_code (human);
CREATE INDEX one_time_code_browser_sha256 ON one_time_code (browser_sha256);

CREATE TABLE set_up_link (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  token_sha256 VARCHAR(64) NOT NULL UNIQUE,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);
CREATE INDEX set_up_link_human ON set_up_link (human);

CREATE TABLE rate_limit (
  count INTEGER NOT NULL,
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  key TEXT NOT NULL,
  window_from TIMESTAMPTZ NOT NULL,
  CONSTRAINT rate_limit_one_window UNIQUE (key, window_from)
);

CREATE TABLE held_form (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  path TEXT NOT NULL,
  fields JSONB NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX held_form_human ON held_form (human);


-- --- people/notices: the outbox: what a person is told, and one delivery record for each way it goes.

CREATE TABLE notice (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  person UUID NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  key TEXT NOT NULL,
  facts JSONB NOT NULL,
  link TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  CONSTRAINT notice_told_once UNIQUE (community, person, key)
);
CREATE INDEX notice_person ON notice (person);

CREATE TABLE delivery (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  notice UUID NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  tries SMALLINT NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL,
  trouble TEXT,
  address TEXT,
  not_before TIMESTAMPTZ,
  receipt TEXT,
  asked_at TIMESTAMPTZ,
  UNIQUE (community, id),
  FOREIGN KEY (community, notice) REFERENCES notice (community, id) ON DELETE RESTRICT,
  CONSTRAINT delivery_once_a_channel UNIQUE (notice, channel),
  CONSTRAINT known_channel CHECK (channel IN ('inbox', 'sms', 'email', 'push', 'wechat')),
  CONSTRAINT known_state CHECK (state IN ('queued', 'sent', 'delivered', 'failed', 'read', 'suppressed'))
);

CREATE TABLE sent_text (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  delivery UUID NOT NULL,
  tried SMALLINT NOT NULL,
  address TEXT NOT NULL,
  words TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, delivery) REFERENCES delivery (community, id) ON DELETE RESTRICT,
  CONSTRAINT sent_text_once_a_try UNIQUE (delivery, tried)
);
CREATE INDEX sent_text_community ON sent_text (community);


-- --- homes/units: buildings, units, who owns or rents them and when, when they stand empty, and the debtors that
-- follow from it.

CREATE TABLE unit (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  name TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  building TEXT,
  stairwell TEXT,
  floor TEXT,
  use TEXT NOT NULL,
  billable_area NUMERIC(12, 4),
  occupancy TEXT NOT NULL,
  handed_over_on DATE,
  UNIQUE (community, id),
  CONSTRAINT unit_one_name UNIQUE (community, name),
  CONSTRAINT known_use CHECK (use IN ('residential', 'commercial', 'office', 'parking', 'storage')),
  CONSTRAINT known_occupancy CHECK (occupancy IN ('owner', 'let', 'vacant'))
);

CREATE TABLE occupancy (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  person UUID NOT NULL,
  role TEXT NOT NULL,
  share NUMERIC(9, 8),
  starts_on DATE,
  ends_on DATE,
  family_of UUID,
  revoked_at TIMESTAMPTZ,
  UNIQUE (community, id),
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, family_of) REFERENCES person (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_role CHECK (role IN ('owner', 'co_owner', 'tenant', 'family')),
  CONSTRAINT family_of_somebody CHECK ((role = 'family') = (family_of IS NOT NULL)),
  CONSTRAINT owners_are_not_revoked CHECK (revoked_at IS NULL OR role IN ('tenant', 'family')),
  CONSTRAINT in_order CHECK (starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on)
);
CREATE INDEX occupancy_unit ON occupancy (unit);
CREATE INDEX occupancy_person ON occupancy (person);
CREATE INDEX occupancy_family_of ON occupancy (family_of);

CREATE TABLE debtor (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  key TEXT NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  CONSTRAINT debtor_one_set UNIQUE (community, unit, key)
);
CREATE INDEX debtor_unit ON debtor (unit);

CREATE TABLE debtor_member (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID NOT NULL,
  person UUID NOT NULL,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  CONSTRAINT debtor_member_once UNIQUE (debtor, person)
);
CREATE INDEX debtor_member_community ON debtor_member (community);
CREATE INDEX debtor_member_person ON debtor_member (person);


-- --- homes/vacancies: filings that a home stands empty.

CREATE TABLE vacancy (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  empty_since DATE NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  filed_by UUID,
  filed_at_desk UUID,
  filed_at TIMESTAMPTZ NOT NULL,
  answered_by UUID,
  answered_at TIMESTAMPTZ,
  answer TEXT,
  starts_on DATE,
  ends_on DATE,
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, filed_by) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, filed_at_desk) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, answered_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_state CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
  CONSTRAINT not_filed_by_both CHECK (filed_by IS NULL OR filed_at_desk IS NULL),
  CONSTRAINT two_people CHECK (answered_by IS NULL OR answered_by <> filed_at_desk),
  CONSTRAINT approved_counts CHECK ((state = 'approved') = (starts_on IS NOT NULL)),
  CONSTRAINT in_order CHECK (ends_on IS NULL OR starts_on <= ends_on)
);
CREATE INDEX vacancy_community ON vacancy (community);
CREATE INDEX vacancy_unit ON vacancy (unit);
CREATE INDEX vacancy_filed_by ON vacancy (filed_by);
CREATE INDEX vacancy_filed_at_desk ON vacancy (filed_at_desk);
CREATE INDEX vacancy_answered_by ON vacancy (answered_by);


-- --- homes/residents: requests to bind somebody to a home; approved, each becomes one tie.

CREATE TABLE binding (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  owner UUID NOT NULL,
  asked_by UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  name TEXT NOT NULL,
  phone VARCHAR(20) NOT NULL,
  role TEXT NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE,
  note TEXT,
  state TEXT NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  answered_by UUID,
  answered_at TIMESTAMPTZ,
  answer TEXT,
  occupancy UUID,
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, owner) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, answered_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, occupancy) REFERENCES occupancy (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_role CHECK (role IN ('tenant', 'family')),
  CONSTRAINT known_state CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
  CONSTRAINT in_order CHECK (ends_on IS NULL OR starts_on <= ends_on)
);
CREATE INDEX binding_community ON binding (community);
CREATE INDEX binding_unit ON binding (unit);
CREATE INDEX binding_owner ON binding (owner);
CREATE INDEX binding_asked_by ON binding (asked_by);
CREATE INDEX binding_answered_by ON binding (answered_by);
CREATE INDEX binding_occupancy ON binding (occupancy);


-- --- fees/ledger: double-entry journals: never edited, only reversed.

CREATE TABLE journal (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL,
  source UUID NOT NULL,
  effective_on DATE NOT NULL,
  reverses UUID UNIQUE,
  reason TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  CONSTRAINT journal_once_a_source UNIQUE (community, kind, source),
  CONSTRAINT known_kind CHECK (kind IN ('bill', 'opening', 'adjustment', 'payment', 'credit_use', 'reversal'))
);

CREATE TABLE posting (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  journal UUID NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  FOREIGN KEY (community, journal) REFERENCES journal (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_account CHECK (account IN ('receivable:service', 'receivable:pass_through',
    'receivable:maintenance', 'receivable:deposit', 'receivable:common_area', 'charged:service',
    'charged:pass_through', 'charged:maintenance', 'charged:deposit', 'charged:common_area', 'clearing:stripe',
    'clearing:cash', 'clearing:pos', 'clearing:transfer', 'clearing:doorstep', 'owner_credit', 'suspense'))
);
CREATE INDEX posting_community ON posting (community);
CREATE INDEX posting_journal ON posting (journal);


-- --- fees/tariffs: what is charged and at which rate, in dated versions, with the quantities that rates are
-- multiplied by.

CREATE TABLE charge_item (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  code TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  kind TEXT NOT NULL,
  tax_rate NUMERIC(7, 6),
  voucher TEXT,
  UNIQUE (community, id),
  CONSTRAINT charge_item_one_code UNIQUE (community, code),
  CONSTRAINT known_kind CHECK (kind IN ('service_fee', 'utility', 'parking', 'refuse', 'pass_through', 'fund',
    'deposit', 'rent', 'other')),
  CONSTRAINT known_voucher CHECK (voucher IN ('invoice', 'receipt', 'fund_slip', 'utility_slip'))
);

CREATE TABLE tariff (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  item UUID NOT NULL,
  use TEXT NOT NULL,
  formula TEXT NOT NULL,
  rate NUMERIC(18, 6),
  per TEXT,
  cycle_months SMALLINT NOT NULL,
  timing TEXT NOT NULL,
  proration TEXT NOT NULL,
  vacancy_rate NUMERIC(7, 6),
  rounding TEXT NOT NULL,
  starts_on DATE,
  ends_on DATE,
  source TEXT NOT NULL,
  announced_on DATE,
  UNIQUE (community, id),
  FOREIGN KEY (community, item) REFERENCES charge_item (community, id) ON DELETE RESTRICT,
  CONSTRAINT tariff_one_version UNIQUE NULLS NOT DISTINCT (community, item, use, starts_on),
  CONSTRAINT known_formula CHECK (formula IN ('per_area', 'fixed', 'per_quantity', 'metered', 'share_by_area',
    'share_by_unit')),
  CONSTRAINT known_timing CHECK (timing IN ('advance', 'arrears')),
  CONSTRAINT known_proration CHECK (proration IN ('full_month', 'daily_actual', 'half_month_15th', 'next_month')),
  CONSTRAINT known_rounding CHECK (rounding IN ('fen', 'jiao', 'yuan'))
);
CREATE INDEX tariff_item ON tariff (item);

CREATE TABLE unit_charge (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  item UUID NOT NULL,
  quantity NUMERIC(18, 6),
  starts_on DATE,
  ends_on DATE,
  reason TEXT,
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, item) REFERENCES charge_item (community, id) ON DELETE RESTRICT,
  CONSTRAINT unit_charge_one_start UNIQUE NULLS NOT DISTINCT (community, unit, item, starts_on)
);
CREATE INDEX unit_charge_unit ON unit_charge (unit);
CREATE INDEX unit_charge_item ON unit_charge (item);

CREATE TABLE meter_reading (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  item UUID NOT NULL,
  meter TEXT NOT NULL,
  period VARCHAR(7) NOT NULL,
  previous NUMERIC(18, 6) NOT NULL,
  current NUMERIC(18, 6) NOT NULL,
  reason TEXT,
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, item) REFERENCES charge_item (community, id) ON DELETE RESTRICT,
  CONSTRAINT meter_reading_one_reading UNIQUE (community, unit, meter, period)
);
CREATE INDEX meter_reading_unit ON meter_reading (unit);
CREATE INDEX meter_reading_item ON meter_reading (item);

CREATE TABLE shared_cost (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  item UUID NOT NULL,
  period VARCHAR(7) NOT NULL,
  amount BIGINT NOT NULL,
  scope TEXT NOT NULL,
  reason TEXT,
  UNIQUE (community, id),
  FOREIGN KEY (community, item) REFERENCES charge_item (community, id) ON DELETE RESTRICT,
  CONSTRAINT shared_cost_one_cost UNIQUE (community, item, period, scope)
);
CREATE INDEX shared_cost_item ON shared_cost (item);


-- --- fees/receivables: bills with their lines and adjustments, the money applied to them, and the holds on them.

CREATE TABLE bill_run (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  period VARCHAR(7) NOT NULL,
  issued_on DATE NOT NULL,
  approver TEXT NOT NULL,
  bills INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  total BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  accepted_zero JSONB,
  UNIQUE (community, id)
);

CREATE TABLE bill (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  number BIGINT NOT NULL,
  unit UUID NOT NULL,
  debtor UUID NOT NULL,
  kind TEXT NOT NULL,
  bill_run UUID,
  period VARCHAR(7) NOT NULL,
  issued_on DATE NOT NULL,
  due_on DATE NOT NULL,
  due_moved BOOLEAN NOT NULL,
  replaces UUID UNIQUE,
  issued_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, bill_run) REFERENCES bill_run (community, id) ON DELETE RESTRICT,
  CONSTRAINT bill_one_number UNIQUE (community, number),
  CONSTRAINT known_kind CHECK (kind IN ('run', 'opening', 'replacement', 'late_charge'))
);
CREATE INDEX bill_unit ON bill (unit);
CREATE INDEX bill_bill_run ON bill (bill_run);

CREATE TABLE bill_line (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  bill UUID NOT NULL,
  unit UUID NOT NULL,
  item UUID NOT NULL,
  tariff UUID,
  position SMALLINT NOT NULL,
  first_month VARCHAR(7) NOT NULL,
  last_month VARCHAR(7) NOT NULL,
  part SMALLINT NOT NULL,
  supplement SMALLINT NOT NULL,
  amount BIGINT NOT NULL,
  quantity NUMERIC(18, 6),
  rate NUMERIC(18, 6),
  months TEXT,
  facts JSONB NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, bill) REFERENCES bill (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, item) REFERENCES charge_item (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, tariff) REFERENCES tariff (community, id) ON DELETE RESTRICT,
  CONSTRAINT bill_line_one_place UNIQUE (bill, position),
  CONSTRAINT not_negative CHECK (amount >= 0)
);
CREATE INDEX bill_line_unit ON bill_line (unit);
CREATE INDEX bill_line_item ON bill_line (item);
CREATE INDEX bill_line_tariff ON bill_line (tariff);

CREATE TABLE adjustment (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  line UUID NOT NULL,
  kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  reason TEXT NOT NULL,
  made_by TEXT NOT NULL,
  approved_by TEXT,
  source UUID,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_kind CHECK (kind IN ('credit_note', 'correction', 'waiver')),
  CONSTRAINT of_something CHECK (amount <> 0)
);
CREATE INDEX adjustment_line ON adjustment (line);

CREATE TABLE payment (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  number BIGINT NOT NULL,
  debtor UUID NOT NULL,
  channel TEXT NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL,
  received_on DATE NOT NULL,
  payer UUID REFERENCES human (id) ON DELETE RESTRICT,
  taken_by TEXT,
  reference TEXT,
  intent TEXT UNIQUE,
  designation JSONB NOT NULL,
  posted_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  CONSTRAINT payment_one_number UNIQUE (community, number),
  CONSTRAINT payment_one_slip UNIQUE (community, channel, reference),
  CONSTRAINT known_channel CHECK (channel IN ('stripe', 'cash', 'pos', 'transfer', 'doorstep')),
  CONSTRAINT more_than_nothing CHECK (amount > 0)
);
CREATE INDEX payment_debtor ON payment (debtor);
CREATE INDEX payment_payer ON payment (payer);

CREATE TABLE allocation (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  payment UUID NOT NULL,
  line UUID NOT NULL,
  amount BIGINT NOT NULL,
  reason TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, payment) REFERENCES payment (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT of_something CHECK (amount <> 0)
);
CREATE INDEX allocation_community ON allocation (community);
CREATE INDEX allocation_payment ON allocation (payment);
CREATE INDEX allocation_line ON allocation (line);

CREATE TABLE credit (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID NOT NULL,
  payment UUID NOT NULL,
  amount BIGINT NOT NULL,
  reason TEXT NOT NULL,
  refund_asked BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, payment) REFERENCES payment (community, id) ON DELETE RESTRICT,
  CONSTRAINT of_something CHECK (amount <> 0)
);
CREATE INDEX credit_community ON credit (community);
CREATE INDEX credit_debtor ON credit (debtor);
CREATE INDEX credit_payment ON credit (payment);

CREATE TABLE hold (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID NOT NULL,
  line UUID,
  amount BIGINT,
  reason TEXT NOT NULL,
  source UUID NOT NULL,
  placed_by TEXT NOT NULL,
  placed_at TIMESTAMPTZ NOT NULL,
  until DATE,
  note TEXT,
  released_at TIMESTAMPTZ,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_reason CHECK (reason IN ('dispute', 'plan', 'payment', 'manual', 'hardship', 'deceased')),
  CONSTRAINT line_with_amount CHECK ((line IS NULL) = (amount IS NULL) AND (amount IS NULL OR amount > 0))
);
CREATE INDEX hold_community ON hold (community);
CREATE INDEX hold_debtor ON hold (debtor);
CREATE INDEX hold_line ON hold (line);
CREATE INDEX hold_source ON hold (source);


-- --- fees/runs: what a run has frozen before it publishes.

CREATE TABLE cost_split (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  cost UUID NOT NULL UNIQUE,
  units UUID[] NOT NULL,
  tariffs UUID[] NOT NULL,
  weights NUMERIC[] NOT NULL,
  amounts BIGINT[] NOT NULL,
  FOREIGN KEY (community, cost) REFERENCES shared_cost (community, id) ON DELETE RESTRICT
);
CREATE INDEX cost_split_community ON cost_split (community);


-- --- fees/run_requests: runs that were asked for at the desk.

CREATE TABLE run_request (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  period VARCHAR(7) NOT NULL,
  issued_on DATE NOT NULL,
  asked_by TEXT NOT NULL,
  approved_by TEXT,
  approved_at TIMESTAMPTZ,
  state TEXT NOT NULL,
  done INTEGER NOT NULL,
  whole INTEGER NOT NULL,
  report JSONB,
  accepted_zero JSONB,
  created_at TIMESTAMPTZ NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT known_state CHECK (state IN ('previewing', 'previewed', 'publishing', 'published'))
);
CREATE INDEX run_request_community ON run_request (community);


-- --- money/online: attempts to pay through Stripe Checkout.

CREATE TABLE attempt (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID NOT NULL,
  human UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  choice TEXT NOT NULL,
  state TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  session TEXT UNIQUE,
  url TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  looked_at TIMESTAMPTZ,
  looks SMALLINT NOT NULL,
  trouble TEXT,
  UNIQUE (community, id),
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_method CHECK (method IN ('alipay', 'wechat_pay', 'card')),
  CONSTRAINT known_state CHECK (state IN ('creating', 'open', 'unknown', 'completed', 'posted', 'failed', 'expired')),
  CONSTRAINT more_than_nothing CHECK (amount > 0)
);
CREATE INDEX attempt_debtor ON attempt (debtor);
CREATE INDEX attempt_human ON attempt (human);

CREATE TABLE attempt_line (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  attempt UUID NOT NULL,
  line UUID NOT NULL,
  amount BIGINT NOT NULL,
  FOREIGN KEY (community, attempt) REFERENCES attempt (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT attempt_line_once UNIQUE (attempt, line),
  CONSTRAINT more_than_nothing CHECK (amount > 0)
);
CREATE INDEX attempt_line_community ON attempt_line (community);
CREATE INDEX attempt_line_line ON attempt_line (line);

CREATE TABLE attempt_bill (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  attempt UUID NOT NULL,
  bill UUID NOT NULL,
  live BOOLEAN NOT NULL,
  FOREIGN KEY (community, attempt) REFERENCES attempt (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, bill) REFERENCES bill (community, id) ON DELETE RESTRICT,
  CONSTRAINT attempt_bill_once UNIQUE (attempt, bill)
);
CREATE INDEX attempt_bill_community ON attempt_bill (community);
CREATE INDEX attempt_bill_bill ON attempt_bill (bill);


-- --- money/payments: money that came in and is not what was asked.

CREATE TABLE suspense (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID,
  intent TEXT NOT NULL UNIQUE,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  why TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  resolved_at TIMESTAMPTZ,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT
);
CREATE INDEX suspense_community ON suspense (community);
CREATE INDEX suspense_debtor ON suspense (debtor);


-- --- money/stripe_events: the inbox of Stripe's events.

CREATE TABLE stripe_event (
  id VARCHAR(255) PRIMARY KEY,
  type TEXT NOT NULL,
  body BYTEA NOT NULL,
  state TEXT NOT NULL,
  why TEXT,
  received_at TIMESTAMPTZ NOT NULL,
  settled_at TIMESTAMPTZ,
  CONSTRAINT known_state CHECK (state IN ('pending', 'processed', 'ignored', 'failed', 'quarantined'))
);


-- --- money/corrections: requests to take a sum off an issued line; approved, each becomes one adjustment.

CREATE TABLE correction (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  line UUID NOT NULL,
  kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by UUID NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  answered_by UUID,
  answered_at TIMESTAMPTZ,
  answer TEXT,
  adjustment UUID,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, asked_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, answered_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, adjustment) REFERENCES adjustment (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_kind CHECK (kind IN ('correction', 'waiver')),
  CONSTRAINT known_state CHECK (state IN ('waiting', 'approved', 'refused')),
  CONSTRAINT more_than_nothing CHECK (amount > 0),
  CONSTRAINT two_people CHECK (answered_by IS NULL OR answered_by <> asked_by)
);
CREATE INDEX correction_community ON correction (community);
CREATE INDEX correction_line ON correction (line);
CREATE INDEX correction_asked_by ON correction (asked_by);
CREATE INDEX correction_answered_by ON correction (answered_by);
CREATE INDEX correction_adjustment ON correction (adjustment);


-- --- care/standards: what was promised on the estate, and what was done, when and where (photos point here by
-- subject).

CREATE TABLE service_record (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  area TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  note TEXT,
  done_at TIMESTAMPTZ NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  once UUID NOT NULL UNIQUE,
  UNIQUE (community, id),
  FOREIGN KEY (community, recorded_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_area CHECK (area IN ('security', 'cleaning', 'greening', 'maintenance', 'other'))
);
CREATE INDEX service_record_recorded_by ON service_record (recorded_by);

CREATE TABLE service_standard (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  area TEXT NOT NULL,
  heading TEXT,
  item_zh TEXT NOT NULL,
  item_en TEXT NOT NULL,
  frequency SMALLINT,
  per TEXT,
  grade TEXT,
  grade_order TEXT,
  source TEXT,
  version SMALLINT NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE,
  UNIQUE (community, id),
  CONSTRAINT known_area CHECK (area IN ('security', 'cleaning', 'greening', 'maintenance', 'other')),
  CONSTRAINT known_per CHECK (per IN ('day', 'week', 'month', 'quarter', 'year')),
  CONSTRAINT known_grade_order CHECK (grade_order IN ('first_best', 'last_best')),
  CONSTRAINT service_standard_counts CHECK (frequency >= 1 AND version >= 1),
  CONSTRAINT service_standard_has_days CHECK (ends_on >= starts_on)
);

CREATE TABLE service_round (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  standard UUID NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  number SMALLINT NOT NULL,
  record UUID,
  reason TEXT,
  explained_by UUID,
  department TEXT,
  make_up_by DATE,
  FOREIGN KEY (community, standard) REFERENCES service_standard (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, record) REFERENCES service_record (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, explained_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT service_round_once UNIQUE (standard, first_day, number),
  CONSTRAINT service_round_one_work UNIQUE (record),
  CONSTRAINT service_round_has_days CHECK (last_day >= first_day AND number >= 1),
  CONSTRAINT service_round_is_kept_explained_or_made_up CHECK ((reason IS NULL) = (explained_by IS NULL) AND
    (department IS NULL) = (make_up_by IS NULL) AND (make_up_by IS NULL OR reason IS NOT NULL) AND (record IS NULL OR
    reason IS NULL OR make_up_by IS NOT NULL))
);
CREATE INDEX service_round_community ON service_round (community);
CREATE INDEX service_round_explained_by ON service_round (explained_by);

CREATE TABLE service_rating (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  record UUID NOT NULL,
  person UUID NOT NULL,
  stars SMALLINT NOT NULL,
  text TEXT,
  rated_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, record) REFERENCES service_record (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  CONSTRAINT service_rating_one_each UNIQUE (record, person),
  CONSTRAINT service_rating_one_to_five CHECK (stars BETWEEN 1 AND 5)
);
CREATE INDEX service_rating_community ON service_rating (community);
CREATE INDEX service_rating_person ON service_rating (person);


-- --- care/disputes: disputes of bill lines and of pieces of work: each step with its actor, the pauses of its clock,
-- its decisions.

CREATE TABLE dispute (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  line UUID,
  service UUID,
  debtor UUID NOT NULL,
  opened_by UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  amount BIGINT,
  reason TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  version SMALLINT NOT NULL,
  department TEXT,
  department_due DATE,
  claimed_by UUID,
  opened_at TIMESTAMPTZ NOT NULL,
  round_began_at TIMESTAMPTZ NOT NULL,
  acknowledge_by TIMESTAMPTZ NOT NULL,
  reply_by TIMESTAMPTZ NOT NULL,
  close_by TIMESTAMPTZ NOT NULL,
  acknowledged_at TIMESTAMPTZ,
  replied_at TIMESTAMPTZ,
  UNIQUE (community, id),
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, service) REFERENCES service_record (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, claimed_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_reason CHECK (reason IN ('not_provided', 'poor_quality', 'wrong_quantity', 'wrong_rate',
    'already_paid', 'other')),
  CONSTRAINT known_state CHECK (state IN ('open', 'asked', 'routed', 'awaiting_approval', 'decided', 'accepted',
    'reopened', 'withdrawn')),
  CONSTRAINT more_than_nothing CHECK (amount > 0),
  CONSTRAINT about_one_thing CHECK ((line IS NULL) = (amount IS NULL) AND (line IS NULL) <> (service IS NULL))
);
CREATE INDEX dispute_line ON dispute (line);
CREATE INDEX dispute_service ON dispute (service);
CREATE INDEX dispute_debtor ON dispute (debtor);
CREATE INDEX dispute_opened_by ON dispute (opened_by);
CREATE INDEX dispute_claimed_by ON dispute (claimed_by);

CREATE TABLE dispute_step (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  dispute UUID NOT NULL,
  kind TEXT NOT NULL,
  by_staff UUID,
  body TEXT,
  note TEXT,
  department TEXT,
  due_on DATE,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, dispute) REFERENCES dispute (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_kind CHECK (kind IN ('opened', 'claimed', 'asked', 'answered', 'routed', 'rectified', 'proposed',
    'returned', 'decided', 'accepted', 'reopened', 'confirmed', 'withdrawn'))
);
CREATE INDEX dispute_step_community ON dispute_step (community);
CREATE INDEX dispute_step_dispute ON dispute_step (dispute);
CREATE INDEX dispute_step_by_staff ON dispute_step (by_staff);

CREATE TABLE dispute_pause (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  dispute UUID NOT NULL,
  starts_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ,
  FOREIGN KEY (community, dispute) REFERENCES dispute (community, id) ON DELETE RESTRICT
);
CREATE INDEX dispute_pause_community ON dispute_pause (community);
CREATE INDEX dispute_pause_dispute ON dispute_pause (dispute);

CREATE TABLE decision (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  dispute UUID NOT NULL,
  round SMALLINT NOT NULL,
  outcome TEXT NOT NULL,
  amount BIGINT NOT NULL,
  body TEXT NOT NULL,
  decided_by UUID NOT NULL,
  approved_by UUID,
  adjustment UUID,
  decided_at TIMESTAMPTZ NOT NULL,
  final_at TIMESTAMPTZ,
  FOREIGN KEY (community, dispute) REFERENCES dispute (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, decided_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, approved_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, adjustment) REFERENCES adjustment (community, id) ON DELETE RESTRICT,
  CONSTRAINT decision_one_a_round UNIQUE (dispute, round),
  CONSTRAINT known_outcome CHECK (outcome IN ('upheld', 'partly', 'rejected')),
  CONSTRAINT two_people CHECK (approved_by IS NULL OR approved_by <> decided_by)
);
CREATE INDEX decision_community ON decision (community);
CREATE INDEX decision_decided_by ON decision (decided_by);
CREATE INDEX decision_approved_by ON decision (approved_by);

CREATE TABLE follow_up (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  dispute UUID NOT NULL,
  round_began_at TIMESTAMPTZ NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  answer TEXT,
  answered_by UUID REFERENCES human (id) ON DELETE RESTRICT,
  answered_at TIMESTAMPTZ,
  FOREIGN KEY (community, dispute) REFERENCES dispute (community, id) ON DELETE RESTRICT,
  CONSTRAINT follow_up_once_a_round UNIQUE (dispute, round_began_at),
  CONSTRAINT known_answer CHECK (answer IN ('yes', 'no')),
  CONSTRAINT answered_by_somebody CHECK ((answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at
    IS NULL))
);
CREATE INDEX follow_up_community ON follow_up (community);
CREATE INDEX follow_up_answered_by ON follow_up (answered_by);


-- --- care/plans: instalment plans: what they cover, when each part is due, the text both sides agreed to, and a
-- second chance.

CREATE TABLE plan (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID NOT NULL,
  asked_by UUID NOT NULL REFERENCES human (id) ON DELETE RESTRICT,
  total BIGINT NOT NULL,
  instalments SMALLINT NOT NULL,
  first_on DATE NOT NULL,
  hardship TEXT,
  state TEXT NOT NULL,
  version SMALLINT NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  answered_by UUID,
  answered_at TIMESTAMPTZ,
  answer TEXT,
  agreed_text TEXT,
  agreed_sha256 TEXT,
  agreed_at TIMESTAMPTZ,
  agreed_session UUID,
  agreed_by UUID REFERENCES human (id) ON DELETE RESTRICT,
  ended_at TIMESTAMPTZ,
  UNIQUE (community, id),
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, answered_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_state CHECK (state IN ('requested', 'countered', 'approved', 'active', 'completed', 'broken',
    'refused', 'withdrawn')),
  CONSTRAINT two_to_twelve CHECK (instalments BETWEEN 2 AND 12)
);
CREATE INDEX plan_debtor ON plan (debtor);
CREATE INDEX plan_asked_by ON plan (asked_by);
CREATE INDEX plan_answered_by ON plan (answered_by);
CREATE INDEX plan_agreed_by ON plan (agreed_by);

CREATE TABLE plan_line (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  plan UUID NOT NULL,
  line UUID NOT NULL,
  amount BIGINT NOT NULL,
  FOREIGN KEY (community, plan) REFERENCES plan (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT plan_line_once UNIQUE (plan, line)
);
CREATE INDEX plan_line_community ON plan_line (community);
CREATE INDEX plan_line_line ON plan_line (line);

CREATE TABLE plan_instalment (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  plan UUID NOT NULL,
  round SMALLINT NOT NULL,
  number SMALLINT NOT NULL,
  due_on DATE NOT NULL,
  amount BIGINT NOT NULL,
  FOREIGN KEY (community, plan) REFERENCES plan (community, id) ON DELETE RESTRICT,
  CONSTRAINT plan_instalment_once_a_round UNIQUE (plan, round, number)
);
CREATE INDEX plan_instalment_community ON plan_instalment (community);

CREATE TABLE plan_reinstatement (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  plan UUID NOT NULL UNIQUE,
  body TEXT NOT NULL,
  reinstated_by UUID NOT NULL,
  reinstated_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, plan) REFERENCES plan (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, reinstated_by) REFERENCES staff (community, id) ON DELETE RESTRICT
);
CREATE INDEX plan_reinstatement_community ON plan_reinstatement (community);
CREATE INDEX plan_reinstatement_reinstated_by ON plan_reinstatement (reinstated_by);


-- --- arrears/ladder: versions of a community's ladder and the terms in each: those of everybody, then the exceptions
-- in their order.

CREATE TABLE ladder_version (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  starts_on DATE NOT NULL,
  reason TEXT NOT NULL,
  made_by UUID NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, made_by) REFERENCES staff (community, id) ON DELETE RESTRICT
);
CREATE INDEX ladder_version_made_by ON ladder_version (made_by);

CREATE TABLE ladder_rule (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  version UUID NOT NULL,
  position SMALLINT NOT NULL,
  use TEXT,
  occupancy TEXT,
  history TEXT,
  least BIGINT,
  buffer_days SMALLINT NOT NULL,
  small_balance BIGINT NOT NULL,
  stay_1 SMALLINT NOT NULL,
  stay_2 SMALLINT NOT NULL,
  stay_3 SMALLINT NOT NULL,
  pay_within SMALLINT NOT NULL,
  grace_days SMALLINT NOT NULL,
  FOREIGN KEY (community, version) REFERENCES ladder_version (community, id) ON DELETE RESTRICT,
  CONSTRAINT ladder_rule_once UNIQUE (version, position),
  CONSTRAINT known_use CHECK (use IN ('residential', 'commercial', 'office', 'parking', 'storage')),
  CONSTRAINT known_occupancy CHECK (occupancy IN ('owner', 'let', 'vacant')),
  CONSTRAINT known_history CHECK (history IN ('new', 'on_time', 'late', 'chronic')),
  CONSTRAINT ladder_rule_for_whom CHECK ((position = 0) = (use IS NULL AND occupancy IS NULL AND history IS NULL AND
    least IS NULL)),
  CONSTRAINT ladder_rule_is_fair CHECK (buffer_days BETWEEN 0 AND 30 AND small_balance BETWEEN 0 AND 100000 AND stay_1
    BETWEEN 3 AND 60 AND stay_2 BETWEEN 3 AND 60 AND stay_3 BETWEEN 7 AND 90 AND pay_within BETWEEN 3 AND 30 AND
    grace_days BETWEEN 7 AND 60)
);
CREATE INDEX ladder_rule_community ON ladder_rule (community);


-- --- arrears/claims: claims with the lines they are about, and every step with the day on which it happened. Only
-- the state moves.

CREATE TABLE claim (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  debtor UUID NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  amount BIGINT NOT NULL,
  facts JSONB NOT NULL,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_kind CHECK (kind IN ('mediation', 'payment_order', 'small_claim', 'suit')),
  CONSTRAINT known_state CHECK (state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued', 'confirmed',
    'effective', 'judged', 'settled', 'failed', 'voided', 'unserved', 'dismissed', 'withdrawn')),
  CONSTRAINT claim_for_something CHECK (amount > 0)
);
CREATE INDEX claim_debtor ON claim (debtor);
CREATE INDEX claim_by_staff ON claim (by_staff);

CREATE TABLE claim_line (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  claim UUID NOT NULL,
  line UUID NOT NULL,
  amount BIGINT NOT NULL,
  FOREIGN KEY (community, claim) REFERENCES claim (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT claim_line_once UNIQUE (claim, line),
  CONSTRAINT claim_line_of_something CHECK (amount > 0)
);
CREATE INDEX claim_line_community ON claim_line (community);
CREATE INDEX claim_line_line ON claim_line (line);

CREATE TABLE claim_change (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  claim UUID NOT NULL,
  amount BIGINT NOT NULL,
  on_day DATE NOT NULL,
  reference TEXT,
  body TEXT,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, claim) REFERENCES claim (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT claim_asks_for_nothing_or_more CHECK (amount >= 0)
);
CREATE INDEX claim_change_community ON claim_change (community);
CREATE INDEX claim_change_claim ON claim_change (claim);
CREATE INDEX claim_change_by_staff ON claim_change (by_staff);

CREATE TABLE claim_left (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  claim UUID NOT NULL,
  number SMALLINT NOT NULL,
  amount BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  told_at TIMESTAMPTZ,
  FOREIGN KEY (community, claim) REFERENCES claim (community, id) ON DELETE RESTRICT,
  CONSTRAINT claim_left_once UNIQUE (claim, number)
);
CREATE INDEX claim_left_community ON claim_left (community);

CREATE TABLE claim_step (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  claim UUID NOT NULL,
  state TEXT NOT NULL,
  on_day DATE NOT NULL,
  reference TEXT,
  body TEXT,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, claim) REFERENCES claim (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT claim_step_once UNIQUE (claim, state),
  CONSTRAINT known_state CHECK (state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued', 'confirmed',
    'effective', 'judged', 'settled', 'failed', 'voided', 'unserved', 'dismissed', 'withdrawn'))
);
CREATE INDEX claim_step_community ON claim_step (community);
CREATE INDEX claim_step_by_staff ON claim_step (by_staff);


-- --- arrears/cases: arrears cases, one open for each unit and debtor: every stage with its facts, every contact,
-- promise and reason.

CREATE TABLE arrears_case (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  debtor UUID NOT NULL,
  state TEXT NOT NULL,
  stage SMALLINT NOT NULL,
  opened_on DATE NOT NULL,
  looked_on DATE NOT NULL,
  seen TEXT,
  closed_on DATE,
  UNIQUE (community, id),
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_state CHECK (state IN ('open', 'paused', 'closed')),
  CONSTRAINT known_stage CHECK (stage BETWEEN 0 AND 4)
);
CREATE INDEX arrears_case_unit ON arrears_case (unit);
CREATE INDEX arrears_case_debtor ON arrears_case (debtor);

CREATE TABLE case_stage (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  changed_on DATE NOT NULL,
  state TEXT NOT NULL,
  stage SMALLINT NOT NULL,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  rule TEXT NOT NULL,
  facts JSONB NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT
);
CREATE INDEX case_stage_community ON case_stage (community);
CREATE INDEX case_stage_arrears_case ON case_stage (arrears_case);

CREATE TABLE contact (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  channel TEXT NOT NULL,
  outcome TEXT NOT NULL,
  body TEXT,
  person UUID,
  by_staff UUID,
  witness UUID,
  proves BOOLEAN NOT NULL DEFAULT false,
  on_day DATE NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, witness) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_channel CHECK (channel IN ('call', 'visit', 'counter', 'message', 'letter', 'demand')),
  CONSTRAINT known_outcome CHECK (outcome IN ('reached', 'promised', 'disputes', 'hardship', 'refuses', 'no_answer',
    'wrong_number', 'handed_over', 'household', 'posted', 'registered', 'opened', 'returned')),
  CONSTRAINT only_paper_proves CHECK (NOT proves OR channel IN ('letter', 'demand') AND person IS NOT NULL AND outcome
    IN ('handed_over', 'household', 'registered', 'opened')),
  CONSTRAINT staff_open_nothing CHECK (outcome <> 'opened' OR by_staff IS NULL),
  CONSTRAINT two_people CHECK (witness IS NULL OR witness <> by_staff),
  CONSTRAINT two_on_a_visit CHECK (witness IS NOT NULL OR channel <> 'visit' AND outcome <> 'posted')
);
CREATE INDEX contact_arrears_case ON contact (arrears_case);
CREATE INDEX contact_person ON contact (person);
CREATE INDEX contact_by_staff ON contact (by_staff);
CREATE INDEX contact_witness ON contact (witness);

CREATE TABLE payment_promise (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  on_day DATE NOT NULL,
  amount BIGINT NOT NULL,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT more_than_nothing CHECK (amount > 0)
);
CREATE INDEX payment_promise_community ON payment_promise (community);
CREATE INDEX payment_promise_arrears_case ON payment_promise (arrears_case);
CREATE INDEX payment_promise_by_staff ON payment_promise (by_staff);

CREATE TABLE case_reason (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  reason TEXT NOT NULL,
  contact UUID,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, contact) REFERENCES contact (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_reason CHECK (reason IN ('forgot', 'dissatisfied', 'away', 'hardship', 'let', 'title_change',
    'disputed_sum', 'developer_legacy', 'refuses', 'unknown'))
);
CREATE INDEX case_reason_community ON case_reason (community);
CREATE INDEX case_reason_arrears_case ON case_reason (arrears_case);
CREATE INDEX case_reason_contact ON case_reason (contact);
CREATE INDEX case_reason_by_staff ON case_reason (by_staff);

CREATE TABLE time_given (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  source UUID NOT NULL,
  until DATE NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT
);
CREATE INDEX time_given_community ON time_given (community);
CREATE INDEX time_given_arrears_case ON time_given (arrears_case);
CREATE INDEX time_given_source ON time_given (source);

CREATE TABLE next_action (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  step TEXT NOT NULL,
  on_day DATE NOT NULL,
  staff UUID NOT NULL,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_step CHECK (step IN ('call', 'visit', 'letter', 'department', 'plan', 'wait'))
);
CREATE INDEX next_action_community ON next_action (community);
CREATE INDEX next_action_arrears_case ON next_action (arrears_case);
CREATE INDEX next_action_staff ON next_action (staff);
CREATE INDEX next_action_by_staff ON next_action (by_staff);


-- --- collection/late_charges: what the contract says of late payment, the prime rate that caps it, and what was
-- charged for which month.

CREATE TABLE late_terms (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  starts_on DATE NOT NULL,
  daily_rate NUMERIC(9, 8) NOT NULL,
  multiple NUMERIC(5, 3) NOT NULL,
  start TEXT NOT NULL,
  demand_days SMALLINT NOT NULL,
  clause TEXT NOT NULL,
  made_by UUID NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, made_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_start CHECK (start IN ('due', 'demand')),
  CONSTRAINT late_terms_are_lawful CHECK (daily_rate BETWEEN 0 AND 0.01 AND multiple > 0 AND multiple <= 4 AND
    demand_days BETWEEN 7 AND 90)
);
CREATE INDEX late_terms_community ON late_terms (community);
CREATE INDEX late_terms_made_by ON late_terms (made_by);

CREATE TABLE prime_rate (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  starts_on DATE NOT NULL,
  rate NUMERIC(7, 6) NOT NULL,
  source TEXT NOT NULL,
  made_by UUID NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, made_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT prime_rate_in_reason CHECK (rate > 0 AND rate < 0.2)
);
CREATE INDEX prime_rate_community ON prime_rate (community);
CREATE INDEX prime_rate_made_by ON prime_rate (made_by);

CREATE TABLE late_charge (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  line UUID NOT NULL,
  month VARCHAR(7) NOT NULL,
  charge UUID NOT NULL UNIQUE,
  amount BIGINT NOT NULL,
  FOREIGN KEY (community, line) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, charge) REFERENCES bill_line (community, id) ON DELETE RESTRICT,
  CONSTRAINT late_charge_once UNIQUE (line, month),
  CONSTRAINT late_charge_is_something CHECK (amount > 0)
);
CREATE INDEX late_charge_community ON late_charge (community);

CREATE TABLE late_month (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  month VARCHAR(7) NOT NULL,
  bills INTEGER NOT NULL,
  total BIGINT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT late_month_once UNIQUE (community, month)
);


-- --- collection/letters: letters as they were issued, with the facts they state, and the proof that they arrived.

CREATE TABLE letter (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  arrears_case UUID NOT NULL,
  kind TEXT NOT NULL,
  number BIGINT NOT NULL,
  issued_on DATE NOT NULL,
  pay_by DATE NOT NULL,
  amount BIGINT NOT NULL,
  facts JSONB NOT NULL,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, arrears_case) REFERENCES arrears_case (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT letter_one_number UNIQUE (community, number),
  CONSTRAINT known_kind CHECK (kind IN ('notice', 'demand', 'lawyer_draft')),
  CONSTRAINT letter_asks_for_something CHECK (amount > 0)
);
CREATE INDEX letter_arrears_case ON letter (arrears_case);
CREATE INDEX letter_by_staff ON letter (by_staff);

CREATE TABLE letter_proof (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  letter UUID NOT NULL,
  contact UUID NOT NULL UNIQUE,
  mail_number TEXT,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, letter) REFERENCES letter (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, contact) REFERENCES contact (community, id) ON DELETE RESTRICT
);
CREATE INDEX letter_proof_community ON letter_proof (community);
CREATE INDEX letter_proof_letter ON letter_proof (letter);

CREATE TABLE letter_batch (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  building TEXT NOT NULL,
  cases UUID[] NOT NULL,
  done INTEGER NOT NULL,
  issued INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  left_out JSONB,
  pay_at TEXT NOT NULL,
  by_staff UUID NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT every_home_is_counted CHECK (issued >= 0 AND refused >= 0 AND issued + refused = done),
  CONSTRAINT no_more_than_its_homes CHECK (done <= cardinality(cases))
);
CREATE INDEX letter_batch_community ON letter_batch (community);
CREATE INDEX letter_batch_by_staff ON letter_batch (by_staff);


-- --- accounts/common_areas: contracts of common areas, what came in by them, and movements of what all owners own
-- together.

CREATE TABLE common_contract (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  source_zh TEXT NOT NULL,
  source_en TEXT,
  price BIGINT,
  rhythm TEXT NOT NULL,
  starts_on DATE,
  ends_on DATE,
  beneficiary TEXT NOT NULL,
  building TEXT,
  decided_by TEXT,
  replaces UUID UNIQUE,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_rhythm CHECK (rhythm IN ('month', 'year', 'once')),
  CONSTRAINT known_beneficiary CHECK (beneficiary IN ('estate', 'building')),
  CONSTRAINT a_building_is_named CHECK ((beneficiary = 'building') = (building IS NOT NULL)),
  CONSTRAINT in_order CHECK (starts_on <= ends_on)
);
CREATE INDEX common_contract_by_staff ON common_contract (by_staff);

CREATE TABLE common_receipt (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  contract UUID NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  amount BIGINT NOT NULL,
  received_on DATE NOT NULL,
  once UUID NOT NULL UNIQUE,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, contract) REFERENCES common_contract (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT of_something CHECK (amount <> 0),
  CONSTRAINT in_order CHECK (starts_on <= ends_on)
);
CREATE INDEX common_receipt_community ON common_receipt (community);
CREATE INDEX common_receipt_contract ON common_receipt (contract);
CREATE INDEX common_receipt_by_staff ON common_receipt (by_staff);

CREATE TABLE common_movement (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  pot TEXT NOT NULL,
  amount BIGINT NOT NULL,
  on_day DATE NOT NULL,
  purpose TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  once UUID NOT NULL UNIQUE,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_pot CHECK (pot IN ('common_area_revenue', 'maintenance_fund')),
  CONSTRAINT of_something CHECK (amount <> 0)
);
CREATE INDEX common_movement_by_staff ON common_movement (by_staff);


-- --- accounts/statements: income and expense statements with their lines, as they were published.

CREATE TABLE statement (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  code TEXT NOT NULL,
  version SMALLINT NOT NULL,
  title TEXT NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  state TEXT NOT NULL,
  kind TEXT,
  basis TEXT,
  fee_mode TEXT,
  remuneration_base TEXT,
  remuneration_rate NUMERIC(7, 6),
  outside_base SMALLINT[],
  signed_sha256 TEXT,
  signed_by UUID,
  signed_at TIMESTAMPTZ,
  content_sha256 TEXT,
  published_by UUID,
  published_at TIMESTAMPTZ,
  creditor JSONB,
  found_by TEXT,
  objections_until DATE,
  UNIQUE (community, id),
  FOREIGN KEY (community, signed_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, published_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT statement_one_version UNIQUE (community, code, version),
  CONSTRAINT known_state CHECK (state IN ('draft', 'published', 'superseded')),
  CONSTRAINT known_kind CHECK (kind IN ('actual', 'budget')),
  CONSTRAINT known_basis CHECK (basis IN ('cash', 'accrual')),
  CONSTRAINT known_fee_mode CHECK (fee_mode IN ('lump_sum', 'commission')),
  CONSTRAINT known_base CHECK (remuneration_base IN ('paid', 'received', 'receivable')),
  CONSTRAINT two_people CHECK (signed_by <> published_by),
  CONSTRAINT whole_signature CHECK (num_nulls(signed_by, signed_at, signed_sha256) IN (0, 3)),
  CONSTRAINT known_found_by CHECK (found_by IN ('question', 'own_check', 'audit')),
  CONSTRAINT a_correction_is_said_whole CHECK ((found_by IS NULL) = (objections_until IS NULL)),
  CONSTRAINT a_base_has_its_rate CHECK ((remuneration_base IS NULL) = (remuneration_rate IS NULL))
);
CREATE INDEX statement_signed_by ON statement (signed_by);
CREATE INDEX statement_published_by ON statement (published_by);

CREATE TABLE statement_line (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  statement UUID NOT NULL,
  position SMALLINT NOT NULL,
  fund TEXT NOT NULL,
  side TEXT NOT NULL,
  category TEXT NOT NULL,
  item_zh TEXT NOT NULL,
  item_en TEXT NOT NULL,
  amount BIGINT NOT NULL,
  budget BIGINT,
  prior BIGINT,
  note TEXT,
  is_total BOOLEAN NOT NULL DEFAULT false,
  kind TEXT,
  said BOOLEAN,
  from_books BOOLEAN NOT NULL DEFAULT false,
  FOREIGN KEY (community, statement) REFERENCES statement (community, id) ON DELETE RESTRICT,
  CONSTRAINT statement_line_one_place UNIQUE (statement, position),
  CONSTRAINT known_fund CHECK (fund IN ('service_fee', 'common_area_revenue', 'maintenance_fund')),
  CONSTRAINT known_side CHECK (side IN ('income', 'expense')),
  CONSTRAINT known_kind CHECK (kind IN ('ordinary', 'fee', 'pass_through', 'deposit', 'works', 'remuneration',
    'sundry', 'total', 'opening', 'closing', 'part')),
  CONSTRAINT told_is_not_counted CHECK (is_total = (kind IN ('total', 'opening', 'closing', 'part')))
);
CREATE INDEX statement_line_community ON statement_line (community);

CREATE TABLE statement_explanation (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  statement UUID NOT NULL,
  finding TEXT NOT NULL,
  kind TEXT NOT NULL,
  position SMALLINT,
  fund TEXT,
  name_zh TEXT,
  name_en TEXT,
  other BIGINT,
  body TEXT NOT NULL,
  explained_by UUID NOT NULL,
  explained_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, statement) REFERENCES statement (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, explained_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT statement_explanation_one UNIQUE (statement, finding),
  CONSTRAINT known_kind CHECK (kind IN ('off_prior', 'off_year', 'total_differs', 'note_differs', 'capital_works',
    'lump_sum', 'no_funding', 'nothing_received', 'no_contract', 'no_term', 'remuneration_differs', 'books_differ',
    'books_silent', 'corrected', 'looks_like_total', 'passed_on')),
  CONSTRAINT known_fund CHECK (fund IN ('service_fee', 'common_area_revenue', 'maintenance_fund'))
);
CREATE INDEX statement_explanation_community ON statement_explanation (community);
CREATE INDEX statement_explanation_explained_by ON statement_explanation (explained_by);

CREATE TABLE statement_document (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  statement UUID NOT NULL,
  about TEXT NOT NULL,
  photo UUID NOT NULL UNIQUE,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, statement) REFERENCES statement (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, photo) REFERENCES photo (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT
);
CREATE INDEX statement_document_community ON statement_document (community);
CREATE INDEX statement_document_statement ON statement_document (statement);
CREATE INDEX statement_document_by_staff ON statement_document (by_staff);

CREATE TABLE statement_question (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  statement UUID NOT NULL,
  position SMALLINT NOT NULL,
  body TEXT NOT NULL,
  asked_by UUID NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  due_on DATE NOT NULL,
  once UUID NOT NULL UNIQUE,
  UNIQUE (community, id),
  FOREIGN KEY (community, statement) REFERENCES statement (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, asked_by) REFERENCES person (community, id) ON DELETE RESTRICT
);
CREATE INDEX statement_question_statement ON statement_question (statement);
CREATE INDEX statement_question_asked_by ON statement_question (asked_by);

CREATE TABLE statement_answer (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  question UUID NOT NULL,
  body TEXT NOT NULL,
  answered_by UUID NOT NULL,
  answered_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, question) REFERENCES statement_question (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, answered_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT statement_answer_one UNIQUE (question)
);
CREATE INDEX statement_answer_community ON statement_answer (community);
CREATE INDEX statement_answer_answered_by ON statement_answer (answered_by);


-- --- accounts/committee: expenses a committee is asked for, its members' voices, what was spent on them, and
-- members' consent.

CREATE TABLE committee_expense (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  fund TEXT NOT NULL,
  amount BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  reason TEXT NOT NULL,
  members SMALLINT NOT NULL,
  once UUID NOT NULL UNIQUE,
  asked_by UUID NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  FOREIGN KEY (community, asked_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_fund CHECK (fund IN ('service_fee', 'common_area_revenue', 'maintenance_fund')),
  CONSTRAINT of_something CHECK (amount > 0),
  CONSTRAINT of_somebody CHECK (members > 0)
);
CREATE INDEX committee_expense_asked_by ON committee_expense (asked_by);

CREATE TABLE committee_vote (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  expense UUID NOT NULL,
  person UUID NOT NULL,
  in_favour BOOLEAN NOT NULL,
  note TEXT,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, expense) REFERENCES committee_expense (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT,
  CONSTRAINT committee_vote_one_each UNIQUE (expense, person)
);
CREATE INDEX committee_vote_community ON committee_vote (community);
CREATE INDEX committee_vote_person ON committee_vote (person);

CREATE TABLE committee_spending (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  expense UUID NOT NULL UNIQUE,
  movement UUID NOT NULL UNIQUE,
  FOREIGN KEY (community, expense) REFERENCES committee_expense (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, movement) REFERENCES common_movement (community, id) ON DELETE RESTRICT
);
CREATE INDEX committee_spending_community ON committee_spending (community);

CREATE TABLE committee_consent (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  person UUID NOT NULL,
  given BOOLEAN NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, person) REFERENCES person (community, id) ON DELETE RESTRICT
);
CREATE INDEX committee_consent_community ON committee_consent (community);
CREATE INDEX committee_consent_person ON committee_consent (person);


-- --- accounts/disclosures: what came due to be disclosed, and how it was.

CREATE TABLE disclosure (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  duty TEXT NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  due_on DATE NOT NULL,
  published_on DATE,
  place TEXT,
  recorded_by UUID,
  recorded_at TIMESTAMPTZ,
  FOREIGN KEY (community, recorded_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT disclosure_one_a_period UNIQUE (community, duty, starts_on),
  CONSTRAINT a_known_duty CHECK (duty IN ('service_accounts', 'common_revenue', 'maintenance_fund', 'audit', 'budget',
    'committee_payments')),
  CONSTRAINT said_by_somebody CHECK (num_nulls(place, recorded_by, recorded_at) IN (0, 3) AND (place IS NULL OR
    published_on IS NOT NULL))
);
CREATE INDEX disclosure_recorded_by ON disclosure (recorded_by);


-- --- records/import_requests: imports from the desk, and the bytes of their files for as long as they are needed.

CREATE TABLE import_request (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  uploaded_by TEXT NOT NULL,
  confirmed_by TEXT,
  state TEXT NOT NULL,
  files JSONB NOT NULL,
  what TEXT NOT NULL,
  done INTEGER NOT NULL,
  whole INTEGER NOT NULL,
  report JSONB,
  created_at TIMESTAMPTZ NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL,
  UNIQUE (community, id),
  CONSTRAINT known_state CHECK (state IN ('checking', 'checked', 'faulty', 'importing', 'imported', 'cancelled',
    'expired'))
);

CREATE TABLE import_part (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  request UUID NOT NULL,
  file SMALLINT NOT NULL,
  part INTEGER NOT NULL,
  content BYTEA NOT NULL,
  FOREIGN KEY (community, request) REFERENCES import_request (community, id) ON DELETE RESTRICT,
  CONSTRAINT import_part_in_its_place UNIQUE (request, file, part)
);
CREATE INDEX import_part_community ON import_part (community);


-- --- records/transfers: changes of owners as the desk recorded them, with what they rest on and what was seen before
-- confirming.

CREATE TABLE transfer (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  unit UUID NOT NULL,
  starts_on DATE NOT NULL,
  basis TEXT NOT NULL,
  document TEXT NOT NULL,
  old_debtor UUID,
  new_debtor UUID NOT NULL,
  seen JSONB NOT NULL,
  made_by UUID NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, unit) REFERENCES unit (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, old_debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, new_debtor) REFERENCES debtor (community, id) ON DELETE RESTRICT,
  FOREIGN KEY (community, made_by) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_basis CHECK (basis IN ('sale', 'inheritance', 'gift', 'court', 'correction', 'other'))
);
CREATE INDEX transfer_community ON transfer (community);
CREATE INDEX transfer_unit ON transfer (unit);
CREATE INDEX transfer_old_debtor ON transfer (old_debtor);
CREATE INDEX transfer_new_debtor ON transfer (new_debtor);
CREATE INDEX transfer_made_by ON transfer (made_by);


-- --- overview/reports: what a step towards a debtor costs an estate, and the figures that are kept of each.

CREATE TABLE step_cost (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  step TEXT NOT NULL,
  amount BIGINT NOT NULL,
  starts_on DATE NOT NULL,
  by_staff UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (community, by_staff) REFERENCES staff (community, id) ON DELETE RESTRICT,
  CONSTRAINT known_step CHECK (step IN ('reminder', 'call', 'visit', 'counter', 'message', 'letter', 'demand')),
  CONSTRAINT not_below_zero CHECK (amount >= 0)
);
CREATE INDEX step_cost_community ON step_cost (community);
CREATE INDEX step_cost_by_staff ON step_cost (by_staff);

CREATE TABLE estate_month (
  id SERIAL PRIMARY KEY,
  community INTEGER NOT NULL REFERENCES community (id) ON DELETE RESTRICT,
  month VARCHAR(7) NOT NULL,
  kept_on DATE NOT NULL,
  billed BIGINT NOT NULL,
  received BIGINT NOT NULL,
  owed_before BIGINT NOT NULL,
  recovered BIGINT NOT NULL,
  homes INTEGER NOT NULL,
  homes_paid INTEGER NOT NULL,
  homes_before INTEGER NOT NULL,
  homes_recovered INTEGER NOT NULL,
  homes_by_age BIGINT[] NOT NULL,
  owed_by_age BIGINT[] NOT NULL,
  cases_by_stage BIGINT[],
  CONSTRAINT estate_month_once UNIQUE (community, month)
);
