"""Ask about match alarms of outside systems: the files, their counts, who looked; and the key at the way in."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.capabilities import capabilities
from lifang.core.access.models import GrantRow
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.api.secret import MARK, read_token
from lifang.core.site import site
from lifang.sensing.catalogue import TYPES, VERDICTS, policy
from lifang.sensing.models import (
    Alarm,
    Device,
    Filing,
    Match,
    MatchLook,
    Reception,
    ReceptionCount,
    ReceptionKey,
)
from lifang.sensing.rules.reception import warned
from lifang.sensing.terms import MATCH

LOOK = "sensing.look_match"
GROUPS = ("video", "gate")  # devices that may stand behind such a system


class Tally(NamedTuple):
    """What came on a file and what became of it; numbers only."""

    taken: int
    refused: list[tuple[str, int]]  # by reason, the most first
    right: int
    wrong: int
    judged: int

    @property
    def refused_sum(self) -> int:
        return sum(many for _, many in self.refused)


class Faces(NamedTuple):
    """How near the number is from which faces must be filed."""

    stored: int
    limit: int
    warned: bool
    filing: Filing | None


def receptions(actor: Actor) -> QuerySet[Reception]:
    return Reception.objects.visible_to(actor).select_related("asked_by", "first_by", "second_by")


def reception(actor: Actor, pk: UUID | str) -> Reception:
    """One file. Raises `Refused("not_found")`."""
    found = receptions(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def reception_of_key(system: Actor, text: str, at: datetime) -> Reception | None:
    """The file whose key this is; asked anew each time, so that what is void is void at once."""
    token = read_token(text) if text.startswith(MARK) and "\x00" not in text else None
    if token is None:
        return None
    rows = ReceptionKey.objects.filter(
        prefix=token.prefix, revoked_at__isnull=True, expires_at__gt=at
    )
    found = rows.select_related("reception").first()
    return found.reception if found and token.fits(bytes(found.digest)) else None


def key_of(actor: Actor, of: Reception) -> ReceptionKey | None:
    """The key that opens now; its beginning alone is ever shown."""
    if not Reception.objects.visible_to(actor).filter(pk=of.pk).exists():
        return None
    return of.keys.filter(revoked_at__isnull=True).first()


def tally(actor: Actor, of: Reception) -> Tally:
    """What a file brought. The alarms are seen by named viewers alone; how many were right may everybody know who sees the file."""
    rows = ReceptionCount.objects.visible_to(actor).filter(reception=of).order_by()
    counts = dict(rows.values_list("reason").annotate(n=Sum("count")))
    with behind(SYSTEM):  # numbers only
        alarms = Alarm.objects.filter(rule=MATCH, evidence__reception=str(of.pk)).order_by()
        verdicts = dict(alarms.exclude(verdict="").values_list("verdict").annotate(n=Count("pk")))
    speaks = {one.key: one.right for one in VERDICTS}
    return Tally(
        counts.pop("", 0), Counter(counts).most_common(),
        sum(n for key, n in verdicts.items() if speaks[key]),
        sum(n for key, n in verdicts.items() if speaks[key] is False), sum(verdicts.values()),
    )  # fmt: skip


def taken_by_file(actor: Actor, of: Iterable[Reception]) -> dict[UUID, tuple[int, int]]:
    """Taken and refused of many files at once."""
    rows = ReceptionCount.objects.visible_to(actor).filter(reception__in=list(of)).order_by()
    sums = rows.values_list("reception").annotate(
        taken=Sum("count", filter=Q(reason=""), default=0),
        refused=Sum("count", filter=~Q(reason=""), default=0),
    )
    return {pk: (taken, refused) for pk, taken, refused in sums}


def looks(actor: Actor, of: Reception, most: int = 50) -> list[MatchLook]:
    """Who looked at what came, the newest first."""
    rows = MatchLook.objects.visible_to(actor).filter(reception=of).select_related("account")
    return list(rows[:most])


def viewers(actor: Actor, of: Reception) -> list[str]:
    """The names of those who may look."""
    if not Reception.objects.visible_to(actor).filter(pk=of.pk).exists():
        return []
    ids = [one.removeprefix("account:") for one in of.viewers]
    return sorted(str(one) for one in Account.objects.filter(pk__in=ids))


def lookers(actor: Actor, area: str, at: datetime) -> list[Account]:
    """Who may be named as a viewer: posted in the area or over it, and answering alarms there; no company."""
    posts = capabilities()[LOOK].posts
    above = [area[:digits] for digits in (6, 9, 12) if digits < len(area)]
    now = Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    rows = GrantRow.objects.filter(
        now, within(area) | Q(area__in=above), post__in=posts, sees="area"
    )
    found = Account.objects.filter(pk__in=rows.values("account"), closed_at__isnull=True)
    return list(found.order_by("name", "id"))


def may_stand_behind(actor: Actor, area: str, most: int = 200) -> list[Device]:
    """Cameras and gates of an area, for a choice."""
    kinds = [one.key for one in TYPES if one.group in GROUPS]
    rows = Device.objects.visible_to(actor).filter(
        within(area), type__in=kinds, retired_at__isnull=True
    )
    return list(rows.select_related("place").order_by("area", "name", "id")[:most])


def devices_of_file(actor: Actor, of: Reception) -> list[Device]:
    rows = Device.objects.visible_to(actor).filter(pk__in=of.devices)
    return list(rows.select_related("place").order_by("area", "code"))


def look_of(actor: Actor, of: Alarm) -> MatchLook | None:
    """Whether this viewer has looked at a match already."""
    match = of.subject.removeprefix(f"{MATCH}:")
    rows = MatchLook.objects.visible_to(actor).filter(match_id=match, account=actor.id)
    return rows.first()


def filings(actor: Actor) -> QuerySet[Filing]:
    return Filing.objects.visible_to(actor).select_related("filed_by")


def filing(actor: Actor, pk: UUID | str) -> Filing:
    found = filings(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def faces(actor: Actor) -> Faces:
    """Of the whole site: the number is the operator's, whoever looks."""
    limit = policy("filing_faces")
    with behind(SYSTEM):  # a number only
        stored = Match.objects.order_by().values("outside").distinct().count()
        newest = Filing.objects.filter(area=site().county).order_by("filed_at", "-began_at")
        latest = newest.filter(filed_at__isnull=True).first() or newest.last()
    near = warned(stored, limit, policy("filing_warn"))
    return Faces(stored, limit, near, latest if actor.may("sensing.approve_reception") else None)
