"""A photo is handed in, read by a job, and forgotten."""

from datetime import datetime
from uuid import UUID

import msgspec

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.crypto.seals import open_, seal
from lifang.core.files.darkroom import Print
from lifang.core.jobs import JOBS
from lifang.core.scan import rules
from lifang.core.scan.models import Scan
from lifang.core.scan.reader import Line
from lifang.core.scan.sealed import aad
from lifang.core.scan.terms import KEPT, State

READ = "core.scan.jobs.read"  # by name: the job calls what stands here


@action("scan.ask")
def ask(*, actor: Actor, photo: Print, at: datetime) -> Scan:
    """Have the words of a photo read. The photo lies sealed until then and is kept nowhere else."""
    if actor.id is None:
        raise Refused("not_allowed")
    mine = Scan.objects.filter(account=actor.id, asked_at__gt=at - KEPT)
    waiting = mine.filter(state=State.WAITING).count()
    insist(rules.may_ask(waiting, mine.count()))
    row = Scan(account_id=actor.id, asked_at=at)
    row.concern([actor.holder])
    row.photo = seal(photo.picture, aad(row.pk, "photo"))
    row.save()
    JOBS[READ].later(of=str(row.pk))
    return row


def photo_of(system: Actor, of: UUID) -> bytes | None:
    """The photo that waits; nothing when it was read already, or forgotten. For the job."""
    row = Scan.objects.filter(pk=of, state=State.WAITING).first()
    return open_(bytes(row.photo), aad(row.pk, "photo")) if row and row.photo else None


@action("scan.tell", beyond=True)
def tell(*, actor: Actor, of: UUID, lines: list[Line] | None, at: datetime) -> bool:
    """Keep what was read, sealed, and let the photo go."""
    row = Scan.objects.filter(pk=of, state=State.WAITING).select_for_update().first()
    if row is None:
        return False
    row.state = State.FAILED if lines is None else State.READ
    row.found = None if lines is None else seal(msgspec.json.encode(lines), aad(row.pk, "found"))
    row.photo, row.read_at = None, at
    row.save(update_fields=["state", "found", "photo", "read_at"])
    return True


@action("scan.drop")
def drop(*, actor: Actor, scan: Scan, at: datetime) -> None:
    """Its taker has what was needed."""
    insist(None if scan.account_id == actor.id else Refusal("not_allowed"))
    scan.delete()


@action("scan.forget", beyond=True)
def forget(*, actor: Actor, at: datetime) -> int:
    """Let go what was read an hour ago; how many."""
    removed, _ = Scan.objects.filter(asked_at__lt=at - KEPT).delete()
    return removed
