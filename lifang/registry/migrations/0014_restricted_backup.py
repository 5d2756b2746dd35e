from django.db import migrations

# A backup of a database that is not ours (its owner is no superuser) goes through the walls. One restricted record made it
# fail, for it reads with no search path; and what only named viewers see was not in it. The owner sees it now while it
# says that it makes a backup; the application's role never does.
OWNER = "(SELECT c.relowner FROM pg_class c WHERE c.oid = '{table}'::regclass)"
SAYS_SO = "CREATE POLICY lifang_backup ON {table} FOR SELECT USING (current_setting('lifang.backup', true) = 'on' AND current_user = pg_get_userbyid({owner}));"
SEEN = (
    "ALTER FUNCTION registry_restricted_open(uuid, timestamptz) SET search_path = public, pg_temp;"
    + "".join(
        SAYS_SO.format(table=table, owner=OWNER.format(table=table))
        for table in ("registry_restrictedrecord", "registry_restrictedlook")
    )
)
UNSEEN = """
DROP POLICY lifang_backup ON registry_restrictedlook;
DROP POLICY lifang_backup ON registry_restrictedrecord;
ALTER FUNCTION registry_restricted_open(uuid, timestamptz) RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_callups")]
    operations = [migrations.RunSQL(SEEN, UNSEEN)]
