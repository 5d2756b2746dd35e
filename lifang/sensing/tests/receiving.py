"""Files of reception for tests: switched on, asked for, approved by two."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import msgspec
from PIL import Image

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files.darkroom import Print
from lifang.core.testing.cast import MONDAY
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.catalogue import POLICY
from lifang.sensing.models import Device, Reception
from lifang.sensing.rules.reception import NewReception
from lifang.sensing.tests.make import make_device

STREET = GRID[:9]
TODAY = date(2026, 11, 23)


@contextmanager
def switched(**amounts: float) -> Iterator[None]:
    """The site's policy otherwise, as an overlay of a site would say it."""
    entries = POLICY._loaded
    before = dict(entries)
    for key, amount in amounts.items():
        entries[key] = msgspec.structs.replace(entries[key], amount=amount)
    try:
        yield
    finally:
        entries.clear()
        entries.update(before)


def camera(area: str = GRID, code: str = "CAM-1") -> Device:
    return make_device(area, type="camera_ai", code=code)


def a_sign() -> Print:
    """A developed photo of the notice."""
    picture = BytesIO()
    Image.new("RGB", (64, 48), (240, 240, 230)).save(picture, "JPEG")
    return Print(picture.getvalue(), picture.getvalue(), 64, 48)


def a_new(cameras: list[UUID], people: list[str], **otherwise: Any) -> NewReception:
    """A complete file."""
    return NewReception(**{
        "area": STREET, "system": "公安人像比对系统", "operator": "示范区公安分局", "purpose": "查找走失老人", "necessity": "人工查看录像来不及",
        "basis": "《人脸识别技术应用安全管理办法》第四条", "document": "99刑受〔2026〕7号", "assessment": "PIA-2026-003",
        "assessed_until": TODAY + timedelta(days=200), "place_kind": "gate", "notice": "本出入口接收公安机关人像比对告警，可刷卡进出。",
        "notice_on": TODAY, "alternative_kind": "card", "alternative": "东侧小门刷卡进出，有人值守", "classes": ["missing", "wanted"],
        "devices": cameras, "viewers": people, "keep_days": 10, "starts_on": TODAY, "ends_on": TODAY + timedelta(days=30),
        **otherwise,
    })  # fmt: skip


def in_force(asker: Any, first: Any, second: Any, viewers: list[Any], **otherwise: Any) -> Reception:  # fmt: skip
    """Asked for by one, approved by two others."""
    device = otherwise.pop("device", None) or camera()
    new = a_new([device.pk], [one.actor.holder for one in viewers], **otherwise)
    made = actions.ask_reception(
        sign=a_sign(), actor=asker.actor, new=new, area=new.area, at=MONDAY
    )
    actions.approve_reception(actor=first.actor, reception=made, at=MONDAY)
    actions.approve_reception(actor=second.actor, reception=made, at=MONDAY)
    with behind(SYSTEM):
        return Reception.objects.get(pk=made.pk)
