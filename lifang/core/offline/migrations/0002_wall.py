from django.db import migrations

from lifang.core.access.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("offline", "0001_initial"), ("access", "0002_wall")]
    operations = [
        Wall("offline_upload"),
        Wall("offline_part", through=("upload_id", "offline_upload")),
        Wall("offline_record"),
    ]
