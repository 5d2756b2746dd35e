"""Take photos and papers in, find them again, hand out links. Called by the actions of the subject's owner."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import models, transaction
from django.db.models import QuerySet
from django.urls import reverse

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.models import Scoped
from lifang.core.access.pen import Pen
from lifang.core.access.wall import behind
from lifang.core.crypto import signature
from lifang.core.crypto.seals import signed
from lifang.core.files import disk
from lifang.core.files.clip import Clip
from lifang.core.files.darkroom import Print, Upload, develop, whole
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Kind, Media
from lifang.core.files.voice import Voice

ALIKE: Final = 6  # bits of 64 that may differ between two shots or copies of the same view
STASH_HOURS: Final = 24
_FOLLOW: Final = "UPDATE files_attachment SET area = %s, holders = %s::varchar[] WHERE subject = %s AND subject_type = %s"  # fmt: skip
_BANDS: Final = ALIKE + 1  # with six bits changed, one of seven bands is untouched
_BAND_BITS: Final = 10


class Twin(msgspec.Struct, frozen=True):
    """An earlier photo that looks the same."""

    attachment: UUID
    subject_type: str
    subject: UUID
    distance: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a kept file takes over from its subject: who and where may see it."""

    type: str
    id: UUID
    area: str
    holders: tuple[str, ...]

    @classmethod
    def of(cls, subject: Scoped) -> "Reach":
        return cls(subject._meta.label_lower, subject.pk, subject.area, tuple(subject.holders))


def take_in(
    upload: Upload, *, subject: Scoped, kind: Kind = Kind.OTHER, actor: Actor, at: datetime
) -> Attachment:
    """Keep a harmless copy of a photo with its subject; the original is never kept. `Refused` says why not."""
    return keep(develop(upload), subject=subject, kind=kind, actor=actor, at=at)


def keep(
    photo: Print | Voice | Clip,
    *,
    subject: Scoped,
    kind: Kind = Kind.OTHER,
    actor: Actor,
    at: datetime,
    own: bool = False,
    unseen: bool = False,
) -> Attachment:
    """Keep a developed photo, a voice note or a clip; it is on disk for sure before the row is written.

    `own`: for its maker alone. `unseen`: for nobody by itself; the subject's owner hands it out where its own rule allows.
    """
    facts = _facts(photo, kind, at)
    if own or unseen:
        facts |= {"area": "", "holders": [actor.holder] if own else []}
    if unseen:  # compared with no other, and nothing beside the picture is kept
        facts |= {"phash": None, "bands": [], "taken_at": None, "lon": None, "lat": None}
    return _row(subject, actor, at, **facts)


def _facts(photo: Print | Voice | Clip, kind: Kind, at: datetime) -> dict[str, Any]:
    if isinstance(photo, Voice):
        return {"media": photo.media, "sha256": disk.put(photo.data), "size": len(photo.data)}
    if isinstance(photo, Clip):
        return {
            "kind": kind,
            "media": Media.MP4,
            "sha256": disk.put(photo.film, photo.thumb, photo.still),
            "size": len(photo.film),
            "width": photo.width,
            "height": photo.height,
        }
    photo = photo.believed(at)
    return {
        "kind": kind,
        "media": Media.JPEG,
        "sha256": disk.put(photo.picture, photo.thumb, photo.middle),
        "size": len(photo.picture),
        "width": photo.width,
        "height": photo.height,
        "phash": photo.phash,
        "bands": bands(photo.phash),
        "taken_at": photo.taken_at,
        "lon": photo.lon,
        "lat": photo.lat,
    }


def take_in_paper(
    upload: Upload, *, name: str, subject: Scoped, actor: Actor, at: datetime
) -> Attachment:
    """Keep a PDF as it is; it is only ever handed out as a download."""
    data = whole(upload)
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise Refused("paper_kind")
    clean = "".join(c for c in name.replace("\\", "/").split("/")[-1] if c.isprintable())
    return _row(
        subject,
        actor,
        at,
        media=Media.PDF,
        sha256=disk.put(data),
        size=len(data),
        name=clean[-120:],
    )


def _row(subject: Scoped, actor: Actor, at: datetime, **facts: Any) -> Attachment:
    reach = Reach.of(subject)
    return Attachment.objects.create(
        subject_type=reach.type,
        subject=reach.id,
        account_id=actor.id,
        added_at=at,
        **{"area": reach.area, "holders": list(reach.holders), **facts},
    )


def follow(subject: Scoped, pen: Pen) -> None:
    """Let a subject's files be seen where and by whom it is seen now; say it after it moved."""
    reach = Reach.of(subject)
    with pen.everywhere():  # the files may still lie where the actor no longer looks
        pen.say(_FOLLOW, reach.area, list(reach.holders), reach.id, reach.type)


def of_subject(
    actor: Actor, subject: models.Model, kind: Kind | None = None
) -> QuerySet[Attachment]:
    """A subject's files that exist for this actor, in the order they came."""
    rows = Attachment.objects.visible_to(actor).filter(subject=subject.pk)
    return rows.filter(kind=kind) if kind else rows


# A photo comes before its case: the reporter's page carries a stashed photo in a hidden field.


def stash(photo: Print | Voice, at: datetime) -> str:
    """Put a photo's or a voice note's content on disk and give a signed word for it, good for a day; no row yet."""
    until = (at + timedelta(hours=STASH_HOURS)).timestamp()
    if isinstance(photo, Voice):
        return _word({"sha256": disk.put(photo.data), "until": until, "taken_at": None, "media": photo.media})  # fmt: skip
    facts = {
        "sha256": disk.put(photo.picture, photo.thumb, photo.middle),
        "until": until,
        "width": photo.width,
        "height": photo.height,
        "phash": photo.phash,
        "taken_at": photo.taken_at,
        "lon": photo.lon,
        "lat": photo.lat,
    }
    return _word(facts)


def _word(facts: dict[str, Any]) -> str:
    packed = base64.urlsafe_b64encode(msgspec.json.encode(facts)).decode()
    return f"{packed}.{signature(packed.encode(), 'files.stash')}"


def unstash(word: str, at: datetime) -> Print:
    """The photo of a stash; a voice note is none."""
    found = come(word, at)
    if isinstance(found, Voice):
        raise Refused("photo_lapsed")
    return found


def come(word: str, at: datetime) -> Print | Voice:
    """The photo or voice note of a stash; `Refused("photo_lapsed")` when the word is not ours or its day is over."""
    packed, _, mark = word.partition(".")
    if not signed(packed.encode(), "files.stash", mark):
        raise Refused("photo_lapsed")
    facts = msgspec.json.decode(base64.urlsafe_b64decode(packed))
    sha256, until, taken = facts.pop("sha256"), facts.pop("until"), facts.pop("taken_at")
    if at.timestamp() > until or not disk.place(sha256).is_file():
        raise Refused("photo_lapsed")
    if "media" in facts:
        return Voice(disk.get(sha256), Media(facts["media"]))
    return Print(
        picture=disk.get(sha256),
        thumb=disk.get(sha256, disk.THUMB),
        middle=disk.middle(sha256),
        taken_at=datetime.fromisoformat(taken) if taken else None,
        **facts,
    )


def sweep(at: datetime) -> int:
    """Drop content that no row names and that nobody stashed for two days; how many."""
    old = list(disk.older_than(at - timedelta(hours=2 * STASH_HOURS)))
    dropped = 0
    with behind(SYSTEM):  # behind anybody else's wall every file would seem forgotten
        for start in range(0, len(old), 1000):
            some = old[start : start + 1000]
            dropped += _drop_unnamed(set(some))
    return dropped


def pass_on(subject_type: str, subject: UUID, files: Iterable[Any], to: Scoped) -> int:
    """Files of one subject belong to another from now on, and are seen by whoever sees that; how many. Part of an act."""
    reach = Reach.of(to)
    rows = Attachment.objects.filter(subject_type=subject_type, subject=subject, pk__in=list(files))
    return rows.update(
        subject_type=reach.type, subject=reach.id, area=reach.area, holders=list(reach.holders)
    )


def remove(subject_type: str, subjects: Iterable[UUID], keep: Iterable[UUID] = ()) -> int:
    """Take the files of subjects away but those to keep, content too where no other row names it; how many. Part of erasing them."""
    rows = Attachment.objects.filter(subject_type=subject_type, subject__in=list(subjects))
    rows = rows.exclude(pk__in=list(keep))
    contents = set(rows.values_list("sha256", flat=True))
    gone = rows.delete()[0]
    # Killed between the commit and the disk, the sweep finds what nobody names.
    transaction.on_commit(lambda: _drop_unnamed(contents))
    return gone


def _drop_unnamed(contents: set[str]) -> int:
    with behind(SYSTEM):
        named = set(Attachment.objects.filter(sha256__in=contents).values_list("sha256", flat=True))
    for sha256 in contents - named:
        disk.drop(sha256)
    return len(contents - named)


# Reused photos


def bands(phash: int | None) -> list[int]:
    """Seven slices of a hash, each with its number: equal slices make an index look-up of likeness."""
    if phash is None:
        return []
    bits = phash & ((1 << 64) - 1)
    wide = 64 / _BANDS
    edges = [round(i * wide) for i in range(_BANDS + 1)]
    return [
        (i << _BAND_BITS) | (bits >> low) & ((1 << (high - low)) - 1)
        for i, (low, high) in enumerate(pairwise(edges))
    ]


class _Distance(models.Func):
    """How many of 64 bits differ."""

    template = "bit_count((%(expressions)s)::bit(64))"
    arg_joiner = " # "
    output_field = models.IntegerField()


def duplicates_of(
    phash: int | None,
    *,
    besides: Iterable[UUID] = (),
    since: datetime | None = None,
    limit: int = 10,
) -> list[Twin]:
    """Earlier photos anywhere that look the same, likest first; subjects in `besides` do not count.

    Looks past the wall on purpose: a reused photo is one, whoever sent it. Only ids come back.
    """
    if phash is None:
        return []
    rows = (
        Attachment.objects.filter(bands__overlap=bands(phash))
        .exclude(subject__in=list(besides))
        .annotate(distance=_Distance("phash", models.Value(phash, models.BigIntegerField())))
        .filter(distance__lte=ALIKE)
    )
    if since is not None:
        rows = rows.filter(added_at__gte=since)
    with behind(SYSTEM):
        found = rows.order_by("distance", "added_at").values_list(
            "id", "subject_type", "subject", "distance"
        )[:limit]
        return [Twin(*facts) for facts in found]


# Links


def link(attachment: Attachment, until: datetime, part: str = "file") -> str:
    """A path that shows this file (or its `thumb`, its `middle`) to anybody who holds it, until then: for a reporter without an account."""
    name = f"files:{part}"
    moment = int(until.timestamp())
    mark = signature(f"{attachment.pk}:{moment}".encode(), "files.link")
    return f"{reverse(name, args=[attachment.pk])}?until={moment}&mark={mark}"


def linked(pk: UUID, until: str, mark: str, at: datetime) -> bool:
    """Is this a link of ours that still holds?"""
    if not signed(f"{pk}:{until}".encode(), "files.link", mark):
        return False
    return at.timestamp() <= int(until)
