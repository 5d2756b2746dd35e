"""People at work over real HTTP: they report, accept, dispatch and sign, and remember what was acknowledged."""

import http.client
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

MATTER = "06010"
PATIENCE_SECONDS = 120.0


@dataclass
class Report:
    """One case as its client knows it. `mark` is in its text; `acked` are the acts that were answered with success."""

    mark: str
    keyed: (
        bool  # repeats with an Idempotency-Key until acknowledged; else asks once and never again
    )
    case: str = ""
    acked: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


class Crowd:
    """`size` clients in threads; every third never repeats a request."""

    def __init__(self, port: int, told: dict[str, Any], size: int) -> None:
        self.port, self.told, self.size = port, told, size
        self.reports: list[Report] = []
        self.acks: list[tuple[float, float]] = []  # when begun, when acknowledged
        self.errors: dict[str, int] = {}
        self.refused: list[str] = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        for number in range(self.size):
            thread = threading.Thread(target=self._work, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def end(self) -> None:
        """Everybody finishes the case in hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 30)

    def first_ack_after(self, moment: float) -> float | None:
        """When the first request begun after a moment was acknowledged."""
        with self._lock:
            return min((acked for begun, acked in self.acks if begun >= moment), default=None)

    def _work(self, number: int) -> None:
        line = _Line(self.port)
        dice = random.Random(number)
        while not self._stop.is_set():
            one = Report(mark=f"混沌{uuid.uuid4().hex}", keyed=number % 3 != 2)
            with self._lock:
                self.reports.append(one)
            self._live(line, one)
            time.sleep(dice.uniform(0, 0.02))

    def _live(self, line: "_Line", one: Report) -> None:
        body = {"matter": MATTER, "source": "grid_patrol", "text": one.mark, **self.told["place"]}
        made = self._ask(line, one, "record", "wg01", "POST", "/api/v1/cases/records", body)
        if made is None:
            return
        one.case = made["id"]
        path = f"/api/v1/cases/{one.case}"
        if self._ask(line, one, "accept", "jd01", "POST", f"{path}/acceptance", {}) is None:
            return
        units = self._ask(line, one, "", "jd01", "GET", f"{path}/units", None)
        if not units:
            return
        lead = units[0]["unit"]
        if (
            self._ask(line, one, "dispatch", "jd01", "POST", f"{path}/dispatch", {"lead": lead})
            is None
        ):
            return
        handler = self.told["units"].get(lead)
        if handler:
            self._ask(line, one, "sign", handler, "POST", f"{path}/signature", None)

    def _ask(
        self, line: "_Line", one: Report, act: str, who: str, method: str, path: str, body: Any
    ) -> Any:
        """The answer, or None when it was not acknowledged and may not be asked again."""
        headers = {
            "Authorization": f"Bearer {self.told['keys'][who]}",
            "Content-Type": "application/json",
        }
        if act and one.keyed:
            headers["Idempotency-Key"] = f"{one.mark[2:]}-{act}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            begun = time.monotonic()
            status, answer = line.ask(method, path, headers, body)
            if 200 <= status < 300:
                with self._lock:
                    if act:
                        one.acked.append(act)
                        self.acks.append((begun, time.monotonic()))
                return answer
            with self._lock:
                self.errors[str(status or answer)] = self.errors.get(str(status or answer), 0) + 1
            if 400 <= status < 500:
                with self._lock:
                    self.refused.append(f"{act} {status} {str(answer)[:200]}")
                return None
            if act and not one.keyed:
                one.unsure.append(act)
                return None
            time.sleep(0.1)
        one.unsure.append(act)
        return None


class _Line:
    """A kept connection; a broken one is made anew."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.line: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            self.line.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = self.line.getresponse()
            said = answer.read()
            return answer.status, json.loads(said) if said else None
        except (OSError, http.client.HTTPException, ValueError) as broken:
            if self.line is not None:
                self.line.close()
            self.line = None
            return 0, type(broken).__name__
