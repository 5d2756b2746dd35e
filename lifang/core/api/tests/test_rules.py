from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import Actor, Grant, Kind
from lifang.core.access.actor import scope_of
from lifang.core.api import rules
from lifang.core.api.rates import Buckets

ME = uuid4()
areas = st.text("01", min_size=2, max_size=6)
acts = st.frozensets(st.sampled_from(["a.x", "a.y", "b.z"]))
grants = st.lists(st.builds(Grant, st.just("p"), areas, acts, st.just("area")), max_size=4)


def actor(given_: list[Grant], basic: frozenset[str] = frozenset()) -> Actor:
    return Actor(ME, "me", Kind.STAFF, tuple(given_), basic, scope_of(given_, ME))


@given(
    grants, acts, st.lists(areas, max_size=3), acts, areas, st.sampled_from(["a.x", "a.y", "b.z"])
)
def test_a_key_never_widens_its_account(held, basic, cut, kept, place, act):
    whole = actor(held, basic)
    left = rules.narrowed(whole, cut, kept)
    assert not left.may(act, place) or (whole.may(act, place) and act in kept)
    assert not left.scope.covers(place) or whole.scope.covers(place)
    assert left.scope.holders <= whole.scope.holders
    if cut:
        assert not left.scope.covers(place) or any(place.startswith(area) for area in cut)
        assert not left.may(act, place) or any(place.startswith(area) for area in cut)


@given(grants, st.lists(areas, min_size=1, max_size=3), areas)
def test_a_key_loses_nothing_that_lies_in_both(held, cut, place):
    left = rules.narrowed(actor(held), cut, ["a.x"])
    if actor(held).scope.covers(place) and any(place.startswith(area) for area in cut):
        assert left.scope.covers(place)


def test_a_key_with_areas_drops_what_its_account_sees_for_a_unit():
    unit = Grant("handler", "11", frozenset({"a.x"}), "unit", "unit:1")
    left = rules.narrowed(actor([unit]), ["11"], ["a.x"])
    assert (left.grants, left.scope.holders, left.scope.areas) == ((), frozenset(), frozenset())


def test_a_key_without_areas_keeps_the_scope_and_loses_the_acts():
    whole = actor([Grant("p", "11", frozenset({"a.x", "a.y"}))], frozenset({"b.z"}))
    left = rules.narrowed(whole, [], ["a.y"])
    assert (left.scope, left.capabilities) == (whole.scope, frozenset({"a.y"}))
    assert rules.narrowed(whole, [], []).capabilities == frozenset()


def test_a_key_may_be_issued_for_oneself_and_for_machines_by_their_keeper():
    keeper = actor([Grant("system_admin", "11", frozenset({"api.keep_machines"}), "unit")])
    assert rules.may_issue(actor([]), ME, "", machine=False) is None
    assert rules.may_issue(actor([]), uuid4(), "1101", machine=True).reason == "key_of_another"
    assert rules.may_issue(keeper, uuid4(), "1101", machine=True) is None
    assert rules.may_issue(keeper, uuid4(), "1101", machine=False).reason == "key_of_another"
    for elsewhere in ("12", "1", ""):
        assert rules.may_issue(keeper, uuid4(), elsewhere, machine=True).reason == "key_of_another"


def test_strangers_learn_nothing_from_revoking_a_key_of_another():
    def told(who: Actor, account: UUID, area: str, *, machine: bool) -> str:
        refusal = rules.may_revoke(who, account, area, machine=machine)
        return refusal.reason if refusal else "may"

    assert told(actor([]), ME, "1101", machine=False) == "may"
    keeper = actor([Grant("system_admin", "11", frozenset({"api.keep_machines"}), "self")])
    watch = actor([Grant("security_admin", "11", frozenset({"api.oversee_keys"}), "self")])
    for area, machine, kept, watched in (
        ("1101", True, "may", "may"),
        ("1101", False, "not_found", "may"),
        ("12", True, "not_found", "not_found"),
        ("", True, "not_found", "not_found"),
    ):
        assert told(actor([]), uuid4(), area, machine=machine) == "not_found"
        assert told(keeper, uuid4(), area, machine=machine) == kept
        assert told(watch, uuid4(), area, machine=machine) == watched


def test_no_key_lasts_for_ever():
    assert rules.lasts(timedelta(days=366)) is None
    assert rules.lasts(timedelta(days=367)).reason == "key_lasts_too_long"
    assert rules.lasts(timedelta(0)).reason == "key_lasts_too_long"


def test_areas_are_digits():
    assert rules.areas_are_codes(["3703", "370306001002003"]) is None
    for wrong in ("", "3", "37*", "3703060010020031", "37,03", "３７"):
        assert rules.areas_are_codes([wrong]).reason == "key_area_wrong", wrong


def test_a_bucket_refills_with_time():
    buckets = Buckets()
    assert [buckets.take("k", 2, 0.0).allowed for _ in range(3)] == [True, True, False]
    empty = buckets.take("k", 2, 1.0)
    assert (empty.allowed, empty.remaining, empty.seconds) == (False, 0, 29)
    assert buckets.take("other", 2, 1.0).allowed
    assert buckets.take("k", 2, 31.0).allowed
    assert not buckets.take("k", 2, 31.0).allowed


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 50))
def test_a_bucket_never_gives_more_than_its_rate(pauses, per_minute):
    buckets, now, given_ = Buckets(), 0.0, 0
    for pause in pauses:
        now += pause
        given_ += buckets.take("k", per_minute, now).allowed
    assert given_ <= per_minute + now * per_minute / 60 + 1e-6


def test_buckets_are_not_kept_without_end():
    buckets = Buckets(most=3)
    for number in range(10):
        buckets.take(str(number), 5, 0.0)
    assert len(buckets._held) == 3
