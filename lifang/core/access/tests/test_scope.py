"""The scope's algebra, and that Python, the query and the wall agree on it."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM, Actor, Kind, Scope, wall
from lifang.core.access.scope import within
from lifang.core.access.tests.make import make_row
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message

# Few digits, so that prefixes meet.
AREAS = st.text(alphabet="019", min_size=0, max_size=6)
FULL = st.text(alphabet="019", min_size=1, max_size=6)
HOLDERS = st.sampled_from(["unit:a", "unit:b", "account:c"])
SCOPES = st.builds(Scope, st.frozensets(AREAS, max_size=3), st.frozensets(HOLDERS, max_size=2))


@pytest.mark.covers("S3-02", "S0-16")
@given(AREAS, AREAS)
def test_an_area_covers_what_lies_below_it(area, rest):
    assert Scope(frozenset({area})).covers(area + rest)


@given(st.frozensets(AREAS), FULL)
def test_nothing_is_covered_from_beside_or_below(areas, area):
    covered = Scope(areas).covers(area)
    assert covered == any(area[: len(prefix)] == prefix for prefix in areas)


@given(st.frozensets(AREAS), st.frozensets(AREAS), FULL)
def test_more_areas_never_cover_less(some, more, area):
    if Scope(some).covers(area):
        assert Scope(some | more).covers(area)


@given(FULL)
def test_an_empty_scope_covers_nothing(area):
    assert not Scope().covers(area)
    assert not Scope().everywhere


@given(FULL)
def test_everywhere_covers_all(area):
    assert Scope(frozenset({""})).covers(area)


def actor_with(scope: Scope) -> Actor:
    return Actor(None, "x", Kind.STAFF, scope=scope)


@pytest.fixture
def rows(db):
    """Rows of every area of up to four of two digits, some held."""
    with behind(SYSTEM):
        areas = [
            f"{number:0{size}b}".replace("1", "9")
            for size in (1, 2, 3)
            for number in range(2**size)
        ]
        for place, area in enumerate(areas):
            make_row(area, *([["unit:a"], [], ["unit:b", "account:c"]][place % 3]))
        return [(row.area, frozenset(row.holders)) for row in Message.objects.all()]


def seen(queryset) -> list:
    return sorted((row.area, sorted(row.holders)) for row in queryset)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(scope=SCOPES)
def test_python_query_and_wall_show_the_same_rows(rows, scope):
    expected = sorted(
        (area, sorted(holders)) for area, holders in rows if scope.shows(area, holders)
    )
    with behind(SYSTEM):
        assert seen(Message.objects.visible_to(actor_with(scope))) == expected
    with behind(actor_with(scope)):
        assert seen(Message.objects.all()) == expected


@given(
    st.text(alphabet="0123456789", min_size=1, max_size=15),
    st.text(alphabet="0123456789", max_size=15),
)
def test_the_range_of_a_prefix_is_the_prefix(prefix, area):
    bounds = dict(within(prefix).children)
    assert (bounds["area__gte"] <= area < bounds["area__lt"]) == area.startswith(prefix)


@pytest.mark.django_db
def test_the_prefix_is_served_by_the_index(rows):
    wall.stand(SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        query = Message.objects.filter(within("99")).values("id").query
        sql, parameters = query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
    assert "message_area" in plan
