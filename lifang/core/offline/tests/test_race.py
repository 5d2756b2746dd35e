"""Two telephones of one account send the same record at one instant, on real commits."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from pydantic import BaseModel

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.offline import kinds
from lifang.core.offline.models import Record
from lifang.core.testing import cast

AT_ONCE = 4


class Shape(BaseModel):
    text: str


@pytest.mark.covers("S4-02")
def test_a_record_sent_by_several_at_once_is_taken_once(real_db):
    took = []

    def take(taking):
        took.append(taking)
        return kinds.Taken("thing", new_id(), "No. 1")

    kinds.takes(kinds.Kind("test.race", "Note", "note", Shape, take, "offline/words.html"))
    with behind(SYSTEM):
        client, pk = cast.grid_worker().client, uuid4()
    now = datetime.now(UTC).isoformat()  # noqa: TID251 -- over the wire the clock is real
    body = {"kind": "test.race", "made_at": now, "sent_at": now, "facts": {"text": "seen"}}

    def go(_number):
        try:
            return client.put(
                f"/api/v1/offline/records/{pk}", body, content_type="application/json"
            )
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(go, range(AT_ONCE)))
    finally:
        kinds._KINDS.pop("test.race")
    assert [one.status_code for one in answers] == [200] * AT_ONCE
    again = sorted(json.loads(one.content)["again"] for one in answers)
    assert again == [False] + [True] * (AT_ONCE - 1)
    assert len(took) == 1
    with behind(SYSTEM):
        assert Record.objects.count() == 1
