"""A self-service machine has its papers, its looks, its complaints and its end on record; whoever scans its label reads them."""

from datetime import date, timedelta
from importlib import import_module

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver
from lifang.living import actions, selectors
from lifang.living.models import Complaint, Machine
from lifang.living.rules import machines as rules
from lifang.living.tests.make import SPOT, a_code
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S2-18")]
TODAY = date(2026, 11, 23)


def told(**more):
    said = {"kind": "water", "spot": "东门内侧", "lon": SPOT[0], "lat": SPOT[1], "operator": "清源净水", "code": a_code("91"), "telephone": "10099000123"}  # fmt: skip
    return rules.Told(**{**said, **more})


def stood(**more) -> Machine:
    with behind(SYSTEM):
        return actions.add_machine(actor=SYSTEM, told=told(**more), at=MONDAY)


def wants(row, days=0):
    with behind(SYSTEM):
        row.refresh_from_db()
    one = selectors.machine_facts(SYSTEM, [row], MONDAY + timedelta(days=days))[0]
    return [(paper.key, paper.state) for paper in one.lacking], one.look_due, one.complaints


def test_a_machine_is_set_up_gets_its_papers_is_looked_at_stopped_and_removed(community_secretary, anonymous):  # fmt: skip
    make_county()
    boss, said = community_secretary, told()._asdict()
    page = boss.get("living:machine_new").content.decode()
    assert 'data-island="map"' in page  # chosen on the map; the numbers stand below it
    assert 'name="lat"' in page
    assert boss.post("living:machine_new", data=said | {"code": said["code"][:-1] + "?"}).status_code == 200  # fmt: skip
    sent = boss.post("living:machine_new", data=said)
    assert sent.status_code == 302, sent.content.decode()[-1500:]
    with behind(SYSTEM):
        assert Machine.objects.get().code == said["code"]
    row = stood()
    assert wants(row)[0] == [("site", "missing"), ("business", "missing"), ("water", "missing"), ("water_test", "missing")]  # fmt: skip
    assert boss.post("living:machine_paper", row.pk, data={"paper": "business", "number": "N-business", "until": ""}).status_code == 302  # fmt: skip
    for paper, days in (("site", 300), ("water", 20), ("water_test", 1)):
        actions.note_machine_paper(actor=SYSTEM, machine=row, paper=paper, number=f"N-{paper}", until=TODAY + timedelta(days=days), at=MONDAY)  # fmt: skip
    assert wants(row) == ([("water", "soon"), ("water_test", "soon")], False, 0)
    assert wants(row, 31) == ([("water", "over"), ("water_test", "over")], True, 0)
    assert boss.post("living:machine_look", row.pk, data={"fine": "no", "words": ""}).status_code == 200  # fmt: skip
    boss.post("living:machine_look", row.pk, data={"fine": "no", "words": "滤芯超期"})
    boss.post("living:machine_stop", row.pk, data={"words": "换滤芯后再用"})
    page = anonymous.get("living:machine", row.number).content.decode()
    assert all(
        words in page for words in ("N-water", "滤芯超期", "换滤芯后再用", "清源净水", "停用")
    )
    assert "东门内侧" in boss.get("living:desk_machines").content.decode()
    boss.post("living:machine_resumption", row.pk, data={"words": "已换"})
    assert boss.post("living:machine_removal", row.pk, data={"words": "占用消防通道"}).status_code == 302  # fmt: skip
    assert "占用消防通道" in anonymous.get("living:machine", row.number).content.decode()
    assert row.number not in anonymous.get("living:machines").content.decode()
    with behind(SYSTEM):
        steps = [one.step for one in selectors.machine_notes(SYSTEM, row)]
    assert steps == ["removed", "back", "stopped", "checked", "added"]


def test_what_does_not_fit_is_refused_and_what_is_gone_stays_gone(refused, resident):
    make_county()
    for more, reason in (({"kind": "gold"}, "machine_kind"), ({"spot": " "}, "machine_spot"), ({"operator": ""}, "machine_operator"), ({"lat": 1.0}, "shop_place"), ({"code": "9" * 18}, "credit_check")):  # fmt: skip
        with refused(reason):
            actions.add_machine(actor=SYSTEM, told=told(**more), at=MONDAY)
    row = stood(kind="locker")
    note = lambda **more: actions.note_machine_paper(actor=SYSTEM, machine=row, **{"paper": "courier", "number": "N", "until": None, "at": MONDAY, **more})  # noqa: E731  # fmt: skip
    for more, reason in (({"paper": "food"}, "machine_paper"), ({"number": " "}, "machine_paper_number"), ({"until": TODAY - timedelta(days=1)}, "machine_paper_until")):  # fmt: skip
        with refused(reason):
            note(**more)
    with refused("machine_runs"):
        actions.resume_machine(actor=SYSTEM, machine=row, words="", at=MONDAY)
    with refused("refund_why"):
        actions.remove_machine(actor=SYSTEM, machine=row, words=" ", at=MONDAY)
    with behind(SYSTEM):
        actions.remove_machine(actor=SYSTEM, machine=row, words="x", at=MONDAY)
        row.refresh_from_db()
    for act in (note, lambda: actions.stop_machine(actor=SYSTEM, machine=row, words="x", at=MONDAY), lambda: actions.complain_machine(actor=resident.actor, machine=row, topic="machine_fault", text="x", at=MONDAY)):  # fmt: skip
        with refused("machine_removed"):
            act()


def test_a_complaint_becomes_a_case_and_nobody_reads_whose_it_is(resident, anonymous, refused):
    make_county()
    row = stood(kind="vending")
    sent = resident.post("living:machine_complaint", row.number, data={"topic": "machine_fault", "text": "吞了十元"})  # fmt: skip
    assert sent.status_code == 302, sent.content.decode()[-1500:]
    deliver(MONDAY)
    with behind(SYSTEM):
        made = Complaint.objects.get()
    assert (made.machine_id, made.case_number != "", made.holders) == (row.pk, True, [resident.holder])  # fmt: skip
    page = anonymous.get("living:machine", row.number).content.decode()
    assert made.case_number in page
    assert "吞了十元" not in page
    assert row.number in resident.get("living:complaints").content.decode()
    assert wants(row)[2] == 1
    with refused("complaint_topic"):
        actions.complain_machine(actor=resident.actor, machine=row, topic="fees", text="x", at=MONDAY)  # fmt: skip


def test_the_lists_cost_the_same_for_many(grows, community_secretary, anonymous):
    make_county()
    grows(stood, lambda: community_secretary.get("living:desk_machines"))
    grows(stood, lambda: anonymous.get("living:machines"))


def test_a_community_whose_machines_come_last_is_not_cut_off(anonymous, monkeypatch):
    make_county()
    monkeypatch.setattr(import_module("lifang.living.selectors.machines"), "SHOWN", 1)
    first, other = stood(), stood()
    there = "990101002001"
    with behind(SYSTEM):
        Machine.objects.filter(pk=other.pk).update(area=there + "001")
    assert selectors.machine_communities(SYSTEM) == sorted([first.area[:12], there])
    for community, number in ((first.area[:12], first.number), (there, other.number)):
        page = anonymous.get("living:machines", query={"area": community}).content.decode()
        assert number in page
