from django.db import migrations

# To-dos of missed visits for a restricted reason no longer carry its name.
UNSAID = """
SELECT set_config('lifang.areas', '*', true);
UPDATE flow_todo SET title = '逾期未走访' WHERE flow = 'missed' AND title = '重点人员走访';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("flow", "0001_initial"),
        ("registry", "0008_door"),
    ]
    operations = [migrations.RunSQL(UNSAID, migrations.RunSQL.noop)]
