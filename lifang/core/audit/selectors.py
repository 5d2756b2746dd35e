from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from lifang.core.access import Actor, Refused
from lifang.core.accounts.models import Account
from lifang.core.audit.diff import DEPUTY_FOR
from lifang.core.audit.models import Anchor, Entry


def entries(actor: Actor) -> QuerySet[Entry]:
    """Lines of the log with `who`, for the audit administrator alone."""
    _insist(actor)
    names = Account.objects.filter(pk=OuterRef("account")).values("name")
    absent = Account.objects.filter(pk=OuterRef("post_of")).values("name")
    post_of = Cast(KeyTextTransform(DEPUTY_FOR, "changes"), UUIDField())
    rows = Entry.objects.annotate(who=Subquery(names), post_of=post_of)
    return rows.annotate(instead_of=Subquery(absent))


def anchors(actor: Actor) -> QuerySet[Anchor]:
    """What was told to whom, newest first."""
    _insist(actor)
    return Anchor.objects.order_by("-id")


def anchor(actor: Actor, pk: int) -> Anchor:
    found = anchors(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _insist(actor: Actor) -> None:
    if not actor.may("audit.see"):
        raise Refused("not_allowed")
