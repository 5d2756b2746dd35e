from django.db import models

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText


class Draft(Scoped):
    """A form somebody is filling in: sealed, seen by whoever fills it in and by nobody else, gone when it is handed in."""

    form = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)  # what it is filled in for, in its owner's words
    body = SealedText()
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["saved_at"], name="draft_saved"),
        ]

    def __str__(self) -> str:
        return self.form
