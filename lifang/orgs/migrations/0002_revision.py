from django.db import migrations


class Migration(migrations.Migration):
    """The one row that tells processes when what they remember of divisions is old."""

    dependencies = [("orgs", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO orgs_revision (id, token) VALUES (1, gen_random_uuid())",
            "DELETE FROM orgs_revision",
        )
    ]
