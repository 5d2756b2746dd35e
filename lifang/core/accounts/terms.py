"""Words of accounts."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    STAFF = "staff", _("Staff")
    RESIDENT = "resident", _("Resident")
    MACHINE = "machine", _("Machine")


# The password of every account of the make-believe county. Outside demo mode it opens nothing.
DEMO_PASSWORD: Final = "Ward-Gate-2026-Lane"  # noqa: S105 -- printed on the sign-in page of a demonstration
