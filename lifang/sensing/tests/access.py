"""What the walk of `access.yaml` needs a row of."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import msgspec

from lifang.core.access import SYSTEM, Actor, Kind
from lifang.core.access.wall import behind
from lifang.core.files.darkroom import develop
from lifang.core.files.tests import samples
from lifang.core.ids import new_id
from lifang.core.testing.cast import MONDAY as NOVEMBER
from lifang.core.testing.cast import account, give
from lifang.core.testing.rows import a_row
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import MONDAY
from lifang.registry.tests.make import make_building, make_person
from lifang.sensing import actions, selectors
from lifang.sensing.actions.vigils import hear
from lifang.sensing.models import (
    Admission,
    Alarm,
    Device,
    Filing,
    FireCall,
    Quarantined,
    Reception,
    Recording,
    Review,
    SafetyNotice,
    Site,
    Tour,
    UtilityLine,
    Vigil,
    Works,
    WorksMoney,
)
from lifang.sensing.terms import Recorded
from lifang.sensing.tests.make import known_of, make_device, make_series, observed
from lifang.sensing.tests.receiving import a_new, a_sign, switched
from lifang.sensing.watch.person import Sign


def device_to_service(area: str) -> tuple[UUID, str]:
    return make_device(area).pk, "service"


def measured_of(area: str) -> UUID:
    """A device that has said something."""
    return make_series(make_device(area, type="environment"), "pm25").device_id


def poison_of(area: str) -> Quarantined:
    with behind(SYSTEM):
        made = a_row(
            Quarantined,
            area=area,
            reason="not_json",
            way="http",
            source="key:NOKEY234",
            digest=new_id().bytes,
        )
    assert isinstance(made, Quarantined)
    return made


def admission_of(area: str) -> Admission:
    return actions.ask_admission(
        actor=SYSTEM, maker="walked", type="smoke", model="W", dialect="lifang", area=area, at=MONDAY
    )  # fmt: skip


def works_of(area: str) -> Works:
    return actions.open_works(
        actor=SYSTEM, kind="xueliang", name="walked", area=area, planned={"camera": 2}, at=MONDAY
    )


def works_line_of(area: str) -> tuple[UUID, str]:
    return works_of(area).pk, "contract"


def struck_of(area: str) -> WorksMoney:
    return actions.agree_works_money(actor=SYSTEM, works=works_of(area), kind="contract", amount=1, title="walked", paper="walked", on=MONDAY.date(), at=MONDAY)  # fmt: skip


def tour_of(area: str) -> Tour:
    return actions.note_tour(
        actor=SYSTEM, kind="volunteer_patrol", area=area, who="walked", begun=MONDAY, ended=MONDAY, found={"": "clear"}, at=MONDAY,
    )  # fmt: skip


def site_of(area: str) -> Site:
    with behind(SYSTEM):
        made = a_row(
            Site, area=area, kind="car_parking", name="walked", lon=0.0, lat=0.0, closed_at=None
        )
    assert isinstance(made, Site)
    return made


def site_to_fill(area: str) -> tuple[UUID, str]:
    return site_of(area).pk, "devices"


def safety_of(area: str) -> SafetyNotice:
    """Told by a station that the area has."""
    make_building(area)
    with behind(SYSTEM):
        unit = a_row(
            Unit,
            kind="public_security",
            area=area[:6],
            name_zh="派出所",
            name_en="Station",
            closed=None,
            parent=None,
            credit_code="",
        )
        return actions.tell_safety(
            actor=SYSTEM, unit=unit, area=area[:12], kind="fraud", title="walked", text="walked", buildings=selectors.buildings_of(SYSTEM, area[:12]),
            until=NOVEMBER + timedelta(days=60), batch=new_id(), at=NOVEMBER,
        )  # fmt: skip


def passed_of(area: str) -> tuple[UUID, str]:
    return admission_of(area).pk, "acceptance"


def alarm_of(area: str) -> Alarm:
    with behind(SYSTEM):
        series = make_series(make_device(area, type="smoke"), "smoke")
        actions.store([observed(series, MONDAY, 1)], known_of(series), MONDAY)
        return Alarm.objects.get(device=series.device)


def recorded_of(area: str) -> Alarm:
    """Its camera's box has handed in a still."""
    with behind(SYSTEM):
        series = make_series(make_device(area, type="camera_ai"), "thrown")
        actions.store([observed(series, MONDAY, 1, message=7)], known_of(series), MONDAY)
        still = develop(BytesIO(samples.saved(samples.scene())))
        sheet = actions.Sheet(series.device_id, 7, MONDAY, ["thrown"], Recorded.STILL)
        actions.keep_recording(actor=SYSTEM, sheet=sheet, made=still, digest="0" * 64, at=MONDAY)
        return Alarm.objects.get(device=series.device)


def recording_of(area: str) -> tuple[UUID, UUID, str]:
    """Nobody has said what for."""
    alarm = recorded_of(area)
    with behind(SYSTEM):
        return alarm.pk, Recording.objects.get(device=alarm.device_id).pk, "still"


def fire_call_of(area: str) -> FireCall:
    with behind(SYSTEM):
        return actions.call_fire(actor=SYSTEM, alarm=alarm_of(area), way="telephone", words="walk", at=MONDAY)  # fmt: skip


def shelved_of(area: str) -> Alarm:
    alarm = alarm_of(area)
    until = MONDAY + timedelta(hours=1)
    return actions.shelve(actor=SYSTEM, alarm=alarm, until=until, why="walk", at=MONDAY)


def latched_of(area: str) -> Alarm:
    """The condition is gone, and somebody has to go there."""
    alarm = alarm_of(area)
    with behind(SYSTEM):
        Alarm.objects.filter(pk=alarm.pk).update(latched=True, cleared_at=MONDAY)
        alarm.refresh_from_db()
    return alarm


def draft_of(area: str) -> tuple[str, int]:
    del area
    body = msgspec.to_builtins(selectors.rule(SYSTEM, "smoke"))
    draft = actions.draft_rule(actor=SYSTEM, key="smoke", body=body, reason="walk", at=MONDAY)
    return draft.rule, draft.number


def make_vigil(area: str) -> Vigil:
    with behind(SYSTEM):
        until = MONDAY.date() + timedelta(days=30)
        return actions.begin_vigil(
            actor=SYSTEM, person=make_person(area, despite="walk"), place=make_building(area)[3], purpose="walk",
            consent_on=MONDAY.date(), until=until, at=MONDAY,
        )  # fmt: skip


def person_entrusting_nobody(area: str) -> UUID:
    return make_vigil(area).person_id  # type: ignore[no-any-return]


def vigil_alarm(area: str) -> Alarm:
    """Of somebody who has been quiet for too long, with whom to call."""
    vigil = make_vigil(area)
    with behind(SYSTEM):
        Vigil.objects.filter(pk=vigil.pk).update(due_at=MONDAY)
        vigil.refresh_from_db()
        vigil.contact, vigil.telephone = "女儿", "10000004712"
        vigil.save()
        signs = {vigil.place_id: [((MONDAY - timedelta(hours=13)).timestamp(), Sign.INSIDE)]}
        hear(actor=SYSTEM, signs=signs, at=MONDAY)
        actions.check_vigils(actor=SYSTEM, at=MONDAY)
        return Alarm.objects.get(subject=f"vigil:{vigil.pk}")


def thing_of(area: str) -> tuple[str]:
    return (f"Things({make_device(area).number})",)


def review_of(area: str) -> Review:
    alarm = alarm_of(area)
    with behind(SYSTEM):
        actions.write_reviews(actor=SYSTEM, at=alarm.raised_at + timedelta(days=7))
        return Review.objects.get(area=area[:12])


def reception_of(area: str) -> Reception:
    """Asked for and not decided."""
    with behind(SYSTEM):
        asker = account(name="asker")
        looker = a_viewer(area)
        new = a_new([make_device(area, type="camera_ai").pk], [looker], area=area)
    actor = Actor(asker.pk, "asker", Kind.SYSTEM, scope=SYSTEM.scope)
    with switched(match_reception=1):
        return actions.ask_reception(sign=a_sign(), actor=actor, new=new, area=area, at=NOVEMBER)


def a_viewer(area: str) -> str:
    looker = account(name="looker")
    give(looker, "grid_worker", area)
    return f"account:{looker.pk}"


def reception_to_decide(area: str) -> tuple[UUID, str]:
    return reception_of(area).pk, "approval"


def reception_to_refuse(area: str) -> tuple[UUID, str]:
    return reception_of(area).pk, "refusal"


def filing_of(area: str) -> Filing:
    with behind(SYSTEM):
        made = a_row(Filing, area=area, state="due", cause="reached", faces=100_000)
        assert isinstance(made, Filing)
        return made


def match_of(area: str) -> Alarm:
    """Of viewers who are none of the cast: for everybody else it is not there."""
    file = reception_of(area)
    with behind(SYSTEM), switched(match_reception=1):
        for n in range(2):
            approver = account(name=f"approver {n}")
            actor = Actor(approver.pk, "approver", Kind.SYSTEM, scope=SYSTEM.scope)
            actions.approve_reception(actor=actor, reception=file, at=NOVEMBER)
        device = Device.objects.get(pk=file.devices[0])
        said = {"id": "walk", "subject": "walk", "class": "missing", "device": device.code, "at": NOVEMBER.isoformat()}  # fmt: skip
        line = json.dumps(said).encode()
        actions.take_matches(actor=SYSTEM, reception=file, lines=[line], at=NOVEMBER)
        return Alarm.objects.get(holders=file.viewers)


def line_of(area: str) -> UtilityLine:
    """A utility line of this area."""
    with behind(SYSTEM):
        made = a_row(UtilityLine, area=area, kind="water", state="planned", path=[[117.0, 36.0], [117.001, 36.0]])  # fmt: skip
    assert isinstance(made, UtilityLine)
    return made
