"""Posts of SensorThings, by whose key."""

import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

SINGLES, ARRAYS, ROWS = 300, 10, 1_000


class Client:
    """Posts observations over a kept line."""

    def __init__(self, base: str, headers: dict[str, str]) -> None:
        host, _, self.root = base.removeprefix("http://").partition("/")
        self.line = http.client.HTTPConnection(host, timeout=120)
        self.headers = {**headers, "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        address = quote(f"/{self.root}/{path}", safe="/()$?=&'")
        try:
            self.line.request(method, address, None if body is None else json.dumps(body), self.headers)  # fmt: skip
            answer = self.line.getresponse()
        except OSError:
            self.line.close()  # the next one begins anew
            raise
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {said[:300]!r}")
        return answer.status, json.loads(said) if said.strip() else None

    def singles(self, stream: Any, first: datetime) -> int:
        for number in range(SINGLES):
            at = (first + timedelta(seconds=number)).isoformat()
            self.ask("POST", "Observations", {"result": number / 10, "phenomenonTime": at, "Datastream": {"@iot.id": stream}})  # fmt: skip
        return SINGLES

    def arrays(self, stream: Any, first: datetime) -> int:
        for number in range(ARRAYS):
            rows = [[(first + timedelta(seconds=number * ROWS + n)).isoformat(), n / 10] for n in range(ROWS)]  # fmt: skip
            body = [{"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"], "dataArray@iot.count": ROWS, "dataArray": rows}]  # fmt: skip
            self.ask("POST", "CreateObservations", body)
        return ARRAYS * ROWS


def api_key(capability: str) -> str:
    """Of whoever may do something over the widest area."""
    from lifang.core.access import SYSTEM  # noqa: PLC0415 -- the house stands now
    from lifang.core.access.grants import actor_of  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.core.accounts.models import Account  # noqa: PLC0415
    from lifang.core.api.actions import issue_key  # noqa: PLC0415

    now = datetime.now(UTC)
    with behind(SYSTEM):
        actors = [actor_of(one.pk, now) for one in Account.objects.filter(kind="staff")]
    able = [one for one in actors if one.may(capability)]
    widest = min(able, key=lambda one: min((len(area) for area in one.scope.areas), default=99))
    return issue_key(actor=widest, account=widest.id, name="peers", days=1, capabilities=[capability], per_minute=1_000_000, at=now).token  # fmt: skip


def device_key(stream: int) -> str:
    """Of the device that a Datastream is of."""
    from lifang.core.access import SYSTEM  # noqa: PLC0415 -- the house stands now
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.sensing import actions  # noqa: PLC0415
    from lifang.sensing.models import Series  # noqa: PLC0415

    with behind(SYSTEM):
        device = Series.objects.select_related("device").get(pk=stream).device
        return actions.issue_device_key(actor=SYSTEM, device=device, at=datetime.now(UTC)).token
