"""Begin a form, answer it, lay files to it, give it up. Handing it in is the act of whoever it is for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.models import Scoped
from lifang.core.action import action
from lifang.core.files import store
from lifang.core.files.darkroom import Print
from lifang.core.files.models import Attachment
from lifang.core.forms.filled import Filled, Given
from lifang.core.forms.models import Draft
from lifang.core.forms.shape import FormSpec

MOST_DRAFTS = 40  # one account's at a time


@action("forms.begin")
def begin(
    *,
    actor: Actor,
    form: FormSpec,
    subject: str,
    at: datetime,
    given: Mapping[str, Given] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Draft:
    """Begin to fill in a form; what is known stands in it already."""
    insist(None if actor.holder else Refusal("not_signed_in"))
    mine = Draft.objects.filter(holders__contains=[actor.holder]).count()
    insist(Refusal("drafts_many", {"most": MOST_DRAFTS}) if mine >= MOST_DRAFTS else None)
    filled = Filled.known(form, given or {})
    filled.answer(answers or {})
    return Draft.objects.create(
        area="", holders=[actor.holder], form=form.key, subject=subject, body=filled.written(),
        begun_at=at, saved_at=at,
    )  # fmt: skip


@action("forms.answer")
def answer(
    *,
    actor: Actor,
    draft: Draft,
    form: FormSpec,
    answers: Mapping[str, Any],
    files: Mapping[str, Sequence[Any]] | None = None,
    at: datetime,
) -> Draft:
    """Keep answers, and files beside those that are there."""
    held = _held(actor, draft)
    filled = Filled.read(str(held.body))
    filled.answer(answers)
    for key, uploads in (files or {}).items():
        have = list(filled.answers.get(key) or [])
        most = form.question[key].most or 1
        insist(Refusal("files_many", {"most": most, "field": key}) if len(have) + len(uploads) > most else None)  # fmt: skip
        kept = [str(_keep(held, one, actor, at).pk) for one in uploads]
        filled.answer({key: [*have, *kept]})
    return _write(held, filled, at)


@action("forms.detach")
def detach(*, actor: Actor, draft: Draft, file: UUID, at: datetime) -> Draft:
    """Take one file out again."""
    held = _held(actor, draft)
    filled = Filled.read(str(held.body))
    for key, value in filled.answers.items():
        if isinstance(value, list) and str(file) in value:
            filled.answers[key] = [one for one in value if one != str(file)]
            Attachment.objects.filter(subject=held.pk, pk=file).delete()
    return _write(held, filled, at)


@action("forms.drop")
def drop(*, actor: Actor, draft: Draft, at: datetime) -> None:
    """Give a form up; nothing of it is left."""
    held = _held(actor, draft)
    store.remove(Draft._meta.label_lower, [held.pk])
    held.delete()


def hand_in(draft: Draft, form: FormSpec, actor: Actor) -> Filled:
    """Part of the act that takes the form: its answers, checked once more. The draft goes with `passed_on`."""
    held = _held(actor, draft)
    filled = Filled.read(str(held.body))
    stopped = filled.stopped(form)
    insist(Refusal("form_stopped", {"why": stopped.title}) if stopped else None)
    waiting = filled.open(form)
    insist(Refusal("form_unfinished", {"question": waiting[0].name}) if waiting else None)
    return filled


def passed_on(draft: Draft, filled: Filled, form: FormSpec, to: Scoped) -> None:
    """Part of the act that takes the form: its files belong to `to` from now on, the draft is gone."""
    keys = [one for ids in filled.files(form).values() for one in ids]
    store.pass_on(Draft._meta.label_lower, draft.pk, keys, to)
    store.remove(Draft._meta.label_lower, [draft.pk])  # of questions that were left out in the end
    draft.delete()


def _held(actor: Actor, draft: Draft) -> Draft:
    held = Draft.objects.hold(draft.pk)
    insist(None if actor.holder and actor.holder in held.holders else Refusal("not_found"))
    return held


def _keep(draft: Draft, upload: Any, actor: Actor, at: datetime) -> Attachment:
    if isinstance(upload, Print):
        return store.keep(upload, subject=draft, actor=actor, at=at)
    return store.take_in_paper(upload, name=upload.name, subject=draft, actor=actor, at=at)


def _write(held: Draft, filled: Filled, at: datetime) -> Draft:
    held.body, held.saved_at = filled.written(), at
    held.save()
    return held


__all__ = ["answer", "begin", "detach", "drop", "hand_in", "passed_on"]
