"""The planted county, in a database with real commits: made once for all tests of a module."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from conftest import committing
from lifang.boot.testing import TestServer
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from tests.marker.plant import Planted, plant


@pytest.fixture(scope="module")
def planted(
    test_server: TestServer, template_db: str, django_db_setup, django_db_blocker
) -> Iterator[Planted]:
    """Fifty people; see `plant.py`."""
    with committing(test_server, template_db, django_db_blocker), behind(SYSTEM):
        with transaction.atomic():
            found = plant()
        yield found
