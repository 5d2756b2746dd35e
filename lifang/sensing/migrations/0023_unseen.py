from django.db import migrations

# What is stored and waits to be looked at: columns as they lie in memory, which only who wrote them can read. Nobody's page
# shows it, and no row stays for longer than seconds. Not compressed: that would cost more than the writing.
UNSEEN = """
CREATE TABLE sensing_unseen (id uuid PRIMARY KEY, at timestamptz NOT NULL, body bytea NOT NULL);
ALTER TABLE sensing_unseen ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE sensing_unseen SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0022_networks_sites_labels")]
    operations = [migrations.RunSQL(UNSEEN, "DROP TABLE sensing_unseen")]
