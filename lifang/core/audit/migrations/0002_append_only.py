from django.db import migrations

FORBID = """
CREATE FUNCTION audit_forbid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_forbid();
CREATE TRIGGER audit_entry_table BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_forbid();
CREATE TRIGGER audit_anchor_rows BEFORE UPDATE OR DELETE ON audit_anchor
  FOR EACH ROW EXECUTE FUNCTION audit_forbid();
CREATE TRIGGER audit_anchor_table BEFORE TRUNCATE ON audit_anchor
  FOR EACH STATEMENT EXECUTE FUNCTION audit_forbid();
CREATE FUNCTION audit_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq <= OLD.seq OR NOT EXISTS (
    SELECT FROM audit_entry WHERE seq = NEW.seq AND digest = NEW.digest
  ) THEN RAISE EXCEPTION 'the head of the audit log only moves to a later line'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_forward();
CREATE TRIGGER audit_head_rows BEFORE DELETE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_forbid();
CREATE TRIGGER audit_head_table BEFORE TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_forbid();
INSERT INTO audit_head (id, seq, digest) VALUES (1, 0, decode(repeat('00', 32), 'hex'));
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lifang_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_anchor FROM lifang_app;
    REVOKE INSERT, DELETE, TRUNCATE ON audit_head FROM lifang_app;
  END IF;
END $$;
"""
ALLOW = """
DROP TRIGGER audit_entry_rows ON audit_entry; DROP TRIGGER audit_entry_table ON audit_entry;
DROP TRIGGER audit_anchor_rows ON audit_anchor; DROP TRIGGER audit_anchor_table ON audit_anchor;
DROP TRIGGER audit_head_forward ON audit_head; DROP TRIGGER audit_head_rows ON audit_head;
DROP TRIGGER audit_head_table ON audit_head;
DROP FUNCTION audit_forbid(); DROP FUNCTION audit_forward();
"""


class Migration(migrations.Migration):
    """The database refuses UPDATE, DELETE and TRUNCATE on the log, to everybody."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
