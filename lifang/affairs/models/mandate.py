"""Somebody may act for somebody: in these matters, until that day, as the principal agreed; either ends it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.affairs.terms import Agreed
from lifang.core.access.models import Scoped


class Mandate(Scoped):
    """The principal's record lies in the area; both see it. The agent is a person, or the window of the area."""

    principal = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    agent = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+"
    )  # the agent's
    desk = models.CharField(max_length=15, db_collation="C", blank=True)  # or the window that acts
    guides = models.JSONField(default=list)
    until = models.DateField()
    way = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Agreed])
    proof = models.UUIDField(null=True)  # photo of the paper, or of the principal agreeing
    recorded_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, blank=True)  # principal, agent, window

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["area"], name="mandate_area"),
            models.Index(fields=["account"], name="mandate_account"),
            GinIndex(fields=["holders"], name="mandate_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "agent"],
                condition=Q(ended_at__isnull=True),
                name="mandate_one_runs",
            ),
            models.UniqueConstraint(
                fields=["principal", "desk"],
                condition=Q(ended_at__isnull=True, agent__isnull=True),
                name="mandate_one_window_runs",
            ),
            models.CheckConstraint(
                condition=Q(agent__isnull=True) | ~Q(principal=F("agent")), name="mandate_of_two"
            ),
            models.CheckConstraint(
                condition=Q(agent__isnull=False, account__isnull=False, desk="")
                | Q(agent__isnull=True, account__isnull=True) & ~Q(desk=""),
                name="mandate_names_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
