from urllib.parse import parse_qsl, urlencode

from django.db import migrations


def drop_words(apps, schema_editor):
    """A view stands in an address: those that were kept with the words of a search lose them."""
    views = apps.get_model("cases", "SavedView").objects
    for view in views.filter(query__contains="q="):
        pairs = parse_qsl(view.query, keep_blank_values=True)
        query = urlencode([pair for pair in pairs if pair[0] != "q"])
        views.filter(pk=view.pk).update(query=query)


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_cause")]
    operations = [migrations.RunPython(drop_words, migrations.RunPython.noop)]
