import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lifang.core.crypto.fields
import lifang.core.ids
import lifang.core.search.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("orgs", "0004_standing_in"),
        ("registry", "0006_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Observation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series_id",
                        "at",
                        "message",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("message", models.BigIntegerField()),
                ("arrived_at", models.DateTimeField()),
                ("value", models.FloatField()),
                ("quality", models.SmallIntegerField()),
                ("facts", models.JSONField(null=True)),
            ],
            options={
                "db_table": "sensing_observation",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Admission",
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
                ("state", models.CharField(max_length=30)),
                ("state_since", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("steps_taken", models.PositiveIntegerField(default=0)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("type", models.CharField(max_length=30)),
                ("model", models.CharField(max_length=60)),
                ("dialect", models.CharField(max_length=20)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Series",
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
                ("measure", models.CharField(max_length=30)),
            ],
        ),
        migrations.CreateModel(
            name="Counted",
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
                ("day", models.DateField()),
                ("way", models.CharField(max_length=8)),
                ("source", models.CharField(max_length=120)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("count", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area", "-day"], name="counted_area"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["holders"], name="counted_holders"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "way", "source", "reason", "area"), name="counted_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
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
                ("tokens", lifang.core.search.models.Tokens(size=None)),
                ("type", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=120)),
                ("model", models.CharField(blank=True, max_length=60)),
                ("code", models.CharField(db_collation="C", max_length=80)),
                ("video_code", models.CharField(blank=True, max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("installed", "installed"),
                            ("out", "out"),
                            ("unverified", "unverified"),
                            ("retired", "retired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("position", models.CharField(blank=True, max_length=120)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("cell", models.BigIntegerField(editable=False, null=True)),
                ("keeper_name", models.CharField(blank=True, max_length=120)),
                ("maintainer_name", models.CharField(blank=True, max_length=120)),
                ("every_seconds", models.PositiveIntegerField(null=True)),
                ("planned_on", models.DateField(null=True)),
                ("installed_on", models.DateField(null=True)),
                ("serviced_on", models.DateField(null=True)),
                ("service_due_on", models.DateField(null=True)),
                ("expires_on", models.DateField(null=True)),
                ("out_until", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField()),
                (
                    "admission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="sensing.admission",
                    ),
                ),
                (
                    "gateway",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="sensing.device",
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                    ),
                ),
                (
                    "maintainer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.place",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Latest",
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
                (
                    "series",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="latest",
                        serialize=False,
                        to="sensing.series",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                ("value", models.FloatField()),
                ("quality", models.SmallIntegerField()),
                ("facts", models.JSONField(null=True)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="series",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="series",
                to="sensing.device",
            ),
        ),
        migrations.CreateModel(
            name="Maker",
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
                ("name", models.CharField(max_length=120)),
                ("credit_code", models.CharField(blank=True, max_length=18)),
                ("contact", lifang.core.crypto.fields.SealedText(blank=True, null=True)),
                ("telephone", lifang.core.crypto.fields.SealedText(blank=True, null=True)),
                ("since", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area"], name="maker_area"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["holders"], name="maker_holders"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("credit_code", ""), _negated=True),
                        fields=("credit_code",),
                        name="maker_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="maker_named"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="device",
            name="maker",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="devices",
                to="sensing.maker",
            ),
        ),
        migrations.AddField(
            model_name="admission",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="admissions",
                to="sensing.maker",
            ),
        ),
        migrations.CreateModel(
            name="Quarantined",
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
                ("way", models.CharField(max_length=8)),
                ("source", models.CharField(max_length=120)),
                ("reason", models.CharField(max_length=20)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("topic", models.TextField(blank=True)),
                ("body", models.BinaryField()),
                ("digest", models.BinaryField(max_length=32)),
                ("count", models.PositiveBigIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("replayed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area", "-last_at"], name="quarantine_area"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["holders"], name="quarantine_holders"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "reason", "digest"), name="quarantine_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
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
                ("at", models.DateTimeField()),
                ("passed", models.BooleanField()),
                ("findings", models.JSONField(default=list)),
                (
                    "admission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="sensing.admission",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
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
                ("kind", models.CharField(max_length=20)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log",
                        to="sensing.device",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["device", "-at"], name="device_log"),
                    models.Index(fields=["area"], name="device_log_area"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["holders"], name="device_log_holders"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Key",
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
                ("prefix", models.CharField(max_length=8, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("sandbox", models.BooleanField(default=False)),
                (
                    "areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "admission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="sensing.admission",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="sensing.device",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))),
                        name="key_expires_after_issue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("admission__isnull", False), ("device__isnull", True)),
                            models.Q(("admission__isnull", True), ("device__isnull", False)),
                            _connector="OR",
                        ),
                        name="key_of_one",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="series",
            index=models.Index(fields=["area"], name="series_area"),
        ),
        migrations.AddIndex(
            model_name="series",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["holders"], name="series_holders"
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(fields=("device", "measure"), name="series_once"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["area", "type"], name="device_area"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["code"], name="device_code"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["place"], name="device_place"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                condition=models.Q(("retired_at__isnull", True)),
                fields=["cell"],
                name="device_cell",
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["holders"], name="device_holders"
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tokens"], name="device_tokens"),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gateway__isnull", True), ("retired_at__isnull", True)),
                fields=("maker", "code"),
                name="device_code_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gateway__isnull", False), ("retired_at__isnull", True)),
                fields=("gateway", "code"),
                name="device_code_once_behind",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "installed", "out", "unverified", "retired"])
                ),
                name="device_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True), models.Q(("code", ""), _negated=True)
                ),
                name="device_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("video_code", ""), ("video_code__regex", "^[0-9]{20}$"), _connector="OR"
                ),
                name="device_video_code_20_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cell__isnull", True), ("lat__isnull", True), ("lon__isnull", True)),
                    models.Q(
                        ("cell__isnull", False),
                        ("lat__range", (-90, 90)),
                        ("lon__range", (-180, 180)),
                    ),
                    _connector="OR",
                ),
                name="device_point_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_at__isnull", False), ("state", "retired")),
                    models.Q(
                        models.Q(("state", "retired"), _negated=True), ("retired_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="device_retired_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "installed"), _negated=True),
                    ("installed_on__isnull", False),
                    _connector="OR",
                ),
                name="device_installed_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("gateway__isnull", True),
                    models.Q(("gateway", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="device_not_behind_itself",
            ),
        ),
        migrations.AddIndex(
            model_name="admission",
            index=models.Index(fields=["area", "state"], name="admission_area"),
        ),
        migrations.AddIndex(
            model_name="admission",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["holders"], name="admission_holders"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["admission", "-at"], name="run_admission"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["area"], name="run_area"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=django.contrib.postgres.indexes.GinIndex(fields=["holders"], name="run_holders"),
        ),
    ]
