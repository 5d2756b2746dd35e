import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import lifang.core.ids
from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("sensing", "0027_utility_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=lifang.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
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
                ("message", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "measures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("clip", "clip"), ("still", "still")], max_length=5),
                ),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("seconds", models.FloatField(null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sensing.device",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "kind", "id"],
                "indexes": [
                    models.Index(fields=["area"], name="recording_area"),
                    models.Index(fields=["device", "at"], name="recording_device"),
                    models.Index(fields=["received_at"], name="recording_received"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["holders"], name="recording_holders"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("device", "message", "kind"), name="recording_once"
                    ),
                ],
            },
        ),
        Wall("sensing_recording"),
    ]
