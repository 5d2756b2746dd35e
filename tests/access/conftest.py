from importlib import import_module
from importlib.util import find_spec

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind


@pytest.fixture
def county(db: None) -> None:
    """The county where the cast lives: two streets, two communities each, two grids each."""
    if find_spec("lifang.orgs.tests.make"):
        with behind(SYSTEM):
            import_module("lifang.orgs.tests.make").make_county()
