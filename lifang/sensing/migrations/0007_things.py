import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import lifang.sensing.models.device
from lifang.core.access.wall import Wall

# A number for each device, and where those that have a point stand now; how many observations each series has.
FILL = """
SELECT set_config('lifang.areas', '*', true);
INSERT INTO sensing_stay (device_id, area, holders, name, lon, lat, since)
SELECT d.id, d.area, d.holders, left(coalesce(nullif(d.position, ''), p.name, d.name), 120), coalesce(d.lon, p.lon), coalesce(d.lat, p.lat), d.registered_at
FROM sensing_device d LEFT JOIN registry_place p ON p.id = d.place_id WHERE coalesce(d.lon, p.lon) IS NOT NULL;
UPDATE sensing_latest l SET readings = n.n FROM (SELECT series_id, count(*) AS n FROM sensing_observation GROUP BY 1) n WHERE n.series_id = l.series_id;
SELECT set_config('lifang.areas', '', true)
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0006_latest_room")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    # Rows that go past Django get their number here.
                    "ALTER TABLE sensing_device ADD COLUMN number bigint NOT NULL UNIQUE DEFAULT (1 + random() * 4503599627370494)::bigint",
                    "ALTER TABLE sensing_device DROP COLUMN number",
                ),
                migrations.RunSQL(
                    "ALTER TABLE sensing_latest ADD COLUMN readings bigint NOT NULL DEFAULT 0",
                    "ALTER TABLE sensing_latest DROP COLUMN readings",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    "device",
                    "number",
                    models.BigIntegerField(
                        default=lifang.sensing.models.device.a_number, editable=False, unique=True
                    ),
                ),
                migrations.AddField("latest", "readings", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField("device", "told", models.JSONField(blank=True, null=True)),
        migrations.AddField("series", "told", models.JSONField(blank=True, null=True)),
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("area", models.CharField(db_collation="C", max_length=15)),
                (
                    "holders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("told", models.JSONField(blank=True, null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stays",
                        to="sensing.device",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area"], name="stay_area"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["holders"], name="stay_holders"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("device",),
                        name="stay_now_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("until__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="stay_ends_after_start",
                    ),
                ],
            },
        ),
        Wall("sensing_stay"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
