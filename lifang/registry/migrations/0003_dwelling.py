from django.db import migrations, models
from django.db.models import Q

KINDS = ["estate", "building", "stair", "dwelling", "key_place", "road"]
# The wall binds the owner too: say that this transaction sees every row.
ALL = "SELECT set_config('lifang.areas', '*', true)"
NONE = "SELECT set_config('lifang.areas', '', true)"


class Migration(migrations.Migration):
    """One door is a `dwelling`; a `unit` is who answers for something."""

    dependencies = [("registry", "0002_wall")]
    operations = [
        migrations.RemoveConstraint("place", "place_kind_known"),
        migrations.RunSQL(
            [ALL, "UPDATE registry_place SET kind = 'dwelling' WHERE kind = 'unit'", NONE],
            [ALL, "UPDATE registry_place SET kind = 'unit' WHERE kind = 'dwelling'", NONE],
        ),
        migrations.AlterField(
            "place",
            "kind",
            models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS]),
        ),
        migrations.AddConstraint(
            "place", models.CheckConstraint(condition=Q(kind__in=KINDS), name="place_kind_known")
        ),
    ]
