"""Fixtures for every test: the cast by name, `grows`, `refused`, `at`.

Loaded by the root `conftest.py`; imports nothing of Django before it is set up.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest


@pytest.fixture
def at() -> datetime:
    """Ten in the morning of a Monday."""
    from lifang.core.testing.cast import MONDAY  # noqa: PLC0415 -- Django must be set up

    return MONDAY


@pytest.fixture
def grows() -> Callable[..., None]:
    """`grows(make, fetch)`: the page costs the same for one row and for thirty."""
    from lifang.core.testing.proofs import grows as proof  # noqa: PLC0415 -- Django must be set up

    return proof


@pytest.fixture
def refused() -> Callable[..., Any]:
    """`with refused("reason"):` nothing is written, and the log has its line."""
    from lifang.core.testing.proofs import refused as proof  # noqa: PLC0415 -- Django must be set up

    return proof


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    """One test's requests do not count against another's."""
    from lifang.core.api.rates import BUCKETS  # noqa: PLC0415 -- Django must be set up

    BUCKETS.clear()


@pytest.fixture(autouse=True)
def _nobody_looks() -> None:
    """What a test told the wall was rolled back with it: the next one tells it anew."""
    from lifang.core.access.wall import forget  # noqa: PLC0415 -- Django must be set up

    forget()


def _cast_member(key: str) -> Any:
    @pytest.fixture(name=key)
    def made(db: None) -> Any:
        from lifang.core.testing.cast import CAST  # noqa: PLC0415 -- Django must be set up

        return CAST[key]()

    return made


KEYS = [
    "grid_worker",
    "community_secretary",
    "street_dispatcher",
    "county_dispatcher",
    "county_leader",
    "checker",
    "department_handler",
    "property_handler",
    "system_admin",
    "security_admin",
    "audit_admin",
    "stranger",
    "resident",
    "anonymous",
]
globals().update({f"_{key}": _cast_member(key) for key in KEYS})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        dest="update_golden",
        help="write new entries into golden files; what they hold already must not change",
    )
