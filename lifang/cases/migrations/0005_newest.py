from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_saved_view")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["-opened_at", "-id"], name="case_newest"),
        ),
    ]
