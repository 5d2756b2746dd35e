from django.db import migrations

from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("flow", "0001_initial"), ("access", "0002_wall")]
    operations = [Wall("flow_step"), Wall("flow_clock"), Wall("flow_todo")]
