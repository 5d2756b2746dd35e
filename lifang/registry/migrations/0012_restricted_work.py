from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_dogs")]
    operations = [
        migrations.AddField(
            model_name="restrictedlook",
            name="work_kind",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="restrictedlook",
            name="work",
            field=models.UUIDField(blank=True, null=True),
        ),
    ]
