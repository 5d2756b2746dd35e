import math

from django.db import migrations, models

EXTREMES = {"low": -math.inf, "high": math.inf, "low_before": -math.inf, "high_before": math.inf}


class Migration(migrations.Migration):
    """How far a series may have moved of late; of those that are there already nothing is known until two hours later."""

    dependencies = [("sensing", "0012_pulls")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE sensing_latest ADD COLUMN hour bigint NOT NULL DEFAULT 0, "
                    "ADD COLUMN low float8 NOT NULL DEFAULT '-Infinity', ADD COLUMN high float8 NOT NULL DEFAULT 'Infinity', "
                    "ADD COLUMN low_before float8 NOT NULL DEFAULT '-Infinity', ADD COLUMN high_before float8 NOT NULL DEFAULT 'Infinity'; "
                    "UPDATE sensing_latest SET hour = (extract(epoch FROM at) / 3600)::bigint",
                    "ALTER TABLE sensing_latest DROP COLUMN hour, DROP COLUMN low, DROP COLUMN high, "
                    "DROP COLUMN low_before, DROP COLUMN high_before",
                ),
            ],
            state_operations=[
                migrations.AddField("latest", "hour", models.BigIntegerField(default=0)),
                *(
                    migrations.AddField("latest", name, models.FloatField(default=unknown))
                    for name, unknown in EXTREMES.items()
                ),
            ],
        ),
    ]
