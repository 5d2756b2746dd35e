from django.db import migrations

from lifang.core.search.blind import NearTokens


class Migration(migrations.Migration):
    """A name is found in a county without reading those who bear it in all others. Every person is written anew."""

    dependencies = [("registry", "0017_size")]

    operations = [NearTokens("registry_person", "name_terms")]
