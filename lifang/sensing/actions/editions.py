"""Rules otherwise than in the catalogue: drafted, tried on stored history, published, retired."""

from datetime import datetime
from typing import Any

import msgspec

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.sensing.catalogue import RULES, AlarmRule
from lifang.sensing.models import Edition
from lifang.sensing.terms import RuleState


def checked(key: str, body: Any) -> AlarmRule:
    """The rule that was written, or a refusal that says what is wrong with it."""
    try:
        rule = msgspec.convert(body, AlarmRule, strict=False)
    except (msgspec.ValidationError, TypeError, ValueError, OverflowError) as fault:
        raise Refused(Refusal("rule_shape", {"detail": str(fault)[:200]})) from fault
    insist(None if rule.key == key else Refusal("rule_key"))
    if found := rule.faults():
        known = found[0] if found[0].startswith("rule_") else "rule_shape"
        raise Refused(Refusal(known, {"detail": found[0]}))
    return rule


@action("sensing.draft_rule")
def draft_rule(*, actor: Actor, key: str, body: Any, reason: str, at: datetime) -> Edition:
    """A draft changes nothing yet; there is at most one of a rule, and writing again replaces it."""
    insist(
        None if key in RULES else Refusal("not_found"),
        None if 0 < len(reason.strip()) <= 300 else Refusal("alarm_why"),
    )
    rule = checked(key, body)
    draft = Edition.objects.select_for_update().filter(rule=key, state=RuleState.DRAFT).first()
    if draft is None:
        last = Edition.objects.filter(rule=key).order_by("-number").first()
        draft = Edition(rule=key, number=last.number + 1 if last else 1, state=RuleState.DRAFT)
    draft.body, draft.reason = msgspec.to_builtins(rule), reason.strip()
    draft.made_by_id, draft.made_at = actor.id, at
    draft.save()
    return draft


@action("sensing.publish_rule")
def publish_rule(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """In force from now on; the one before is retired and stays readable."""
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    insist(None if edition.state == RuleState.DRAFT else Refusal("rule_no_draft"))
    checked(edition.rule, edition.body)
    before = Edition.objects.filter(rule=edition.rule, state=RuleState.PUBLISHED)
    before.update(state=RuleState.RETIRED, retired_at=at)
    edition.state, edition.published_at = RuleState.PUBLISHED, at
    edition.save(update_fields=["state", "published_at"])
    return edition


@action("sensing.retire_rule")
def retire_rule(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """Back to the catalogue."""
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    insist(None if edition.state != RuleState.RETIRED else Refusal("rule_no_draft"))
    edition.state, edition.retired_at = RuleState.RETIRED, at
    edition.save(update_fields=["state", "retired_at"])
    return edition
