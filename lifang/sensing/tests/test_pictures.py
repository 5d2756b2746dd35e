"""No picture and no template of a face comes in, by whatever name, and none is kept in quarantine."""

import base64
import json
import random

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.actions import Register, take
from lifang.sensing.api.batches import parcel
from lifang.sensing.models import Counted, Observation, Quarantined
from lifang.sensing.rules.pictures import carries, without
from lifang.sensing.selectors import ways
from lifang.sensing.tests.make import make_device

DICE = random.Random(7)
RAW = DICE.randbytes(3000)
BASE64 = base64.b64encode(RAW).decode()
VECTOR = [round(DICE.uniform(-1, 1), 5) for _ in range(128)]
HOSTILE = [
    {"face": BASE64}, {"x": "data:image/jpeg;base64,AAAA"}, {"a": {"b": {"c": BASE64}}}, {"list": [1, [BASE64]]}, {"v": VECTOR},
    {"deep": [{"numbers": VECTOR}]}, {"embedding": "0.1"}, {"FaceFeature": 1}, {"SubImageList": [{"Data": "x"}]}, {"hex": RAW.hex()},
    {"urlsafe": base64.urlsafe_b64encode(RAW).decode()}, {"short": "/9j/4AAQ"}, {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}},
]  # fmt: skip


@pytest.mark.covers("S3-13", "S0-24")
@pytest.mark.parametrize("facts", HOSTILE, ids=range(len(HOSTILE)))
def test_a_message_with_a_picture_or_a_template_is_refused_and_its_body_is_not_kept(db, facts):
    box = make_device(type="camera_ai", code="BOX")
    key = actions.issue_device_key(actor=SYSTEM, device=box, at=MONDAY)
    with behind(SYSTEM):
        owner = ways.owner_of_key(SYSTEM, key.token, MONDAY)
    assert owner is not None
    line = {"id": "1", "at": MONDAY.isoformat(), "values": {"object_seen": True}, "facts": facts}
    take(Register(), [parcel(owner, json.dumps(line).encode())], MONDAY)
    with behind(SYSTEM):
        assert Observation.objects.count() == 0
        poison = Quarantined.objects.get()
        assert poison.reason == "picture"
        body = bytes(poison.body)
        assert Counted.objects.get(reason="picture").count == 1
    for secret in (BASE64[:500], RAW.hex()[:500], str(VECTOR)[1:300]):
        assert secret.encode() not in body


def test_what_a_camera_box_may_say_is_taken():
    assert carries({"label": "person", "box": [0.1, 0.2, 0.3, 0.4], "score": 0.93, "zones": ["gate"], "has_snapshot": True}) == ""  # fmt: skip
    assert without(b'{"box": [0.1, 0.2, 0.3, 0.4], "label": "dog"}') == b'{"box": [0.1, 0.2, 0.3, 0.4], "label": "dog"}'  # fmt: skip
