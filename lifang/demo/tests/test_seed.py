import random
from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest

from lifang.cases.catalogue import CASE
from lifang.cases.models import Case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.log import verify
from lifang.core.config import config
from lifang.core.files import disk
from lifang.core.flow.engine import replay
from lifang.core.flow.models import Step, Todo
from lifang.demo import seed
from lifang.demo.beside import side_by_side
from lifang.demo.county import county, parts
from lifang.demo.falling import falls
from lifang.demo.geography import outlines
from lifang.demo.photos import picture
from lifang.registry import selectors
from lifang.registry.models import Correction, Merge, MissedVisit
from lifang.sensing import selectors as sensing
from lifang.sensing.models import Alarm, Device, UtilityLine, Works
from lifang.sensing.tests.make import make_device

MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def test_grids_fill_the_county_without_gap_or_overlap():
    shapes = dict(outlines(county(), random.Random(1)))
    grids = [shape for code, shape in shapes.items() if len(code) == 15]
    whole = shapes[county().code]
    assert len(grids) == 60
    assert abs(sum(grid.area for grid in grids) / whole.area - 1) < 1e-4
    assert min(grid.area for grid in grids) > 0.3 * max(grid.area for grid in grids)


@pytest.mark.django_db
def test_a_small_county_lives_through_the_real_actions(monkeypatch):
    demo = msgspec.structs.replace(config(), demo=True)
    for module in ("lifang.core.accounts.actions.keeping", "lifang.core.accounts.passwords"):
        monkeypatch.setattr(f"{module}.config", lambda: demo)
    assert seed.empty()
    built = seed.build(MONDAY, people_count=240, days=5)
    assert (built.areas, built.staff, built.residents) == (76, 150, 240)
    assert not seed.empty()
    with behind(SYSTEM):
        states = Counter(Case.objects.values_list("state", flat=True))
        assert sum(states.values()) == built.cases > 20
        assert len(states) >= 4
        for case in Case.objects.all():
            assert replay(CASE(), Step.objects.filter(subject=case.pk)) == case.state
        assert verify().whole
        first = f"{county().code}001001001"
        waiting = Todo.objects.filter(done_at=None, capability="cases.verify", area=first)
        assert waiting.count() >= 2, "the tutorial's grid worker finds something to look at"
        wished = Counter(Correction.objects.values_list("state", flat=True))
        assert wished == {"asked": 4, "verified": 1, "refused": 1}
        assert MissedVisit.objects.filter(state="missed").count() >= 3
        assert Merge.objects.filter(undone_at=None).count() == 3
        estate = Works.objects.get(kind="new_estate")
        assert UtilityLine.objects.filter(works=estate).count() >= 6
        assert Device.objects.filter(works=estate, line__isnull=False).exists()
        lacking = {
            one.type
            for one in sensing.stand_of(SYSTEM, estate, MONDAY)
            if one.installed < one.planned
        }
        assert [one for one in lacking if one.startswith("line:")] == ["line:water"]
        beings = Counter(ward.being for ward in sensing.wards(SYSTEM, MONDAY))
        assert sum(beings.values()) == 8, "some people are looked after"
        assert len(beings) >= 3
        assert not all(ward.learning for ward in sensing.wards(SYSTEM, MONDAY))
        weeks = list(sensing.reviews(SYSTEM))
        assert sum(bool(one.signed_at) for one in weeks) >= 4
        assert any(one.signed_at is None for one in weeks), "somebody's turn"
        assert Alarm.objects.exclude(verdict="").count() >= 20
        (fell,) = Alarm.objects.filter(rule="thrown")
        assert len(sensing.recordings(SYSTEM, fell)) == 1, "a clip to look at"
        assert len(selectors.doubles_in(SYSTEM, county().code)) >= 3, "some are still entered twice"


def test_the_same_dice_draw_the_same_picture_and_no_two_are_alike():
    def drawn():
        dice = random.Random(7)
        return [picture(*kind, dice) for kind in (("rubbish", False), ("lamp", False), ("rubbish", True), ("rubbish", False))]  # fmt: skip

    first, again = drawn(), drawn()
    assert first == again
    assert len({one.picture for one in first}) == 4
    assert len({one.phash for one in first}) == 4


def test_parts_fill_the_county_and_share_nothing():
    found = parts(county())
    grids = [grid for part in found for grid in part.grids]
    assert len(grids) == 60 == len({*grids})
    assert len({part.dice(1).random() for part in found}) == len(found)
    assert found[0].dice(1).random() == found[0].dice(1).random()


def test_works_side_by_side_answer_in_order_and_tell_their_failure():
    assert side_by_side([lambda: 1, lambda: 2], alone=True) == [1, 2]
    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: 1, lambda: 1 // 0], alone=True)


@pytest.mark.django_db
def test_something_falls_once_and_its_drawn_clip_stands_with_the_alarm(monkeypatch, tmp_path):
    monkeypatch.setattr(disk, "config", lambda: msgspec.structs.replace(config(), home=tmp_path))
    done = falls(make_device(type="camera_ai", at=MONDAY), MONDAY, 1)
    assert done is not None
    assert done.recording.seconds == 6
    with behind(SYSTEM):
        assert sensing.recordings(SYSTEM, Alarm.objects.get(rule="thrown")) == [done.recording]
