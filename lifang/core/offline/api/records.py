"""What was written without a network: sent one by one, each taken once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from lifang.core.access import Actor, Refused
from lifang.core.api.faults import bad_input
from lifang.core.api.paging import Paging, listing
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.core.offline import keeping, rules, selectors
from lifang.core.offline.api.router import router, worker
from lifang.core.offline.kinds import Kind, Taking, kinds
from lifang.core.offline.models import Record

PHOTOS = 6


def _of_a_clock(moment: datetime) -> datetime:
    """A telephone that lost its time says 1970; nothing says what no column holds."""
    if not EPOCH <= moment <= EPOCH + timedelta(days=120 * 365):
        raise ValueError("not between 1970 and 2089")
    return moment


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, AfterValidator(_of_a_clock)]


class Sent(Schema):
    """`facts` are those of the kind; `photos` names, for each photo field, the ids under which photos were sent."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[str, Field(max_length=60)]
    made_at: Moment
    sent_at: Moment
    facts: Annotated[dict[str, Any], Field(max_length=40)]
    photos: Annotated[
        dict[str, Annotated[list[UUID], Field(max_length=PHOTOS)]],
        Field(max_length=4, default_factory=dict),
    ]


class Told(Schema):
    """`offers`: what the record's words suggest to do at its page; told to its sender and kept nowhere. `made_at` is what stands as the fact's time; `ahead` how many seconds the telephone's clock was ahead; `sure` false when it was not believed."""

    id: UUID
    kind: str
    made_at: AwareDatetime
    said_at: AwareDatetime
    ahead: int
    sure: bool
    taken_at: AwareDatetime
    again: bool = False
    became: dict[str, Any]
    offers: list[str] = []


@router.put("records/{uuid:pk}", response=Told, summary="Hand in a record")
def take(request: HttpRequest, pk: UUID, body: Sent) -> Any:
    """The id is made by the sender: sent again, it is answered alike and does nothing. A refused record was not taken and may come again, changed or not.

    `sent_at` is the sender's clock at this moment: by it `made_at` is put right.
    """
    actor, at = worker(request), request.at  # type: ignore[attr-defined]
    kind = kinds().get(body.kind)
    if kind is None:
        raise Refused("record_kind")
    facts = _facts(kind, body)
    made = rules.made(body.made_at, body.sent_at, at)

    def act() -> dict[str, Any]:
        photos, voices = _come(kind, body, lambda key: keeping.photo(actor, key, at))
        became = kind.take(Taking(pk, actor, at, made, facts, photos, voices))
        keeping.used(actor, [key for keys in body.photos.values() for key in keys])
        return {
            "kind": became.kind, "id": str(became.id), "name": became.name, "url": became.url,
        }  # fmt: skip

    sent = body.model_dump(mode="json", exclude={"sent_at"})
    row, again = keeping.once(actor, pk, body.kind, sent, made, at, act)
    return {**_told(row, again), "offers": kind.offers(actor, facts) if kind.offers else []}


def _come(
    kind: Kind, body: Sent, whole: Callable[[UUID], Print | Voice]
) -> tuple[dict[str, list[Print]], list[Voice]]:
    """Photos by field, and voice notes: each only where it belongs."""
    photos: dict[str, list[Print]] = {}
    voices: list[Voice] = []
    for name, keys in body.photos.items():
        for one in map(whole, keys):
            if isinstance(one, Voice) != (name in kind.voices):
                raise Refused("voice_kind" if name in kind.voices else "photo_kind")
            if isinstance(one, Voice):
                voices.append(one)
            else:
                photos.setdefault(name, []).append(one)
    return photos, voices


def _facts(kind: Kind, body: Sent) -> BaseModel:
    unknown = set(body.photos) - {*kind.photos, *kind.voices}
    if unknown:
        raise bad_input("photos", photos="no such field")
    try:
        return kind.shape.model_validate(body.facts)
    except ValidationError as wrong:
        fields = {
            ".".join(str(part) for part in one["loc"]): str(one["msg"]) for one in wrong.errors()
        }
        raise bad_input(", ".join(fields), **fields) from wrong


def _told(row: Record, again: bool) -> dict[str, Any]:
    return {
        "id": row.key, "kind": row.kind, "made_at": row.made_at, "said_at": row.said_at, "ahead": row.ahead,
        "sure": row.sure, "taken_at": row.taken_at, "again": again, "became": row.answer,
    }  # fmt: skip


LISTED = {
    "id": "key", "kind": "kind", "made_at": "made_at", "said_at": "said_at", "ahead": "ahead", "sure": "sure",
    "taken_at": "taken_at", "became": "answer",
}  # fmt: skip


class RecordPage(Schema):
    items: list[dict[str, Any]]
    next: str | None


@router.get("records", response=RecordPage, summary="What one handed in")
def list_records(request: HttpRequest, page: Query[Paging]) -> Any:
    """One's own, latest first."""
    actor: Actor = worker(request)
    return listing(request, selectors.records(actor), LISTED, page, order="-taken_at")
