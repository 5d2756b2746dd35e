from django.db import migrations, models

import lifang.core.crypto.fields

# No area and no post opens the restricted store, its owner neither: for the length of this migration it does.
OPEN = "ALTER TABLE registry_restrictedrecord NO FORCE ROW LEVEL SECURITY"
SHUT = "ALTER TABLE registry_restrictedrecord FORCE ROW LEVEL SECURITY"


def seal(apps, schema_editor):
    """The paper a record stands on names a person as surely as the record: its number is sealed like what viewers have to know."""
    for row in apps.get_model("registry", "RestrictedRecord").objects.all():
        row.basis = row.basis_plain
        row.save(update_fields=["basis"])


class Migration(migrations.Migration):
    dependencies = [("registry", "0014_restricted_backup")]
    operations = [
        migrations.RunSQL(OPEN, SHUT),
        migrations.RemoveConstraint(model_name="restrictedrecord", name="restricted_has_basis"),
        migrations.RenameField("restrictedrecord", "basis", "basis_plain"),
        migrations.AddField(
            model_name="restrictedrecord",
            name="basis",
            field=lifang.core.crypto.fields.MaskedText(mask="all", null=True),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RemoveField(model_name="restrictedrecord", name="basis_plain"),
        migrations.AddConstraint(
            model_name="restrictedrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(basis__isnull=False), name="restricted_has_basis"
            ),
        ),
        migrations.RunSQL(SHUT, OPEN),
    ]
