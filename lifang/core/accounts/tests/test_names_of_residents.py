"""The migration that masks names of residents which stood open beside their accounts."""

from importlib import import_module

import pytest
from django.apps import apps

from lifang.core.accounts.models import Account
from lifang.core.crypto import mask_name
from lifang.core.testing import cast

pytestmark = pytest.mark.django_db
MIGRATION = import_module("lifang.core.accounts.migrations.0002_names_of_residents")
OPEN = ("张三丰", "王五", "欧阳", "欧阳锋", "诸葛孔明", "Ann Lee")
LEFT = ("张*", "100****0020", "—")


@pytest.mark.covers("S4-08")
def test_an_old_account_gets_the_name_that_a_new_one_would_have():
    named = {cast.account("resident", name=name).pk: name for name in (*OPEN, *LEFT)}
    staff, machine = cast.account(name="赵慧敏"), cast.account("machine", name="水表网关")
    for _ in range(2):  # once more changes nothing
        MIGRATION.mask_names(apps, None)
        found = {named[one.pk]: one.name for one in Account.objects.filter(pk__in=named)}
        assert found == {name: mask_name(name) if name in OPEN else name for name in named.values()}
        assert [Account.objects.get(pk=one.pk).name for one in (staff, machine)] == ["赵慧敏", "水表网关"]  # fmt: skip
