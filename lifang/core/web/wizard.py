"""One question a page, one URL a step; answers wait in the session until all are given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from lifang.core.web.forms import Form

REVIEW = "review"
Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    key: str
    form: type[forms.BaseForm]
    title: Any
    lead: Any = ""
    template: str = ""
    skip: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the check-your-answers page."""

    title: Any
    text: Any
    url: str


class _Nothing(Form):
    """The review page asks nothing."""


class Wizard:
    """Declare `name`, `steps`, `url_name`; override `done`."""

    name: ClassVar[str] = ""
    url_name: ClassVar[str] = ""
    steps: ClassVar[Sequence[Step]] = ()
    template: ClassVar[str] = "web/step.html"
    review: ClassVar[str | None] = "web/review.html"

    # what a wizard decides

    def keep(self, request: HttpRequest, step: Step, form: Any) -> dict[str, Any]:
        """What of a step goes into the session: JSON only. Files: store them and keep their id."""
        return {name: _json(value) for name, value in form.cleaned_data.items()}

    def wanted(self, step: Step, answers: Answers) -> bool:
        """Is this step asked, after these answers?"""
        return True

    def context(self, request: HttpRequest, step: Step | None, answers: Answers) -> dict[str, Any]:
        """More for the template of a step; `None` is the review."""
        return {}

    def initial(self, request: HttpRequest, step: Step, answers: Answers) -> dict[str, Any]:
        """What a step shows before it is answered."""
        return {}

    def form(self, request: HttpRequest, step: Step, answers: Answers) -> Any:
        initial = answers.get(step.key) or self.initial(request, step, answers)
        if request.method == "POST":
            return step.form(request.POST, request.FILES, initial=initial)
        return step.form(initial=initial)

    def words(self, step: Step, answers: Answers) -> Any:
        """How the review tells an answer; None leaves the line out."""
        return "，".join(
            str(value)
            for value in answers.get(step.key, {}).values()
            if value not in ("", None, [], False)
        )

    def done(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        """Call the one action. Afterwards the answers are forgotten; a `Refused` keeps them."""
        raise NotImplementedError

    # how it runs

    @classmethod
    def start(cls, request: HttpRequest) -> HttpResponseBase:
        """Begin, or go on where the reader stopped."""
        wizard = cls()
        answers = wizard.answers(request)
        return redirect(wizard.url(wizard.first_open(answers)))

    @classmethod
    def view(cls, request: HttpRequest, step: str) -> HttpResponseBase:
        wizard = cls()
        answers = wizard.answers(request)
        if step == REVIEW and cls.review:
            return wizard.at_review(request, answers)
        chosen = next((each for each in wizard.asked(answers) if each.key == step), None)
        if chosen is None:
            raise Http404
        return wizard.at_step(request, chosen, answers)

    def asked(self, answers: Answers) -> list[Step]:
        return [step for step in self.steps if self.wanted(step, answers)]

    def first_open(self, answers: Answers) -> str:
        """The first step without an answer, else the review."""
        asked = self.asked(answers)
        unanswered = next((step.key for step in asked if step.key not in answers), None)
        return unanswered or (REVIEW if self.review else asked[-1].key)

    def at_step(self, request: HttpRequest, step: Step, answers: Answers) -> HttpResponseBase:
        form = self.form(request, step, answers)
        if request.method == "POST":
            skipped = step.skip and "skip" in request.POST
            if skipped or form.is_valid():
                answers[step.key] = {} if skipped else self.keep(request, step, form)
                self.store(request, answers)
                return self.onward(request, step, answers)
        asked = self.asked(answers)
        facts = {
            "form": form,
            "step": step,
            "back": self.before(step.key, answers),
            "answers": answers,
        }
        count = {"step_number": asked.index(step) + 1, "step_count": len(asked) + bool(self.review)}
        status = 422 if form.is_bound and form.errors else 200
        template = step.template or self.template
        return render(
            request,
            template,
            {**facts, **count, **self.context(request, step, answers)},
            status=status,
        )

    def onward(self, request: HttpRequest, step: Step, answers: Answers) -> HttpResponseBase:
        asked = [each.key for each in self.asked(answers)]
        later = asked[asked.index(step.key) + 1 :]
        following = self.first_open(answers) if set(later) <= answers.keys() else next(iter(later))
        if not later and not self.review:
            return self.finish(request, answers)
        return redirect(self.url(following))

    def at_review(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        open_step = self.first_open(answers)
        if open_step != REVIEW:
            return redirect(self.url(open_step))
        if request.method == "POST":
            return self.finish(request, answers)
        asked = self.asked(answers)
        told = ((step, self.words(step, answers)) for step in asked)
        facts = {
            "lines": [
                Line(step.title, words, self.url(step.key))
                for step, words in told
                if words is not None
            ],
            "back": self.before(REVIEW, answers),
            "answers": answers,
            "step_number": len(asked) + 1,
            "step_count": len(asked) + 1,
        }
        return render(request, str(self.review), {**facts, **self.context(request, None, answers)})

    def finish(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        response = self.done(request, answers)
        if not isinstance(response, HttpResponse) or response.status_code < 400:
            request.session.pop(self.session_key, None)
        return response

    @property
    def session_key(self) -> str:
        return f"wizard:{self.name}"

    def answers(self, request: HttpRequest) -> Answers:
        kept: Answers = request.session.get(self.session_key, {})
        return dict(kept)

    def store(self, request: HttpRequest, answers: Answers) -> None:
        request.session[self.session_key] = answers

    def before(self, key: str, answers: Answers) -> str:
        """Where "back" leads; nowhere from the first step."""
        asked = [step.key for step in self.asked(answers)]
        position = asked.index(key) if key in asked else len(asked)
        return self.url(asked[position - 1]) if position else ""

    def url(self, step: str) -> str:
        return reverse(self.url_name, kwargs={"step": step})


def _json(value: Any) -> Any:
    if isinstance(value, list | tuple | set):
        return [_json(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


WizardView = Callable[..., HttpResponseBase]
