from django.db import migrations

from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("access", "0002_wall")]
    operations = [Wall("registry_place"), Wall("registry_resident")]
