from django.db import migrations

from lifang.core.access.wall import Wall

TABLES = (
    "batch", "correction", "fact", "facility", "household", "look", "membership", "merge", "missedvisit", "occupancy",
    "organisation", "person", "tagging", "tie", "vehicle", "visit", "visitplan",
)  # fmt: skip

# What was known, and who looked, is never rewritten: only whom a row concerns may grow, when a person opens an account.
KEPT = """
CREATE FUNCTION registry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'holders') = (to_jsonb(NEW) - 'holders') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER registry_fact_kept BEFORE UPDATE OR DELETE ON registry_fact
  FOR EACH ROW EXECUTE FUNCTION registry_kept();
CREATE TRIGGER registry_look_kept BEFORE UPDATE OR DELETE ON registry_look
  FOR EACH ROW EXECUTE FUNCTION registry_kept();
CREATE TRIGGER registry_restrictedlook_kept BEFORE UPDATE OR DELETE ON registry_restrictedlook
  FOR EACH ROW EXECUTE FUNCTION registry_kept();
"""
UNKEPT = """
DROP TRIGGER registry_fact_kept ON registry_fact;
DROP TRIGGER registry_look_kept ON registry_look;
DROP TRIGGER registry_restrictedlook_kept ON registry_restrictedlook;
DROP FUNCTION registry_kept();
"""

# The restricted store has a wall of its own: no area opens it, not even everywhere. Only who is named as a viewer sees a row.
NAMED = (
    "viewers::text[] && string_to_array(NULLIF(current_setting('lifang.holders', true), ''), ',')"
)


def named(table: str) -> migrations.RunSQL:
    """Row-level security by named viewers alone."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY lifang_see ON {table} FOR SELECT USING ({NAMED})",
            f"CREATE POLICY lifang_add ON {table} FOR INSERT WITH CHECK (true)",
            f"CREATE POLICY lifang_change ON {table} FOR UPDATE USING ({NAMED}) WITH CHECK (true)",
            f"CREATE POLICY lifang_remove ON {table} FOR DELETE USING (false)",
        ],
        [
            *(
                f"DROP POLICY IF EXISTS lifang_{name} ON {table}"
                for name in ("see", "add", "change", "remove")
            ),
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_register"), ("access", "0002_wall")]
    operations = [
        *(Wall(f"registry_{table}") for table in TABLES),
        migrations.RunSQL(KEPT, UNKEPT),
        named("registry_restrictedrecord"),
        named("registry_restrictedlook"),
    ]
