"""Which rules are in force: the catalogue, overlaid by what was published."""

from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.sensing.catalogue import RULES, AlarmRule
from lifang.sensing.models import Edition
from lifang.sensing.rules.limits import Sieve, read, sieves_of
from lifang.sensing.terms import RuleState

_REVISION = "SELECT max(published_at), max(retired_at) FROM sensing_edition WHERE state <> %s"


def editions(actor: Actor, rule: str = "") -> QuerySet[Edition]:
    """Edited versions, newest first."""
    del actor  # rules are no secret inside the house
    rows = Edition.objects.select_related("made_by")
    return rows.filter(rule=rule) if rule else rows


def edition(actor: Actor, rule: str, number: int) -> Edition:
    found = editions(actor, rule).filter(number=number).first()
    if found is None:
        raise Refused("not_found")
    return found


def rule(actor: Actor, key: str) -> AlarmRule:
    """A rule as it is in force. Raises `Refused("not_found")`."""
    found = in_force(actor).get(key) or RULES.get(key)
    if found is None:
        raise Refused("not_found")
    return found


def in_force(actor: Actor) -> dict[str, AlarmRule]:
    """Key → rule, whoever asks; one small query tells whether anything changed."""
    return sieved(actor)[0]


def sieved(actor: Actor) -> tuple[dict[str, AlarmRule], dict[tuple[str, str], Sieve]]:
    """The same, and per type and measure what must be said to begin anything."""
    del actor
    with connection.cursor() as cursor:  # it comes with every batch
        cursor.execute(_REVISION, [RuleState.DRAFT.value])
        return _in_force(str(cursor.fetchone()))


def numbers(actor: Actor) -> dict[str, int]:
    """Rule → number of the edition in force; those of the catalogue are left out."""
    del actor
    rows = Edition.objects.filter(state=RuleState.PUBLISHED)
    return dict(rows.values_list("rule", "number"))


@lru_cache(maxsize=4)
def _in_force(revision: str) -> tuple[dict[str, AlarmRule], dict[tuple[str, str], Sieve]]:
    del revision
    found = {one.key: one for one in RULES}
    for row in Edition.objects.filter(state=RuleState.PUBLISHED):
        found[row.rule] = read(row.body)
    return found, sieves_of(found.values())
