from django.db import migrations

from lifang.core.access.wall import Wall

TABLES = (
    "device", "entry", "maker", "admission", "run", "series", "latest", "quarantined", "counted",
)  # fmt: skip

# Days are partitions. The application may add to a day directly (COPY does not pass row-level security) and may read
# only through the parent, where the wall stands. It owns no table, so a day is made by a function of the owner's.
STORE = """
CREATE TABLE sensing_observation (
  series_id bigint NOT NULL,
  at timestamptz NOT NULL,
  message bigint NOT NULL,
  arrived_at timestamptz NOT NULL,
  value double precision NOT NULL,
  quality smallint NOT NULL,
  facts jsonb,
  PRIMARY KEY (series_id, at, message)
) PARTITION BY RANGE (at);

CREATE FUNCTION sensing_day(day date) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text := 'sensing_observation_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(part) IS NULL THEN
    PERFORM pg_advisory_xact_lock(770002);
    -- Asked of the table, because to_regclass may still remember that there was none.
    IF NOT EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
      EXECUTE format('CREATE TABLE %I (LIKE sensing_observation INCLUDING ALL)', part);
      EXECUTE format('REVOKE ALL ON %I FROM lifang_app', part);
      EXECUTE format('GRANT INSERT ON %I TO lifang_app', part);
      EXECUTE format(
        'ALTER TABLE sensing_observation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
        day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END IF;
  END IF;
  RETURN part;
END $$;

CREATE FUNCTION sensing_days() RETURNS SETOF date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'sensing_observation'::regclass ORDER BY 1
$$;

-- A whole day goes at once: no row is deleted one by one.
CREATE FUNCTION sensing_drop_day(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF day > current_date - 7 THEN
    RAISE EXCEPTION 'a day of the last week is kept';
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS %I', 'sensing_observation_' || to_char(day, 'YYYYMMDD'));
END $$;

REVOKE UPDATE, DELETE ON sensing_observation FROM lifang_app;

-- Message ids of makers, so that a message sent twice counts once, whatever time it tells.
CREATE TABLE sensing_receipt (
  device uuid NOT NULL,
  message bigint NOT NULL,
  day date NOT NULL,
  PRIMARY KEY (device, message)
);
CREATE INDEX sensing_receipt_day ON sensing_receipt (day);

-- Who keeps devices and keys in memory listens for their changes.
CREATE FUNCTION sensing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sensing_register', '');
  RETURN NULL;
END $$;
CREATE TRIGGER sensing_device_changed AFTER INSERT OR UPDATE OR DELETE ON sensing_device
  FOR EACH STATEMENT EXECUTE FUNCTION sensing_changed();
CREATE TRIGGER sensing_key_changed AFTER INSERT OR UPDATE OR DELETE ON sensing_key
  FOR EACH STATEMENT EXECUTE FUNCTION sensing_changed();
"""
GONE = """
DROP TRIGGER sensing_key_changed ON sensing_key;
DROP TRIGGER sensing_device_changed ON sensing_device;
DROP FUNCTION sensing_changed();
DROP TABLE sensing_receipt;
DROP FUNCTION sensing_drop_day(date);
DROP FUNCTION sensing_days();
DROP FUNCTION sensing_day(date);
DROP TABLE sensing_observation;
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0001_initial"), ("access", "0002_wall")]
    operations = [
        migrations.RunSQL(STORE, GONE),
        *(Wall(f"sensing_{table}") for table in TABLES),
        Wall("sensing_observation", through=("series_id", "sensing_series")),
    ]
