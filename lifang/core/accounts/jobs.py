from datetime import datetime, timedelta

from lifang.core.access import Actor
from lifang.core.accounts.models import OneTimeCode, Session, Tries
from lifang.core.jobs import periodic

KEPT = timedelta(days=2)


@periodic(cron="41 * * * *")
def sweep(*, system: Actor, at: datetime) -> None:
    """Sessions that are over, codes and tries that no longer count."""
    Session.objects.filter(ends_at__lte=at).delete()
    OneTimeCode.objects.filter(sent_at__lte=at - KEPT).delete()
    Tries.objects.filter(last_at__lte=at - KEPT).delete()
