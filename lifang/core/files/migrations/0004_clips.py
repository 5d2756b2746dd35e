from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_voices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="media",
            field=models.CharField(
                choices=[
                    ("image/jpeg", "JPEG"),
                    ("application/pdf", "PDF"),
                    ("audio/webm", "WebM"),
                    ("audio/ogg", "Ogg"),
                    ("audio/mp4", "M4A"),
                    ("video/mp4", "MP4"),
                ],
                default="image/jpeg",
                max_length=15,
            ),
        ),
    ]
