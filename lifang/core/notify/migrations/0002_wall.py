from django.db import migrations

from lifang.core.access.wall import Wall

# A preference belongs to its holder alone; it lies nowhere, so the usual wall does not fit.
OWN = """
ALTER TABLE notify_preference ENABLE ROW LEVEL SECURITY;
ALTER TABLE notify_preference FORCE ROW LEVEL SECURITY;
CREATE POLICY lifang_own ON notify_preference USING (
    current_setting('lifang.areas', true) = '*'
    OR holder = ANY (string_to_array(NULLIF(current_setting('lifang.holders', true), ''), ','))
);
"""
UNDO = """
DROP POLICY IF EXISTS lifang_own ON notify_preference;
ALTER TABLE notify_preference NO FORCE ROW LEVEL SECURITY;
ALTER TABLE notify_preference DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial"), ("access", "0002_wall")]
    operations = [
        Wall("notify_message"),
        Wall("notify_endpoint"),
        Wall("notify_delivery", through=("endpoint_id", "notify_endpoint")),
        migrations.RunSQL(OWN, UNDO),
    ]
