"""How long files, rows and secrets are kept."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from lifang.core.access import Actor
from lifang.core.access.wall import behind
from lifang.core.crypto.masks import ERASED
from lifang.core.sheets.actions.asking import forget, wipe
from lifang.core.sheets.catalogue import limits
from lifang.core.sheets.declare import SHEETS
from lifang.core.sheets.models import Import


def sweep(*, system: Actor, at: datetime) -> Counter[str]:
    """Forget files and rows whose time is over, and secrets that nobody came for."""
    most, done = limits(), Counter[str]()
    with behind(system):
        for old in Import.objects.filter(
            asked_at__lt=at - timedelta(days=most.keep_days), lapsed_at=None
        ):
            with transaction.atomic():
                lapse(old, at)
            done["lapsed"] += 1
        secret = [key for key, sheet in SHEETS.items() if sheet.hands_over]
        since = at - timedelta(hours=most.secret_hours)
        for old in Import.objects.filter(
            sheet__in=secret, handed_at=None, finished_at__lt=since, lapsed_at=None
        ):
            with transaction.atomic():
                wipe(old, at)
            done["wiped"] += 1
    return done


def lapse(old: Import, at: datetime) -> None:
    """File, rows and the file's name go; who uploaded when, and the counts, stay."""
    forget(old)
    Import.objects.filter(pk=old.pk).update(lapsed_at=at, name=ERASED)
