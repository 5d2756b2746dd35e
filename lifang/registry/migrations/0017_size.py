from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

WIDE = "ALTER TABLE {} ALTER COLUMN {} SET STATISTICS {}"
COLUMNS = (
    ("registry_person", "area"),
    ("registry_person", "name_terms"),
    ("registry_place", "area"),
    ("registry_place", "tokens"),
)


class Migration(migrations.Migration):
    """A whole address, and the few of one residence, are found without reading all others; of a city's grids and names the planner knows more."""

    atomic = False

    dependencies = [("registry", "0016_phase")]

    operations = [
        AddIndexConcurrently(
            "place",
            models.Index(
                fields=["address", "area"],
                condition=models.Q(kind="dwelling", valid_to__isnull=True),
                name="place_dwelling_address",
            ),
        ),
        AddIndexConcurrently(
            "person", models.Index(fields=["residence", "id"], name="person_residence")
        ),
        *(
            migrations.RunSQL(WIDE.format(*column, 1000), WIDE.format(*column, -1))
            for column in COLUMNS
        ),
    ]
