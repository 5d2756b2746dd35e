from django.db import migrations

from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("scan", "0001_initial"), ("access", "0002_wall")]
    operations = [Wall("scan_scan")]
