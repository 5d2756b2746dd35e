from django.db import migrations

from lifang.core.access.wall import Wall

CHILDREN = ("reporter", "handling", "delay", "check", "callback", "pressing")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("access", "0002_wall")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE cases_number", "DROP SEQUENCE cases_number"),
        Wall("cases_case"),
        *(Wall(f"cases_{name}", through=("case_id", "cases_case")) for name in CHILDREN),
    ]
