import django.db.models.deletion
from django.db import migrations, models

from lifang.core.access.wall import Wall

# What one message says of one device at one time is one row: a third of the rows, of the index and of the log. Read as single
# observations through a view, behind the wall of the device. Days as before: partitions, added to directly, read through the parent.
STORE = """
ALTER TABLE sensing_observation RENAME TO sensing_narrow;
CREATE TABLE sensing_message (
  device_id uuid NOT NULL,
  at timestamptz NOT NULL,
  message bigint NOT NULL,
  arrived_at timestamptz NOT NULL,
  series bigint[] NOT NULL,
  value float8[] NOT NULL,
  quality int2[],
  facts jsonb[],
  PRIMARY KEY (device_id, at, message),
  CHECK (cardinality(series) > 0 AND cardinality(value) = cardinality(series)
    AND coalesce(cardinality(quality) = cardinality(series), true) AND coalesce(cardinality(facts) = cardinality(series), true))
) PARTITION BY RANGE (at);

CREATE OR REPLACE FUNCTION sensing_day(day date) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text := 'sensing_message_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(part) IS NULL THEN
    PERFORM pg_advisory_xact_lock(770002);
    -- Asked of the table, because to_regclass may still remember that there was none.
    IF NOT EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
      EXECUTE format('CREATE TABLE %I (LIKE sensing_message INCLUDING ALL)', part);
      EXECUTE format('REVOKE ALL ON %I FROM lifang_app', part);
      EXECUTE format('GRANT INSERT ON %I TO lifang_app', part);
      EXECUTE format(
        'ALTER TABLE sensing_message ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
        day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END IF;
  END IF;
  RETURN part;
END $$;

CREATE OR REPLACE FUNCTION sensing_days() RETURNS SETOF date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'sensing_message'::regclass ORDER BY 1
$$;

CREATE OR REPLACE FUNCTION sensing_drop_day(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF day > current_date - 7 THEN
    RAISE EXCEPTION 'a day of the last week is kept';
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS %I', 'sensing_message_' || to_char(day, 'YYYYMMDD'));
END $$;

CREATE OR REPLACE FUNCTION sensing_drop_counted(day date, rows bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text := 'sensing_message_' || to_char(day, 'YYYYMMDD');
  found bigint;
BEGIN
  IF day > current_date - 7 THEN
    RAISE EXCEPTION 'a day of the last week is kept';
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part);
  EXECUTE format('SELECT coalesce(sum(cardinality(series)), 0) FROM %I', part) INTO found;
  IF found <> rows THEN
    RAISE EXCEPTION 'day % has % observations, not %', day, found, rows;
  END IF;
  EXECUTE format('DROP TABLE %I', part);
END $$;

-- What the caller has laid into sensing_incoming: a message that is new, and of one that is there what it did not say before.
-- Nothing that is kept changes. Answers what each of those had said (null: it is new).
CREATE FUNCTION sensing_take() RETURNS TABLE (device uuid, moment timestamptz, number bigint, had bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  INSERT INTO sensing_message AS m (device_id, at, message, arrived_at, series, value, quality, facts)
  SELECT device_id, at, message, arrived_at, series, value, quality, facts FROM pg_temp.sensing_incoming
  ON CONFLICT (device_id, at, message) DO UPDATE SET (series, value, quality, facts) = (
    SELECT m.series || array_agg(e.s ORDER BY e.n), m.value || array_agg(e.v ORDER BY e.n),
      CASE WHEN m.quality IS NOT NULL OR excluded.quality IS NOT NULL THEN
        coalesce(m.quality, array_fill(0::int2, ARRAY[cardinality(m.series)])) || array_agg(coalesce(e.q, 0::int2) ORDER BY e.n) END,
      CASE WHEN m.facts IS NOT NULL OR excluded.facts IS NOT NULL THEN
        coalesce(m.facts, array_fill(NULL::jsonb, ARRAY[cardinality(m.series)])) || array_agg(e.f ORDER BY e.n) END
    FROM unnest(excluded.series, excluded.value, excluded.quality, excluded.facts) WITH ORDINALITY AS e(s, v, q, f, n)
    WHERE e.s <> ALL (m.series))
  WHERE NOT excluded.series <@ m.series
  RETURNING m.device_id, m.at, m.message, old.series;
END $$;

SELECT set_config('lifang.areas', '*', true);
DO $$
DECLARE
  part text;
  day date;
BEGIN
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'sensing_narrow'::regclass ORDER BY 1 LOOP
    day := to_date(right(part, 8), 'YYYYMMDD');
    EXECUTE format(
      'INSERT INTO %I SELECT s.device_id, o.at, o.message, min(o.arrived_at), array_agg(o.series_id ORDER BY o.series_id), '
      'array_agg(o.value ORDER BY o.series_id), CASE WHEN bool_or(o.quality <> 0) THEN array_agg(o.quality ORDER BY o.series_id) END, '
      'CASE WHEN count(o.facts) > 0 THEN array_agg(o.facts ORDER BY o.series_id) END '
      'FROM %I o JOIN sensing_series s ON s.id = o.series_id GROUP BY s.device_id, o.at, o.message', sensing_day(day), part);
    EXECUTE format('DROP TABLE %I', part);
  END LOOP;
END $$;
SELECT set_config('lifang.areas', '', true);
DROP TABLE sensing_narrow;

CREATE VIEW sensing_observation WITH (security_invoker = true) AS
SELECT s.id AS series_id, m.device_id, m.at, m.message, m.arrived_at, m.value[a.p] AS value,
  coalesce(m.quality[a.p], 0::int2) AS quality, m.facts[a.p] AS facts
FROM sensing_series s JOIN sensing_message m ON m.device_id = s.device_id
CROSS JOIN LATERAL (SELECT array_position(m.series, s.id) AS p) AS a WHERE a.p IS NOT NULL;

REVOKE UPDATE, DELETE ON sensing_message FROM lifang_app;
REVOKE INSERT, UPDATE, DELETE ON sensing_observation FROM lifang_app
"""


class Migration(migrations.Migration):
    """Days are rewritten one after another, in one transaction; not undone."""

    dependencies = [("sensing", "0018_works")]
    operations = [
        migrations.RunSQL(STORE),
        Wall("sensing_message", through=("device_id", "sensing_device")),
        migrations.AddField(
            "observation",
            "device",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sensing.device",
                null=False,
            ),
            preserve_default=False,
        ),
    ]
