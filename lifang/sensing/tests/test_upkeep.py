"""Devices described otherwise, moved, bound to their maker: what was stays in the log."""

from datetime import timedelta

import pytest
from django.utils import translation

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID, make_building
from lifang.sensing import actions, selectors
from lifang.sensing.models import Admission, Device, Latest, Series
from lifang.sensing.selectors import ways
from lifang.sensing.terms import DeviceState
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

STREET, NEXT = GRID[:9], GRID[:12] + "002"


def ask(kind: str = "smoke") -> Admission:
    return actions.ask_admission(
        actor=SYSTEM,
        maker="测试厂",
        type=kind,
        model="S1",
        dialect="lifang",
        area=STREET,
        at=MONDAY,
    )


def kinds_of(device: Device) -> list[str]:
    with behind(SYSTEM):
        return [one.kind for one in selectors.log(SYSTEM, device)]


def test_a_device_nobody_named_is_called_by_its_type_in_the_readers_language(db):
    unnamed, named = make_device(code="X1"), make_device(code="X2", name="厨房烟感")
    with translation.override("en"):
        assert str(unnamed) == "Smoke alarm X1"
        assert str(named) == "厨房烟感"
    with translation.override("zh-hans"):
        assert str(unnamed).endswith("X1")
        assert not str(unnamed).isascii()


def test_what_is_described_otherwise_stands_in_the_log_field_by_field(grid_worker):
    device = make_device(code="OLD")
    page = grid_worker.get("sensing:act", device.pk, "description").content.decode()
    assert "不填" in page
    form = {"name": "楼道烟感", "code": "NEW", "model": "M2", "position": "三楼", "keeper_name": "", "maintainer_name": "", "every_minutes": "30", "installed_on": "2026-01-05", "note": "换了主板"}  # fmt: skip
    assert grid_worker.post("sensing:act", device.pk, "description", data=form).status_code == 302
    with behind(SYSTEM):
        now = Device.objects.get(pk=device.pk)
        entry = selectors.log(SYSTEM, device)[0]
    assert (now.name, now.code, now.model, now.every_seconds) == ("楼道烟感", "NEW", "M2", 1800)
    assert entry.facts["code"] == ["OLD", "NEW"]
    without = grid_worker.post("sensing:act", device.pk, "description", data=form | {"installed_on": ""})  # fmt: skip
    assert without.status_code == 200
    page = grid_worker.get("sensing:device", device.pk).content.decode()
    assert "OLD → NEW" in page
    assert "换了主板" in page


def test_an_unnamed_device_follows_its_code_and_nothing_changed_is_no_line(grid_worker):
    device = make_device(code="A1")
    actions.edit_device(actor=grid_worker.actor, device=device, given={"code": "A2"}, at=MONDAY)
    with behind(SYSTEM):
        device.refresh_from_db()
        assert device.name.endswith("A2")
    before = kinds_of(device)
    actions.edit_device(actor=grid_worker.actor, device=device, given={"code": "A2"}, at=MONDAY)
    assert kinds_of(device) == before


def test_a_code_that_another_has_and_an_interval_nobody_waits_for_are_refused(grid_worker):
    make_device(code="TAKEN")
    device = make_device()
    for given, reason in (({"code": "TAKEN"}, "device_code_taken"), ({"installed_on": None}, "device_installed_on"), ({"every_seconds": 40 * 86400}, "device_every"), ({"model": "x" * 61}, "device_words"), ({"video_code": "1" * 20}, "video_code")):  # fmt: skip
        with refused(reason):
            actions.edit_device(actor=grid_worker.actor, device=device, given=given, at=MONDAY)


def test_a_device_that_moves_takes_its_series_and_its_log_along(community_secretary):
    make_county()
    device = make_device(code="M1")
    series = make_series(device, "battery")
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY, 50)], known_of(series), MONDAY)
    form = {"area": NEXT, "position": "二楼", "place_words": "", "note": "换了住户"}
    done = community_secretary.post("sensing:act", device.pk, "removal", data=form)
    assert done.status_code == 302
    with behind(SYSTEM):
        assert Device.objects.get(pk=device.pk).area == NEXT
        assert Series.objects.get(device=device).area == NEXT
        assert Latest.objects.get(series__device=device).area == NEXT
        assert {one.area for one in selectors.log(SYSTEM, device)} == {NEXT}
    page = community_secretary.get("sensing:device", device.pk).content.decode()
    assert "→" in page
    assert "换了住户" in page


def test_a_place_is_found_by_words_and_gives_the_grid(community_secretary):
    make_county()
    door = make_building(GRID)[3]
    device = make_device(area=NEXT, code="M2")
    form = {"place_words": door.address or door.name, "area": "", "position": "厨房"}
    done = community_secretary.post("sensing:act", device.pk, "removal", data=form)
    if done.status_code == 200:  # several fit: one is chosen
        done = community_secretary.post(
            "sensing:act", device.pk, "removal", data=form | {"place": str(door.pk)}
        )
    assert done.status_code == 302
    with behind(SYSTEM):
        device.refresh_from_db()
    assert (device.area, device.place_id) == (GRID, door.pk)
    lost = community_secretary.post(
        "sensing:act", device.pk, "removal", data=form | {"place_words": "没有这个地方"}
    )
    assert lost.status_code == 200
    assert "没有" in lost.content.decode()


@pytest.mark.covers("S1-14")
def test_a_makers_key_speaks_for_what_is_bound_to_it_and_for_nothing_else(street_dispatcher):
    make_county()
    admission = ask()
    make_device(code="B1")
    make_device(code="OTHER", type="door")
    form = {"codes": "B1\n B2 \nOTHER\n\nB1", "grid": GRID}
    page = street_dispatcher.post("sensing:binding", admission.pk, data=form).content.decode()
    assert "OTHER" in page
    with behind(SYSTEM):
        mine = Device.objects.filter(admission=admission)
        assert {(one.code, one.model) for one in mine} == {("B1", "S1"), ("B2", "S1")}
        owner = ways._owner((b"", "P", False, [STREET], MONDAY, None, None, None, admission.pk, STREET, admission.maker_id))  # fmt: skip
        assert owner is not None
        assert set(ways.lines(SYSTEM, owner, ["B1", "B2", "OTHER"])) == {"B1", "B2"}
        bound = Device.objects.get(code="B1")
    assert kinds_of(bound)[0] == "bind"
    street_dispatcher.post("sensing:act", bound.pk, "release", data={"note": "换厂商"})
    with behind(SYSTEM):
        assert set(ways.lines(SYSTEM, owner, ["B1", "B2"])) == {"B2"}
    assert kinds_of(bound)[0] == "release"


def test_one_that_spoke_unregistered_is_registered_by_being_bound(street_dispatcher):
    make_county()
    admission = ask()
    with behind(SYSTEM):
        owner = ways._owner((b"", "P", False, [], MONDAY, None, None, None, admission.pk, GRID, admission.maker_id))  # fmt: skip
        assert owner is not None
        from lifang.sensing.actions.unverified import take_on  # noqa: PLC0415 -- private to the ways in

        take_on(owner, "STRANGE", MONDAY)
    assert (
        street_dispatcher.post(
            "sensing:binding", admission.pk, data={"codes": "STRANGE"}
        ).status_code
        == 302
    )
    with behind(SYSTEM):
        device = Device.objects.get(code="STRANGE")
    assert (device.type, device.state) == ("smoke", DeviceState.INSTALLED)
    assert kinds_of(device) == ["install", "bind"]


def test_nothing_is_bound_to_an_admission_that_is_over_or_from_elsewhere(street_dispatcher):
    make_county()
    admission = ask()
    with refused("bind_grid"):
        actions.bind_devices(actor=street_dispatcher.actor, admission=admission, codes=["Z"], grid="990102001001001", at=MONDAY)  # fmt: skip
    actions.refuse_admission(actor=SYSTEM, admission=admission, note="不合格", at=MONDAY)
    with refused("admission_closed"):
        actions.bind_devices(actor=street_dispatcher.actor, admission=admission, codes=["Z"], at=MONDAY)  # fmt: skip


def test_retired_ones_are_found_when_asked_for(street_dispatcher):
    device = make_device(name="旧烟感")
    street_dispatcher.post("sensing:act", device.pk, "retirement", data={"note": "损坏"})
    assert "旧烟感" not in street_dispatcher.get("sensing:devices").content.decode()
    asked = street_dispatcher.get("sensing:devices", query={"standing": "retired"})
    assert "旧烟感" in asked.content.decode()
    page = street_dispatcher.get("sensing:device", device.pk).content.decode()
    assert "损坏" in page


def test_the_page_of_an_admission_and_of_its_devices_do_not_grow(street_dispatcher):
    make_county()
    admission = ask()
    serial = iter(range(100))

    def make() -> None:
        actions.bind_devices(actor=SYSTEM, admission=admission, codes=[f"G{next(serial)}"], grid=GRID, at=MONDAY + timedelta(hours=1))  # fmt: skip

    grows(make, lambda: street_dispatcher.get("sensing:admission", admission.pk))
    grows(make, lambda: street_dispatcher.get("sensing:devices", query={"maker": str(admission.maker_id)}))  # fmt: skip


def test_hostile_words_in_every_form(street_dispatcher, community_secretary):
    make_county()
    admission, device = ask(), make_device()
    for one in hostile.sample(40, "upkeep"):
        text = one.text
        asked = (
            ("sensing:binding", (admission.pk,), {"codes": text, "grid": text}),
            ("sensing:act", (device.pk, "description"), {"name": text, "code": text, "position": text, "every_minutes": text}),
            ("sensing:act", (device.pk, "removal"), {"area": text, "place_words": text, "place": text, "lat": text}),
            ("sensing:new", (), {"type": "smoke", "code": "h", "gateway_words": text, "admission": text, "area": GRID}),
            ("sensing:vigil_begin", (), {"person_words": text, "person": text, "purpose": text}),
        )  # fmt: skip
        for name, args, data in asked:
            who = community_secretary if "vigil" in name else street_dispatcher
            answer = who.post(name, *args, data=data)
            assert answer.status_code in (200, 302, 400, 422), (name, text)
        assert street_dispatcher.get("sensing:devices", query={"maker": text}).status_code in (200, 400)  # fmt: skip
        assert community_secretary.get("sensing:vigil_begin", query={"person": text}).status_code in (200, 400)  # fmt: skip
