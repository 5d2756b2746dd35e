from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an attachment shows of its subject."""

    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
    OTHER = "other", _("Other")


class Media(models.TextChoices):
    """What is kept at all: our own re-encoding, and papers from the allow list."""

    JPEG = "image/jpeg", "JPEG"
    PDF = "application/pdf", "PDF"
    WEBM = "audio/webm", "WebM"
    OGG = "audio/ogg", "Ogg"
    M4A = "audio/mp4", "M4A"

    @property
    def spoken(self) -> bool:
        """A voice note."""
        return self.value.startswith("audio/")
