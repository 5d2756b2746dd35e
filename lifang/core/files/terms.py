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
    MP4 = "video/mp4", "MP4"

    @property
    def spoken(self) -> bool:
        """A voice note."""
        return self.value.startswith("audio/")

    @property
    def played(self) -> bool:
        """Asked for piece by piece by whoever plays it."""
        return self.value.startswith(("audio/", "video/"))
