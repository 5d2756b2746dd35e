from collections.abc import Iterable
from datetime import datetime

from lifang.core import notify
from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.audit import log
from lifang.core.audit.models import Anchor, Head

PRINTED = "print"


@action("audit.verify")
def verify(*, actor: Actor, at: datetime, told: Iterable[log.Told] = ()) -> log.Verdict:
    """Walk the log; that somebody did leaves a line too."""
    return log.verify(told)


@action("audit.anchor")
def anchor(*, actor: Actor, at: datetime, told_to: str = PRINTED) -> Anchor:
    """Tell the end of the log to somebody outside the operator's reach: by mail, or on a printed sheet."""
    head = Head.objects.get(id=1)
    made = Anchor.objects.create(at=at, seq=head.seq, digest=bytes(head.digest), told_to=told_to)
    if told_to != PRINTED:
        notify.send(
            to=f"mailto:{told_to}",
            template="audit.anchor",
            facts={"seq": made.seq, "digest": bytes(made.digest).hex(), "at": at},
            at=at,
            key=f"anchor:{made.pk}",
        )
    return made
