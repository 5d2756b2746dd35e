from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Concat, Left, Length

# Family names of two characters, as the mask of names knew them when this was written.
DOUBLE = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "宇文", "长孙", "夏侯", "端木",
    "南宫", "独孤", "轩辕", "申屠", "呼延",
)  # fmt: skip


def mask_names(apps, schema_editor):
    """Names of residents who were enrolled before names stood masked beside an account: what new ones get."""
    accounts = apps.get_model("accounts", "Account").objects
    open_names = accounts.filter(kind="resident").exclude(name="").exclude(name="—")
    open_names = open_names.exclude(name__contains="*").annotate(long=Length("name"))
    double = open_names.annotate(first=Left("name", 2)).filter(first__in=DOUBLE, long__gt=2)
    double.update(name=Concat(Left("name", 2), Value("*")))
    # Whoever has just been masked has a star and is not taken again.
    open_names.update(name=Concat(Left("name", 1), Value("*")))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(mask_names, migrations.RunPython.noop)]
