from django.db import migrations

from lifang.core.access.wall import Wall

# Facts and looks go by the door of retention alone (retention/0002_door): their person, household, vehicle … ended before
# the day of the batch, and no legal hold names it. Asked beyond anybody's sight: who sees less must not erase more.
DOOR = """
CREATE FUNCTION registry_over(wanted text, row_id uuid) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  sight text := current_setting('lifang.areas', true);
  ended timestamptz;
BEGIN
  PERFORM set_config('lifang.areas', '*', true);
  CASE wanted
    WHEN 'person' THEN ended := (
      SELECT COALESCE(p.valid_to, CASE
        WHEN NOT EXISTS (SELECT FROM registry_membership m WHERE m.person_id = p.id AND m.valid_to IS NULL)
         AND NOT EXISTS (SELECT FROM registry_tie t WHERE (t.person_id = p.id OR t.other_id = p.id) AND t.valid_to IS NULL)
        THEN (SELECT max(m.valid_to) FROM registry_membership m WHERE m.person_id = p.id) END)
      FROM registry_person p WHERE p.id = row_id);
    WHEN 'household' THEN ended := (SELECT valid_to FROM registry_household WHERE id = row_id);
    WHEN 'vehicle' THEN ended := (SELECT valid_to FROM registry_vehicle WHERE id = row_id);
    WHEN 'organisation' THEN ended := (SELECT valid_to FROM registry_organisation WHERE id = row_id);
    ELSE ended := NULL;
  END CASE;
  PERFORM set_config('lifang.areas', coalesce(sight, ''), true);
  RETURN ended;
END $$;
CREATE FUNCTION registry_held(wanted text, row_id uuid, lies text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  sight text := current_setting('lifang.areas', true);
  found boolean := retention_held(wanted, row_id, lies);
BEGIN
  IF wanted = 'person' AND NOT found THEN
    PERFORM set_config('lifang.areas', '*', true);
    found := EXISTS (
      SELECT FROM registry_membership m WHERE m.person_id = row_id AND retention_held('household', m.household_id, ''));
    PERFORM set_config('lifang.areas', coalesce(sight, ''), true);
  END IF;
  RETURN found;
END $$;
CREATE FUNCTION registry_restricted_open(person uuid, ended timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT retention_open('registry.restricted', ended) THEN RETURN false; END IF;
  RETURN NOT registry_held('person', person, coalesce((SELECT area FROM registry_person WHERE id = person), ''));
END $$;
CREATE OR REPLACE FUNCTION registry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (to_jsonb(OLD) - 'holders' - 'area') = (to_jsonb(NEW) - 'holders' - 'area') THEN RETURN NEW; END IF;
  ELSIF TG_TABLE_NAME = 'registry_fact' THEN
    IF retention_open(OLD.element, registry_over(OLD.subject_kind, OLD.subject))
      AND NOT registry_held(OLD.subject_kind, OLD.subject, OLD.area) THEN RETURN OLD; END IF;
  ELSIF TG_TABLE_NAME = 'registry_look' THEN
    IF retention_open('registry.looks', OLD.at)
      AND NOT registry_held(OLD.subject_kind, OLD.subject, OLD.area) THEN RETURN OLD; END IF;
  ELSIF TG_TABLE_NAME = 'registry_restrictedlook' THEN
    IF EXISTS (SELECT FROM registry_restrictedrecord r WHERE r.id = OLD.record_id AND registry_restricted_open(r.person_id, r.valid_to)) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE FUNCTION registry_erases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF registry_held('person', OLD.id, OLD.area) THEN
    RAISE EXCEPTION 'a legal hold keeps this person';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER registry_person_erases BEFORE UPDATE ON registry_person FOR EACH ROW
  WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION registry_erases();
CREATE POLICY lifang_over ON registry_restrictedrecord FOR SELECT USING (registry_restricted_open(person_id, valid_to));
CREATE POLICY lifang_lock ON registry_restrictedrecord FOR UPDATE USING (registry_restricted_open(person_id, valid_to)) WITH CHECK (false);
CREATE POLICY lifang_end ON registry_restrictedrecord FOR DELETE USING (registry_restricted_open(person_id, valid_to));
CREATE POLICY lifang_over ON registry_restrictedlook FOR SELECT USING (
  EXISTS (SELECT FROM registry_restrictedrecord r WHERE r.id = record_id AND registry_restricted_open(r.person_id, r.valid_to)));
CREATE POLICY lifang_end ON registry_restrictedlook FOR DELETE USING (
  EXISTS (SELECT FROM registry_restrictedrecord r WHERE r.id = record_id AND registry_restricted_open(r.person_id, r.valid_to)));
"""
SHUT = """
DROP POLICY lifang_end ON registry_restrictedlook;
DROP POLICY lifang_over ON registry_restrictedlook;
DROP POLICY lifang_end ON registry_restrictedrecord;
DROP POLICY lifang_lock ON registry_restrictedrecord;
DROP POLICY lifang_over ON registry_restrictedrecord;
DROP TRIGGER registry_person_erases ON registry_person;
DROP FUNCTION registry_erases();
CREATE OR REPLACE FUNCTION registry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'holders' - 'area') = (to_jsonb(NEW) - 'holders' - 'area') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
DROP FUNCTION registry_restricted_open(uuid, timestamptz);
DROP FUNCTION registry_held(text, uuid, text);
DROP FUNCTION registry_over(text, uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_retention"), ("retention", "0002_door")]
    operations = [Wall("registry_reminder"), migrations.RunSQL(DOOR, SHUT)]
