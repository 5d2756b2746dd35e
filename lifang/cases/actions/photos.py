"""Photos of a case: developed at the edge, kept here with the act they prove."""

from collections.abc import Sequence
from datetime import datetime

from lifang.cases.models import Case
from lifang.cases.terms import Photo
from lifang.core.access import Actor, Refusal, insist
from lifang.core.files.darkroom import Print
from lifang.core.files.models import Attachment
from lifang.core.files.store import duplicates_of, keep
from lifang.core.files.terms import Kind, Media
from lifang.core.files.voice import Voice


def keep_photos(
    case: Case,
    photos: Sequence[Print | Voice],
    kind: Photo,
    *,
    actor: Actor,
    at: datetime,
    fresh: bool = False,
) -> None:
    """Keep photos with the case. `fresh` refuses one that was used before, anywhere (journey W-D2)."""
    for photo in photos:
        if fresh:
            insist(_used_before(photo))
        shows = Kind.OTHER if isinstance(photo, Voice) else Kind(kind.value)
        keep(photo, subject=case, kind=shows, actor=actor, at=at)


def _used_before(photo: Print | Voice) -> Refusal | None:
    twins = duplicates_of(photo.phash, limit=1)
    if not twins:
        return None
    number = Case.objects.filter(pk=twins[0].subject).values_list("number", flat=True).first()
    return Refusal("photo_reused", {"number": number or "…"})


def photo_kinds(case: Case, since: datetime) -> set[str]:
    """What the photos show that were added since then."""
    rows = Attachment.objects.filter(subject=case.pk, added_at__gte=since, media=Media.JPEG)
    return set(rows.values_list("kind", flat=True))
