"""One's own imports; nobody else's."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.sheets.declare import SHEETS, Row, Sheet
from lifang.core.sheets.models import Import, Line, Paper
from lifang.core.sheets.sealed import open_file, open_row


def imports(actor: Actor) -> QuerySet[Import]:
    """What this actor uploaded, the last first."""
    return Import.objects.visible_to(actor).filter(account=actor.id).order_by("-asked_at")


def one(actor: Actor, pk: UUID) -> Import:
    """One of them. Raises `Refused("not_found")`."""
    found = imports(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def sheet_for(actor: Actor, key: str) -> Sheet:
    """A kind of spreadsheet that the actor may upload."""
    known = SHEETS.get(key)
    if known is None:
        raise Refused("sheet_unknown")
    if not known.may(actor):
        raise Refused("not_allowed")
    return known


def lines(actor: Actor, of: Import) -> QuerySet[Line]:
    """The rows of one's own import, in the order of the file."""
    rows = Line.objects.filter(of=of)
    return rows if of.account_id == actor.id else rows.none()


def row(actor: Actor, line: Line) -> Row:
    """A row in the clear."""
    if line.of.account_id != actor.id:
        raise Refused("not_found")
    return open_row(line)


def paper(actor: Actor, of: Import, kind: str) -> bytes:
    """The uploaded file, or the answer to it. Raises `Refused("not_found")` when it is not there."""
    found = Paper.objects.filter(of=of, kind=kind).first()
    if found is None or of.account_id != actor.id:
        raise Refused("not_found")
    return open_file(bytes(found.content), of.pk, kind)


def same_file(actor: Actor, of: Import, at: datetime) -> Import | None:
    """The last finished import of the very same file."""
    rows = imports(actor).filter(sheet=of.sheet, fingerprint=of.fingerprint, state="done")
    return rows.filter(finished_at__lt=at).exclude(pk=of.pk).order_by("-finished_at").first()
