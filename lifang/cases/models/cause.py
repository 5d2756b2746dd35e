from django.db import models

from lifang.core.access.models import Scoped


class Cause(Scoped):
    """An alarm that a case is about. One case may hold many; an alarm has one case."""

    case = models.ForeignKey("Case", models.PROTECT, related_name="causes")
    alarm = models.OneToOneField("sensing.Alarm", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        abstract = False
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["case"], name="cause_case")]

    def __str__(self) -> str:
        return str(self.alarm_id)
