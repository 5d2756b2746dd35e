"""A form as pages: one question a page on the phone, all on one page at the desk, then check and send."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lifang.core.access import Actor, Refused
from lifang.core.files.models import Attachment
from lifang.core.forms import actions, selectors
from lifang.core.forms.fields import Sheet, shown
from lifang.core.forms.filled import words
from lifang.core.forms.models import Draft
from lifang.core.forms.shape import FILES, FormSpec, Question

ALL, REVIEW = "all", "review"
Facts = dict[str, Any]


class FormPages:
    """Subclass it: say where its pages are and what happens with the answers."""

    base: ClassVar[str] = "web/public.html"  # the door
    masked: ClassVar[bool] = False  # somebody else's data are in it: what was known is shown masked
    whole: ClassVar[bool] = False  # begins with all on one page
    later: ClassVar[str] = ""  # a url name where unfinished forms are listed
    template: ClassVar[str] = "forms/{page}.html"

    def __init__(self, request: HttpRequest, form: FormSpec, draft: Draft) -> None:
        self.request, self.form, self.draft = request, form, draft
        self.actor: Actor = request.actor  # type: ignore[attr-defined]
        self.at: datetime = request.at  # type: ignore[attr-defined]
        self.filled = selectors.filled(self.actor, draft)

    # what a context says

    def url(self, step: str) -> str:
        raise NotImplementedError

    def done(self) -> HttpResponseBase:
        """Call the one action that takes the form."""
        raise NotImplementedError

    def before(self) -> str:
        """Where "back" leads from the first page."""
        return ""

    def context(self, step: str) -> Facts:
        """More for the templates; `beside` is a template that stands above the fields."""
        return {}

    def typed(self, step: str) -> list[Question]:
        """The questions whose fields stand on a page."""
        asked = self.filled.asked(self.form)
        if step == ALL:
            return [one for one in asked if one.key not in self.filled.origins]
        return [one for one in asked if one.key == step]

    # how it runs

    def start(self) -> HttpResponseBase:
        """The first page, or where the reader stopped."""
        return redirect(self.url(ALL if self.whole and self.filled.open(self.form) else self.next()))  # fmt: skip

    def next(self) -> str:
        waiting = self.filled.open(self.form)
        return waiting[0].key if waiting else REVIEW

    def run(self, step: str) -> HttpResponseBase:
        if self.request.method == "POST" and "drop" in self.request.POST:
            return self._detached(step)
        if step == REVIEW:
            return self._review()
        stopped = self.filled.stopped(self.form)
        if stopped and self.request.method == "GET" and "change" not in self.request.GET:
            return self._page("exit", step, stopped=stopped)
        if step == ALL:
            return self._whole()
        one = next((q for q in self.filled.asked(self.form) if q.key == step), None)
        if one is None:
            raise Http404
        return self._question(one)

    def _question(self, one: Question) -> HttpResponseBase:
        sheet = self._sheet([one])
        if self.request.method == "POST" and sheet.is_valid() and self._kept(sheet):
            if one.kind in FILES and "more" in self.request.POST:
                return redirect(self.url(one.key))
            return redirect(self._onward(one))
        asked = self.filled.asked(self.form)
        return self._page(
            "question", one.key, sheet, question=one, files=self._files([one]).get(one.key, []),
            step_number=asked.index(one) + 1, step_count=len(asked) + 1, back=self._back(one),
            origin=self.filled.origins.get(one.key) if not self.masked else None,
        )  # fmt: skip

    def _onward(self, one: Question) -> str:
        if self.filled.stopped(self.form):
            return self.url(one.key)
        asked = self.filled.asked(self.form)
        waiting = self.filled.open(self.form)
        after = [q for q in asked[asked.index(one) + 1 :] if q in waiting] if one in asked else []
        following = after or waiting
        return self.url(following[0].key if following else REVIEW)

    def _whole(self) -> HttpResponseBase:
        asked = self.filled.asked(self.form)
        typed = self.typed(ALL)
        known = [one for one in asked if one not in typed]
        sheet = self._sheet(typed)
        if self.request.method == "POST" and sheet.is_valid() and self._kept(sheet):
            return redirect(self.url(ALL if self._unsettled() else REVIEW))
        files = self._files(typed)
        facts = {
            "known": [self._line(one) for one in known],
            "files": [one for some in files.values() for one in some],
        }
        return self._page("all", ALL, sheet, back=self.before(), **facts)

    def _unsettled(self) -> bool:
        return bool(self.filled.stopped(self.form) or self.filled.open(self.form))

    def _review(self) -> HttpResponseBase:
        if self._unsettled():
            return redirect(self.url(self.next()) if not self.whole else self.url(ALL))
        if self.request.method == "POST":
            try:
                return self.done()
            except Refused as refused:
                if refused.refusal.reason in ("not_found", "not_allowed"):
                    raise
                return self._check(str(refused.refusal))
        return self._check()

    def _check(self, wrong: str = "") -> HttpResponse:
        asked = self.filled.asked(self.form)
        known, of = self.filled.counted(self.form)
        back = self.url(ALL) if self.whole else self.url(asked[-1].key) if asked else self.before()
        facts: Facts = {
            "lines": [self._line(one) for one in asked], "known": known, "of": of, "wrong": wrong,
            "step_number": len(asked) + 1, "step_count": len(asked) + 1, "back": back,
        }  # fmt: skip
        return self._page("review", REVIEW, status=409 if wrong else 200, **facts)

    def _line(self, one: Question) -> Facts:
        origin, value = self.filled.origins.get(one.key), self.filled.answers.get(one.key)
        text = origin.shown if origin and self.masked else words(one, value)
        return {"name": one.name, "text": text, "origin": origin, "url": f"{self.url(one.key)}?change=1", "files": one.kind in FILES and value}  # fmt: skip

    def _sheet(self, questions: list[Question]) -> Sheet:
        answers, posted = self.filled.answers, self.request.method == "POST"
        hide = {one.key for one in questions if self.masked and one.key in self.filled.origins}
        initial = {
            one.key: shown(one, answers[one.key])
            for one in questions
            if one.key in answers and one.key not in hide and one.kind not in FILES
        }
        data = (self.request.POST, self.request.FILES) if posted else ()
        return Sheet(questions, *data, today=localtime(self.at).date(), kept=answers, initial=initial)  # fmt: skip

    def _kept(self, sheet: Sheet) -> bool:
        """Keep the answers; a refusal stands in the form."""
        with sheet.refusals():
            self.draft = actions.answer(
                actor=self.actor, draft=self.draft, form=self.form, answers=sheet.told(),
                files=sheet.sent(), at=self.at,
            )  # fmt: skip
            self.filled = selectors.filled(self.actor, self.draft)
        return not sheet.errors

    def _detached(self, step: str) -> HttpResponseBase:
        try:
            file = UUID(self.request.POST["drop"])
        except ValueError:
            raise Http404 from None
        actions.detach(actor=self.actor, draft=self.draft, file=file, at=self.at)
        messages.success(self.request, _("Taken out."))
        return redirect(self.url(step))

    def _files(self, questions: list[Question]) -> Mapping[str, list[Attachment]]:
        if not any(one.kind in FILES for one in questions):
            return {}
        known = {str(row.pk): row for row in Attachment.objects.filter(subject=self.draft.pk)}
        answers = self.filled.answers
        return {
            one.key: [known[key] for key in answers.get(one.key) or [] if key in known]
            for one in questions
            if one.kind in FILES
        }

    def _back(self, one: Question) -> str:
        asked = self.filled.asked(self.form)
        place = asked.index(one)
        return self.url(asked[place - 1].key) if place else self.before()

    def _page(self, page: str, step: str, sheet: Sheet | None = None, **facts: Any) -> HttpResponse:
        status = facts.pop("status", 422 if sheet and sheet.is_bound and sheet.errors else 200)
        context = {
            "base": self.base, "form": sheet, "spec": self.form, "draft": self.draft, "masked": self.masked,
            "one_url": self.url(self.next()), "all_url": self.url(ALL), "later": reverse(self.later) if self.later else "",
        }  # fmt: skip
        told = {**context, **facts, **self.context(step)}
        response = render(self.request, self.template.format(page=page), told, status=status)
        response["Cache-Control"] = "no-store"
        return response
