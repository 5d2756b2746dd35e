from django.db import migrations

# A record that moves to another grid takes its history and its looks along: where a row lies is not what was known.
KEPT = """
CREATE OR REPLACE FUNCTION registry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'holders' - 'area') = (to_jsonb(NEW) - 'holders' - 'area') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION registry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'holders') = (to_jsonb(NEW) - 'holders') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_walls")]
    operations = [migrations.RunSQL(KEPT, BEFORE)]
