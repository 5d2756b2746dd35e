from django.db import migrations

from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("sheets", "0001_initial"), ("access", "0002_wall")]
    operations = [
        Wall("sheets_import"),
        Wall("sheets_paper", through=("of_id", "sheets_import")),
        Wall("sheets_line", through=("of_id", "sheets_import")),
    ]
