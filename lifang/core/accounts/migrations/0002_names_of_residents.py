from django.db import migrations

from lifang.core.crypto import mask_name


def mask_names(apps, schema_editor):
    """Names of residents who were enrolled before names stood masked beside an account: what new ones get."""
    accounts = apps.get_model("accounts", "Account").objects
    residents = accounts.filter(kind="resident").exclude(name__contains="*")
    keys = list(residents.values_list("pk", flat=True))
    for first in range(0, len(keys), 2000):
        rows = list(accounts.filter(pk__in=keys[first : first + 2000]).only("name"))
        for row in rows:
            row.name = mask_name(row.name)
        accounts.bulk_update(rows, ["name"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(mask_names, migrations.RunPython.noop)]
