from django.db import migrations, models

# A day is locked, counted and dropped at once: what came in after it was archived keeps it.
DROP = """
CREATE FUNCTION sensing_drop_counted(day date, rows bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text := 'sensing_observation_' || to_char(day, 'YYYYMMDD');
  found bigint;
BEGIN
  IF day > current_date - 7 THEN
    RAISE EXCEPTION 'a day of the last week is kept';
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part);
  EXECUTE format('SELECT count(*) FROM %I', part) INTO found;
  IF found <> rows THEN
    RAISE EXCEPTION 'day % has % rows, not %', day, found, rows;
  END IF;
  EXECUTE format('DROP TABLE %I', part);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0014_scores")]
    operations = [
        migrations.CreateModel(
            name="Archived",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("rows", models.BigIntegerField()),
                ("erased", models.BigIntegerField()),
                ("checksum", models.CharField(max_length=16)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("written_at", models.DateTimeField()),
            ],
            options={"ordering": ["-day"]},
        ),
        migrations.RunSQL(DROP, "DROP FUNCTION sensing_drop_counted(date, bigint)"),
    ]
