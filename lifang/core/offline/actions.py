from datetime import datetime

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.offline.models import Upload
from lifang.core.offline.terms import PHOTO_KEPT


@action("offline.forget_photos", beyond=True)
def forget_photos(*, actor: Actor, at: datetime) -> int:
    """Remove photos that were begun and never used; how many."""
    removed, _ = Upload.objects.filter(begun_at__lt=at - PHOTO_KEPT).delete()
    return removed
