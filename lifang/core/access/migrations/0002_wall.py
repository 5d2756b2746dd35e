from django.db import migrations

from lifang.core.access.wall import SEES

EXCLUSIVE = """
ALTER TABLE access_grant ADD CONSTRAINT grant_one_guard EXCLUDE USING gist (
  account_id WITH =, guard WITH <>, tstzrange(valid_from, valid_to) WITH &&
)
"""


class Migration(migrations.Migration):
    """The wall's function, and: no account holds two kinds of power at once (system, security, audit, business)."""

    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.RunSQL(SEES, "DROP FUNCTION lifang_sees(text, text[])"),
        migrations.RunSQL(EXCLUSIVE, "ALTER TABLE access_grant DROP CONSTRAINT grant_one_guard"),
    ]
