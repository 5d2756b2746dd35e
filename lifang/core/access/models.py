from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import lru_cache
from typing import Self, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.sql.where import AND, WhereNode

from lifang.core.access.actor import Actor
from lifang.core.access.refusal import Refused
from lifang.core.access.scope import Scope
from lifang.core.ids import new_id

M = TypeVar("M", bound=models.Model)

ADMINS = ("system_admin", "security_admin", "audit_admin")
BUSINESS = "business"

# The action that is running, if any, notes the rows it holds (for the audit's "before").
on_hold: ContextVar[Callable[[models.Model], None] | None] = ContextVar("on_hold", default=None)


class ScopedQuerySet(models.QuerySet[M]):
    only_scope: Scope | None = (
        None  # set while nothing but a scope narrows the rows; no copy keeps it
    )

    def visible_to(self, actor: Actor) -> Self:
        """Rows that exist for this actor."""
        scope = actor.scope
        if self.query.is_sliced or self.query.combinator:
            return self.filter(scope.q())  # which says why it cannot
        rows = self.all()
        narrowing = _narrowing(self.model, scope)
        if narrowing is not None:
            rows.query.get_initial_alias()
            rows.query.where.add(narrowing.clone(), AND)
        if not self.query.where:
            rows.only_scope = scope
        return rows

    def hold(self, pk: UUID) -> M:
        """Lock the row for this action. Raises `Refused("not_found")` if it is not there to see."""
        rows = self.select_for_update(of=("self",)).filter(pk=pk).order_by()
        row = next(iter(rows), None)
        if row is None:
            raise Refused("not_found")
        note = on_hold.get()
        if note is not None:
            note(row)
        return row


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


@lru_cache(maxsize=2000)
def _narrowing(model: type[models.Model], scope: Scope) -> WhereNode | None:
    """The condition of a scope, resolved once: every request of an actor asks for it."""
    where: WhereNode = models.QuerySet(model).filter(scope.q()).query.where
    return where if where.children else None


class Scoped(models.Model):
    """A row that lies somewhere and concerns somebody. Its table stands behind a `Wall`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.CharField(max_length=15, db_collation="C")
    holders = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    objects = ScopedManager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["area"], name="%(class)s_area"),
            GinIndex(fields=["holders"], name="%(class)s_holders"),
        ]

    def concern(self, holders: Iterable[str]) -> None:
        """Let these holders see the row too; nobody is ever put out of sight here."""
        self.holders = sorted({*self.holders, *(holder for holder in holders if holder)})


class GrantRow(models.Model):
    """A post held by an account from one day to another; `orgs` writes it with each posting."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="grants")
    post = models.CharField(max_length=40)
    area = models.CharField(max_length=15, db_collation="C", blank=True)
    sees = models.CharField(max_length=4, choices=[("area", "area"), ("unit", "unit")])
    holder = models.CharField(max_length=60, blank=True)
    guard = models.GeneratedField(
        expression=models.Case(
            models.When(Q(post__in=ADMINS), then=models.F("post")), default=models.Value(BUSINESS)
        ),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    # A deputy's: whose post it is. It ends by itself.
    lent_for = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="lent")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_grant"
        indexes = [models.Index(fields=["account"], name="grant_account")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="grant_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(lent_for__isnull=True)
                | Q(valid_to__isnull=False) & ~Q(account=models.F("lent_for")),
                name="grant_lent_ends",
            ),
            # The wall is told areas and holders as lists: no grant may carry a comma or the star.
            models.CheckConstraint(condition=Q(area__regex=r"^[0-9]*$"), name="grant_area_plain"),
            models.CheckConstraint(condition=~Q(holder__contains=","), name="grant_holder_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.post}@{self.area}"
