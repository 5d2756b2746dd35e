"""Photos in parts and records, each taken once. Like the API's kept answers: in the transaction of what was done."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.files.darkroom import Print, develop
from lifang.core.files.store import come, stash
from lifang.core.files.voice import Voice, hear, media_of
from lifang.core.ids import new_id
from lifang.core.offline import rules
from lifang.core.offline.models import Part, Record, Upload
from lifang.core.offline.terms import PHOTO_GOOD, PHOTOS_OPEN

_BEGIN = """
INSERT INTO offline_upload (id, area, holders, account_id, key, size, sha256, have, word, begun_at)
VALUES (%s, '', %s, %s, %s, %s, %s, 0, '', %s) ON CONFLICT (account_id, key) DO NOTHING
"""
_TAKE = """
INSERT INTO offline_record (id, area, holders, account_id, key, kind, digest, made_at, said_at, ahead, sure, taken_at, answer)
VALUES (%s, '', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '{}') ON CONFLICT (account_id, key) DO NOTHING
"""


# -- photos


def photo_state(actor: Actor, key: UUID, at: datetime) -> Upload | None:
    """How much of a photo is here; nothing when it was never begun, or lay too long."""
    found = Upload.objects.visible_to(actor).filter(account=actor.id, key=key).first()
    if found is None or (found.whole_at and at - found.whole_at > PHOTO_GOOD):
        return None
    return found


def add_part(
    actor: Actor, key: UUID, *, size: int, sha256: str, start: int, data: bytes, at: datetime
) -> Upload:
    """Keep one piece; the last one makes it a photo. A piece that is there already changes nothing."""
    insist(rules.may_begin(size, sha256))
    with transaction.atomic():
        upload = _begun(actor, key, size, sha256, at)
        if upload.whole_at:
            return upload
        insist(rules.may_add(start, len(data), upload.have, upload.size))
        if start == upload.have:
            Part.objects.create(upload=upload, start=start, data=data)
            upload.have += len(data)
            upload.save(update_fields=["have"])
    return _whole(upload, at) if upload.have == upload.size else upload


def _begun(actor: Actor, key: UUID, size: int, sha256: str, at: datetime) -> Upload:
    mine = Upload.objects.visible_to(actor).filter(account=actor.id)
    if photo_state(actor, key, at) is None:
        mine.filter(key=key).delete()  # lay too long
        insist(Refusal("photos_many") if mine.count() >= PHOTOS_OPEN else None)
    _run(_BEGIN, new_id(), [actor.holder], actor.id, key, size, sha256, at)
    upload = mine.select_for_update().get(key=key)
    insist(
        None if (upload.size, upload.sha256) == (size, sha256) else Refusal("record_used_otherwise")
    )
    return upload


def _whole(upload: Upload, at: datetime) -> Upload:
    """Outside the transaction of the piece: making the picture harmless takes a second."""
    pieces = Part.objects.filter(upload=upload).order_by("start").values_list("data", flat=True)
    data = b"".join(bytes(piece) for piece in pieces)
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        upload.delete()
        raise Refused("photo_torn")
    try:
        word = stash(hear(BytesIO(data)) if media_of(data) else develop(BytesIO(data)), at)
    except Refused:
        upload.delete()
        raise
    with transaction.atomic():
        upload.word, upload.whole_at = word, at
        upload.save(update_fields=["word", "whole_at"])
        Part.objects.filter(upload=upload).delete()
    return upload


def photo(actor: Actor, key: UUID, at: datetime) -> Print | Voice:
    """A photo or voice note that has come whole. `Refused("photo_lapsed")`: send it again."""
    found = photo_state(actor, key, at)
    insist(None if found and found.word else Refusal("photo_lapsed"))
    assert found is not None  # noqa: S101 -- refused above
    return come(found.word, at)


def used(actor: Actor, keys: list[UUID]) -> None:
    """Their record has taken them."""
    Upload.objects.visible_to(actor).filter(account=actor.id, key__in=keys).delete()


# -- records


def once(
    actor: Actor, key: UUID, kind: str, sent: dict[str, Any], made: rules.Made, at: datetime,
    act: Callable[[], dict[str, Any]],
) -> tuple[Record, bool]:  # fmt: skip
    """Take a record, or find that it was taken: (record, again). What is refused leaves no record and may come again."""
    said = hashlib.sha256(msgspec.json.encode([kind, sent], order="sorted")).digest()
    facts = (kind, said, made.at, made.said, int(made.ahead.total_seconds()), made.sure, at)
    refused: Refused | None = None
    with transaction.atomic():
        # The same record sent twice at once: the second waits here until the first has ended.
        new = _run(_TAKE, new_id(), [actor.holder], actor.id, key, *facts)
        row = Record.objects.visible_to(actor).get(account=actor.id, key=key)
        if not new:
            insist(None if bytes(row.digest) == said else Refusal("record_used_otherwise"))
            return row, True
        try:
            row.answer = act()
            row.save(update_fields=["answer"])
        except Refused as no:  # the refusal's own line in the log stays
            refused = no
            row.delete()
    if refused is not None:
        raise refused
    return row, False


def _run(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
