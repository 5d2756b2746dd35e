from django.db import migrations

from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("living", "0001_initial"), ("access", "0002_wall")]
    operations = [
        Wall("living_tariff"),
        Wall("living_meter"),
        Wall("living_reading"),
        Wall("living_run"),
        Wall("living_bill"),
        Wall("living_billline", through=("bill_id", "living_bill")),
    ]
