from django.db import models

from lifang.core.access.models import ScopedQuerySet


class HoldingQuerySet(models.QuerySet):  # type: ignore[type-arg]  # used by several models
    """Public facts have no scope, yet an action locks and notes them like any row."""

    hold = ScopedQuerySet.hold


Holding = models.Manager.from_queryset(HoldingQuerySet)
