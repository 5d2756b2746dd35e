from typing import TypeVar, cast

from django.db import models

from lifang.core.access.models import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class HoldingQuerySet(models.QuerySet[M]):
    """Public facts have no scope, yet an action locks and notes them like any row."""

    def hold(self, pk: object) -> M:
        """As `Scoped.objects.hold`."""
        return cast("M", ScopedQuerySet.hold(self, pk))  # type: ignore[type-var,arg-type]  # asks only for a queryset


Holding = models.Manager.from_queryset(HoldingQuerySet)
