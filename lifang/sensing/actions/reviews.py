"""The week looked back on: one review a community, written by the clock and signed by somebody who answers for it."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from django.utils.timezone import localtime

from lifang.core.access import Actor, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.action import action
from lifang.core.calendar.terms import Limit, Unit
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.orgs.selectors import names_of
from lifang.sensing.catalogue import REVIEW, policy
from lifang.sensing.events import ReviewSigned, ReviewWritten
from lifang.sensing.models import Review
from lifang.sensing.rules import review as rules
from lifang.sensing.selectors import rules as chosen
from lifang.sensing.selectors import weeks as asked

CAPABILITY = "sensing.sign_review"


@action("sensing.write_reviews")
def write_reviews(*, actor: Actor, at: datetime) -> int:
    """Reviews of the week that is over, where they are missing and there is something to look at: once a community, whenever it is asked."""
    until = rules.week_of(localtime(at))
    since = rules.week_of(until - timedelta(days=1))
    missing = asked.with_devices(actor) - asked.reviewed(actor, since.date())
    if not missing:
        return 0
    in_force = chosen.in_force(actor)
    week = asked.week(actor, since, until, in_force, policy("review_keep_weeks"))
    names = names_of(missing, 1)
    written = 0
    for area in sorted(missing):
        body = rules.review(
            week.seen.get(area, []), in_force, week.places.get(area, {}), week.earlier.get(area, {}), week.stale.get(area, {}), until
        )  # fmt: skip
        if body.lines or body.proposed:  # nobody signs for a week in which nothing was
            _write(actor, area, since, body, names.get(area, ""), at)
            written += 1
    return written


def _write(actor: Actor, area: str, since: datetime, body: rules.Body, name: str, at: datetime) -> None:  # fmt: skip
    made = Review(
        area=area, week=since.date(), body=msgspec.to_builtins(body), raised=sum(one.raised for one in body.lines),
        proposals=len(body.proposed), written_at=at,
    )  # fmt: skip
    turn = engine.Turn(
        holders=(desk(desk_of(CAPABILITY, area, at)),), title=f"{name} {since.date():%m-%d}",
        limit=Allowance(Limit(Decimal(3), Unit.WORK_DAY), area=area),
    )  # fmt: skip
    engine.start(REVIEW(), made, actor=actor, at=at, turn=turn, said=engine.Said())
    publish(ReviewWritten(review=made.pk, week=since.date().isoformat(), at=at), area=area)


@action(CAPABILITY)
def sign_review(*, actor: Actor, review: Review, word: str, at: datetime) -> Review:
    """Somebody has looked at the week and says in a word what will be done."""
    held = Review.objects.hold(review.pk)
    insist(rules.may_sign(held, word))
    held.word, held.signed_at, held.signed_by_id = word.strip(), at, actor.id
    engine.move(REVIEW(), held, "sign", actor=actor, at=at, said=engine.Said(note=held.word))
    publish(ReviewSigned(review=held.pk, at=at), area=held.area, holders=held.holders)
    return held
