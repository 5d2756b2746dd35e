from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.files.terms import Kind, Media


class Attachment(Scoped):
    """A photo or paper of one subject, seen by whoever sees the subject."""

    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.OTHER)
    media = models.CharField(max_length=15, choices=Media.choices, default=Media.JPEG)
    name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, db_collation="C")
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    phash = models.BigIntegerField(null=True)
    bands = ArrayField(models.SmallIntegerField(), default=list)  # of the hash, to find its like
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    added_at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["added_at", "id"]
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["subject"], name="attachment_subject"),
            models.Index(fields=["sha256"], name="attachment_sha256"),
            GinIndex(fields=["bands"], name="attachment_bands"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="attachment_on_earth",
            ),
            models.CheckConstraint(
                condition=~Q(media=Media.JPEG) | Q(width__isnull=False, height__isnull=False),
                name="attachment_photo_has_size",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.media} {self.sha256[:8]}"
