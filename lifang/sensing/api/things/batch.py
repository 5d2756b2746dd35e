"""`$batch`: several requests in one, as `multipart/mixed` of the standard or as JSON; a change set is all or nothing."""

import re
from collections.abc import Callable
from email import policy
from email.parser import BytesParser
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from lifang.core.api.body import read_json
from lifang.core.ids import new_id
from lifang.sensing.api.things.door import answer, guarded
from lifang.sensing.selectors.things import Unfit

MOST: Final = 200
One = Callable[[str, str, dict[str, str], bytes], HttpResponse]
_LINE: Final = re.compile(r"(GET|POST|PATCH|PUT|DELETE) (\S{1,4000})(?: HTTP/1\.\d)?\r?\n?")
_REFERENCE: Final = re.compile(r"\$([\w-]{1,40})")


class Undone(Exception):
    """A part of a change set failed."""


class Run:
    """One batch while it runs: how many there were, and what was made under which name."""

    def __init__(self, one: One) -> None:
        self.one, self.number, self.made = one, 0, dict[str, str]()

    def do(self, name: str, method: str, address: str, body: bytes) -> HttpResponse:
        self.number += 1
        if self.number > MOST:
            raise Unfit(f"A batch has at most {MOST} requests.", 413)
        address = self._resolved(address)
        body = _REFERENCE.sub(lambda found: self._id(found[1], found[0]), body.decode("utf-8", "replace")).encode() if self.made else body  # fmt: skip
        parts = urlsplit(address)
        path = unquote(parts.path).partition("v1.1/")[2] or unquote(parts.path).lstrip("/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=40))
        response = guarded(lambda: self.one(method, path, query, body))
        if name and response.status_code == 201:
            self.made[name] = response["Location"]
        return response

    def _resolved(self, address: str) -> str:
        """`$name/Datastreams`: of what was made under the name."""
        found = _REFERENCE.match(address.lstrip("/"))
        if found is None or found[1] not in self.made:
            return address
        return self.made[found[1]] + address.lstrip("/")[found.end() :]

    def _id(self, name: str, otherwise: str) -> str:
        link = self.made.get(name)
        return link.rpartition("(")[2].rstrip(")").replace("'", '"') if link else otherwise


def batch(request: HttpRequest, one: One) -> HttpResponse:
    """Run the parts in their order; each has its own answer."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return _json(Run(one), request.body)
    if not kind.startswith("multipart/mixed"):
        raise Unfit("A batch is multipart/mixed or application/json.", 400)
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    whole = BytesParser(policy=policy.HTTP).parsebytes(head + request.body)
    if not whole.is_multipart():
        raise Unfit("The parts of the batch are not to be found.")
    run = Run(one)
    return _mixed([_part(run, part) for part in whole.iter_parts()])


def _part(run: Run, part: Any) -> bytes:
    if part.get_content_type() == "multipart/mixed":
        return _changes(run, part)
    return _http(run, part)[1]


def _changes(run: Run, part: Any) -> bytes:
    """All of them or none."""
    done: list[bytes] = []
    try:
        with transaction.atomic():
            for inner in part.iter_parts():
                status, told = _http(run, inner)
                done.append(told)
                _insist_done(status)
    except Undone:
        return done[-1]
    mark = f"changeset_{new_id().hex}"
    return f"Content-Type: multipart/mixed; boundary={mark}\r\n\r\n".encode() + _joined(done, mark)


def _insist_done(status: int) -> None:
    if status >= 400:
        raise Undone


def _http(run: Run, part: Any) -> tuple[int, bytes]:
    raw = part.get_payload(decode=True) or b""
    head, _, body = bytes(raw).replace(b"\r\n", b"\n").partition(b"\n\n")
    line = _LINE.match(head.decode("utf-8", "replace") + "\n")
    if line is None:
        raise Unfit("Each part begins with a request, like GET Things HTTP/1.1.")
    name = str(part.get("Content-ID", "")).strip("<> ")
    return _answered(name, run.do(name, line[1], line[2], body.strip()))


def _answered(name: str, response: HttpResponse) -> tuple[int, bytes]:
    head = [f"HTTP/1.1 {response.status_code} {response.reason_phrase}"]
    head += [f"{one}: {response[one]}" for one in ("Location", "Content-Type") if one in response]
    marked = f"Content-ID: {name}\r\n" if name else ""
    told = f"Content-Type: application/http\r\n{marked}\r\n" + "\r\n".join(head) + "\r\n\r\n"
    return response.status_code, told.encode() + response.content


def _mixed(parts: list[bytes]) -> HttpResponse:
    mark = f"batch_{new_id().hex}"
    return HttpResponse(_joined(parts, mark), content_type=f"multipart/mixed; boundary={mark}")


def _joined(parts: list[bytes], mark: str) -> bytes:
    return b"".join(b"--%s\r\n%s\r\n" % (mark.encode(), part) for part in parts) + b"--%s--\r\n" % mark.encode()  # fmt: skip


def _json(run: Run, body: bytes) -> HttpResponse:
    """As FROST has it: `{"requests": [{"id", "method", "url", "body", "atomicityGroup"}]}`."""
    told = read_json(body)
    listed = told.get("requests") if isinstance(told, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Unfit("A batch in JSON has a list of requests.")
    return answer({"responses": [_of_json(run, one) for one in listed]})


def _of_json(run: Run, one: dict[str, Any]) -> dict[str, Any]:
    name, method = str(one.get("id", ""))[:40], str(one.get("method", "")).upper()
    if method not in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        raise Unfit("The method of a request is GET, POST, PATCH, PUT or DELETE.")
    if one.get("atomicityGroup"):
        raise Unfit("Change sets are of multipart/mixed.", 501)
    body = msgspec.json.encode(one["body"]) if "body" in one else b""
    response = run.do(name, method, str(one.get("url", "")), body)
    made: dict[str, Any] = {"id": name, "status": response.status_code}
    if "Location" in response:
        made["location"] = response["Location"]
    if response.content:
        made["body"] = msgspec.Raw(response.content)
    return made
