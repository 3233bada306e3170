-- C4: a published statement never changes. Its row may only be superseded, its lines are frozen; a draft may be rewritten.
-- What happened can be told only when its days are over (I-S7).
CREATE OR REPLACE FUNCTION statement_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a statement is never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'published' AND OLD.state = 'draft'
    AND NOT coalesce(NEW.signed_sha256 = NEW.content_sha256 AND NEW.signed_by <> NEW.published_by, false) THEN
    RAISE EXCEPTION 'statement % has not been signed by a second person', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'published' AND OLD.state = 'draft' AND NEW.kind IS DISTINCT FROM 'budget'
    AND NEW.ends_on >= (SELECT (NEW.published_at AT TIME ZONE timezone)::date FROM community WHERE id = NEW.community) THEN
    RAISE EXCEPTION 'the days of statement % are not over', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'draft' AND NEW.state <> 'superseded' AND (NEW.community, NEW.code, NEW.version) = (OLD.community, OLD.code, OLD.version)
    THEN RETURN NEW; END IF;
  IF OLD.state = 'published' AND NEW.state = 'superseded' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state'
    THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'statement % is %, and stays as it is', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER statement_is_final BEFORE UPDATE OR DELETE ON statement
  FOR EACH ROW EXECUTE FUNCTION statement_is_final();

-- The statement is locked, so that no line slips in while it is being published.
CREATE OR REPLACE FUNCTION statement_lines_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid; is_draft boolean;
BEGIN
  FOR touched IN SELECT DISTINCT s FROM unnest(ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.statement END,
                                                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.statement END]) s WHERE s IS NOT NULL
  LOOP
    SELECT state = 'draft' INTO is_draft FROM statement WHERE id = touched FOR SHARE;
    IF is_draft IS NOT TRUE THEN
      RAISE EXCEPTION 'what statement % says is published', touched USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER statement_lines_are_final BEFORE INSERT OR UPDATE OR DELETE ON statement_line
  FOR EACH ROW EXECUTE FUNCTION statement_lines_are_final();
CREATE OR REPLACE TRIGGER statement_explanations_are_final BEFORE INSERT OR UPDATE OR DELETE ON statement_explanation
  FOR EACH ROW EXECUTE FUNCTION statement_lines_are_final();
CREATE OR REPLACE TRIGGER statement_explanation_is_never_emptied BEFORE TRUNCATE ON statement_explanation
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER statement_documents_are_final BEFORE INSERT OR UPDATE OR DELETE ON statement_document
  FOR EACH ROW EXECUTE FUNCTION statement_lines_are_final();
CREATE OR REPLACE TRIGGER statement_document_is_never_emptied BEFORE TRUNCATE ON statement_document
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER statement_line_is_never_emptied BEFORE TRUNCATE ON statement_line
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER statement_is_never_emptied BEFORE TRUNCATE ON statement
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- A corrected file replaces the lines of a draft.
-- What the checks find no more loses its explanation.
GRANT DELETE ON statement_line, statement_explanation, statement_document TO portal_app, portal_worker;

CREATE UNIQUE INDEX IF NOT EXISTS statement_published_once ON statement (community, code) WHERE state = 'published';
CREATE UNIQUE INDEX IF NOT EXISTS statement_drafted_once ON statement (community, code) WHERE state = 'draft';
