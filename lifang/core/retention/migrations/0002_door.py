from django.db import migrations

from lifang.core.access.wall import Wall

# What is kept for ever by its own trigger goes by one door alone: while a batch of a standing run is at work (its row has
# no count yet, the session names it), of the term it is for, ended before the day it is for, and, whatever the
# application says, by the database's own clock over for a month.
DOOR = """
CREATE FUNCTION retention_open(wanted text, ended timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT ended < now() - interval '30 days' AND EXISTS (
    SELECT FROM retention_erasure e JOIN retention_run r ON r.id = e.run_id
    WHERE e.id::text = current_setting('lifang.retention', true)
      AND e.rows IS NULL AND r.ended_at IS NULL AND e.key = wanted AND ended < e.before)
$$;
-- Asked beyond anybody's sight: a hold counts for whoever erases. It ends when its last day is over everywhere.
CREATE FUNCTION retention_held(wanted text, row_id uuid, lies text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  sight text := current_setting('lifang.areas', true);
  found boolean;
BEGIN
  PERFORM set_config('lifang.areas', '*', true);
  found := EXISTS (
    SELECT FROM retention_legalhold h
    WHERE h.lifted_at IS NULL AND h.until >= ((now() + interval '14 hours') AT TIME ZONE 'UTC')::date
      AND (h.kind = wanted AND h.subject = row_id OR h.kind = 'area' AND lies ^@ h.area));
  PERFORM set_config('lifang.areas', coalesce(sight, ''), true);
  RETURN found;
END $$;
CREATE FUNCTION retention_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'retention_erasure' THEN
    IF OLD.rows IS NULL AND NEW.rows IS NOT NULL AND (OLD.run_id, OLD.key, OLD.before, OLD.at) = (NEW.run_id, NEW.key, NEW.before, NEW.at) THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'retention_run' THEN
    IF OLD.ended_at IS NULL AND OLD.started_at = NEW.started_at THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'retention_legalhold' THEN
    IF OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
      AND (to_jsonb(OLD) - '{lifted_at,lifted_by_id,lifted_why}'::text[]) = (to_jsonb(NEW) - '{lifted_at,lifted_by_id,lifted_why}'::text[]) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'what % says stays', TG_TABLE_NAME;
END $$;
CREATE TRIGGER retention_erasure_kept BEFORE UPDATE OR DELETE ON retention_erasure
  FOR EACH ROW EXECUTE FUNCTION retention_kept();
CREATE TRIGGER retention_run_kept BEFORE UPDATE OR DELETE ON retention_run
  FOR EACH ROW EXECUTE FUNCTION retention_kept();
CREATE TRIGGER retention_legalhold_kept BEFORE UPDATE OR DELETE ON retention_legalhold
  FOR EACH ROW EXECUTE FUNCTION retention_kept();
"""
NO_DOOR = """
DROP TRIGGER retention_erasure_kept ON retention_erasure;
DROP TRIGGER retention_run_kept ON retention_run;
DROP TRIGGER retention_legalhold_kept ON retention_legalhold;
DROP FUNCTION retention_kept();
DROP FUNCTION retention_held(text, uuid, text);
DROP FUNCTION retention_open(text, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("access", "0002_wall")]
    operations = [Wall("retention_legalhold"), migrations.RunSQL(DOOR, NO_DOOR)]
