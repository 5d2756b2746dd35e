"""Report a trouble: a photo, a place, a tap. Every step has its address; nothing is lost on the way back."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.cases import actions, selectors
from lifang.cases.actions import thrift
from lifang.cases.catalogue import MATTERS, Emergency
from lifang.cases.models import Case
from lifang.cases.selectors import Near
from lifang.cases.web.report_forms import (
    MOST_PHOTOS,
    ContactForm,
    DangerForm,
    MatterForm,
    NearForm,
    PhotoForm,
    PlaceForm,
)
from lifang.cases.web.report_pages import Pages, on_earth, opened_on
from lifang.core.access import Actor, Kind, Refused
from lifang.core.accounts.source import place_of as network_of
from lifang.core.accounts.source import source_of
from lifang.core.files.darkroom import Print
from lifang.core.files.store import stash, unstash
from lifang.core.web.htmx import page, wants
from lifang.core.web.wizard import REVIEW, Answers, Step

DRAFT = "draft"  # beside the steps in the answers: the name of this draft
RECEIPTS = "receipts"  # in the session: what was sent from this browser
MOST_RECEIPTS = 30


class ReportWizard(Pages):
    name = "report"
    url_name = "cases:report_step"
    review = "cases/public/report_review.html"
    steps = (
        Step(
            "photo", PhotoForm, gettext_lazy("Take a photo, if you can"),
            gettext_lazy("It shows us what is wrong and where. You may go on without one."),
            template="cases/public/report_photo.html", skip=True,
        ),
        Step("place", PlaceForm, gettext_lazy("Where is it?"), template="cases/public/report_place.html"),
        Step("matter", MatterForm, gettext_lazy("What is wrong?"), template="cases/public/report_matter.html"),
        Step("danger", DangerForm, gettext_lazy("Call first"), template="cases/public/report_danger.html"),
        Step(
            "near", NearForm, gettext_lazy("Is it one of these?"),
            gettext_lazy("Somebody has already reported something like it here."),
            template="cases/public/report_near.html",
        ),
    )  # fmt: skip

    def __init__(self) -> None:
        self.found: dict[tuple[Any, ...], list[Near]] = {}
        self.contact: ContactForm | None = None
        self.photos: list[Print] = []

    @classmethod
    def view(cls, request: HttpRequest, step: str) -> HttpResponseBase:
        """A step that is not asked any more leads to the one that is: an old tab, the way back after sending."""
        wizard = cls()
        answers = wizard.answers(request)
        known = {each.key for each in cls.steps}
        if step in known and step not in {each.key for each in wizard.asked(answers)}:
            return redirect(wizard.url(wizard.first_open(answers)))
        return super().view(request, step)

    # the draft

    def answers(self, request: HttpRequest) -> Answers:
        self.request: Any = request
        return super().answers(request)

    def store(self, request: HttpRequest, answers: Answers) -> None:
        """What an earlier answer made untrue is asked again."""
        entry = self.danger(answers)
        if "danger" in answers and answers["danger"].get("entry") != (entry.key if entry else ""):
            del answers["danger"]
        if "near" in answers and answers["near"].get("of") != self.asked_near(answers):
            del answers["near"]
        answers.setdefault(DRAFT, {"key": secrets.token_hex(12)})
        super().store(request, answers)

    def danger(self, answers: Answers) -> Emergency | None:
        told = answers.get("matter")
        return selectors.danger(told["matter"], told["text"]) if told else None

    def matter(self, answers: Answers) -> str:
        """The matter it is reported as: what was in danger, when that was confirmed."""
        entry, chosen = self.danger(answers), str(answers["matter"]["matter"])
        if (
            entry
            and answers.get("danger", {}).get("go") == "called"
            and chosen not in entry.matters
        ):
            return next((key for key in entry.matters if MATTERS[key].public), chosen)
        return chosen

    def asked_near(self, answers: Answers) -> list[Any]:
        place, told = answers.get("place"), answers.get("matter")
        if not place or not told or place["lon"] is None:
            return []
        return [place["lon"], place["lat"], self.matter(answers)]

    def near(self, answers: Answers) -> list[Near]:
        asked = self.asked_near(answers)
        if not asked or MATTERS[asked[2]].level == "life":
            return []
        if tuple(asked) not in self.found:
            request, (lon, lat, matter) = self.request, asked
            self.found[tuple(asked)] = selectors.nearby(
                request.actor,
                lon,
                lat,
                request.at,
                matter=matter,
                place=answers["place"].get("place") or "",
                text=answers["matter"]["text"],
            )
        return self.found[tuple(asked)]

    def wanted(self, step: Step, answers: Answers) -> bool:
        if step.key == "danger":
            return self.danger(answers) is not None
        if step.key == "near":
            return bool(self.near(answers))
        return True

    # the steps

    def form(self, request: HttpRequest, step: Step, answers: Answers) -> Any:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if step.key == "photo" and request.method == "POST":
            sent = len(request.FILES.getlist("photos"))
            if sent:
                thrift.spend_photos(source_key(request), request.at, sent)  # type: ignore[attr-defined]
        form = super().form(request, step, answers)
        form.actor = actor
        if step.key == "place":
            form.opened = opened_on(actor, answers)
        if step.key == "danger":
            entry = self.danger(answers)
            assert entry is not None  # noqa: S101 -- the step is asked only then
            form.entry, form.chosen = entry, answers["matter"]["matter"]
        if step.key == "near":
            form.offered = frozenset(str(one.case.pk) for one in self.near(answers))
        return form

    def initial(self, request: HttpRequest, step: Step, answers: Answers) -> dict[str, Any]:
        if step.key != "place":
            return {}
        return opened_on(request.actor, answers)  # type: ignore[attr-defined]

    def keep(self, request: HttpRequest, step: Step, form: Any) -> dict[str, Any]:
        told: dict[str, Any] = form.cleaned_data
        answers = self.answers(request)
        if step.key == "photo":
            return self.keep_photos(request, told, answers.get("photo", {}))
        if step.key == "danger":
            return {"go": told["go"], "entry": form.entry.key}
        if step.key == "near":
            return {"join": told["join"], "of": self.asked_near(answers)}
        if step.key == "matter":
            return {"matter": told["matter"], "text": told["text"].strip()}
        return dict(told)

    def keep_photos(
        self, request: HttpRequest, told: dict[str, Any], before: dict[str, Any]
    ) -> dict[str, Any]:
        """Photos go to disk at once; the draft carries a signed word for each."""
        at: datetime = request.at  # type: ignore[attr-defined]
        prints: list[Print] = [photo.believed(at) for photo in told["photos"]]
        lon, lat, taken = told.get("lon"), told.get("lat"), told.get("taken_at")
        if prints and lon is not None and lat is not None and on_earth(lon, lat):
            # The browser made the photo smaller, and read its place and time before.
            first = prints[0]
            if first.lon is None:
                first = replace(first, lon=lon, lat=lat)
            prints[0] = replace(first, taken_at=first.taken_at or taken).believed(at)
        words = [*before.get("words", []), *(stash(photo, at) for photo in prints)][:MOST_PHOTOS]
        placed = next((photo for photo in prints if photo.lon is not None), None)
        return {
            "words": words,
            "lon": placed.lon if placed else before.get("lon"),
            "lat": placed.lat if placed else before.get("lat"),
            "taken_at": _iso(placed.taken_at) if placed else before.get("taken_at"),
        }

    def at_step(self, request: HttpRequest, step: Step, answers: Answers) -> HttpResponseBase:
        if step.key == "photo" and "remove" in request.POST:
            return self.remove_photo(request, answers)
        if step.key == "matter" and wants(request, "proposals"):
            context = {"step": step, **self.context(request, step, answers)}
            return page(request, step.template, context, partial="proposals")
        if step.key in ("place", "matter") and "find" in request.POST:
            request.method = "GET"  # show what the words may mean; nothing is chosen yet
        if step.key == "photo" and request.method == "POST" and "skip" in request.POST:
            self.store(request, {**answers, "photo": answers.get("photo") or {}})
            return self.onward(request, step, self.answers(request))
        return super().at_step(request, step, answers)

    def remove_photo(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        photo = answers.get("photo", {})
        index = request.POST["remove"]
        words = photo.get("words", [])
        if index.isascii() and index.isdigit() and int(index) < len(words):
            kept = [word for i, word in enumerate(words) if i != int(index)]
            answers["photo"] = {**photo, "words": kept} if kept else {}
            self.store(request, answers)
        return redirect(self.url("photo"))

    # what the pages need

    def context(self, request: HttpRequest, step: Step | None, answers: Answers) -> dict[str, Any]:
        shown = getattr(self, f"show_{step.key if step else REVIEW}", None)
        context: dict[str, Any] = shown(request, answers) if shown else {}
        return context

    # sending

    def joined(self, answers: Answers) -> Case | None:
        chosen = answers.get("near", {}).get("join", "none")
        return next((one.case for one in self.near(answers) if str(one.case.pk) == chosen), None)

    def at_review(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        draft = answers.get(DRAFT, {}).get("key", "")
        if request.method == "POST" and thrift.claimed(draft, request.at):  # type: ignore[attr-defined]
            return redirect("cases:receipts")
        if request.method == "POST" and self.first_open(answers) == REVIEW:
            self.contact = ContactForm(request.POST)
            if not self.contact.is_valid():
                request.method = "GET"  # show the page again, with what is wrong
                shown = super().at_review(request, answers)
                shown.status_code = 422
                return shown
        return super().at_review(request, answers)

    def finish(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        """Send once: a second press of the button finds the draft taken and is shown what the first one made."""
        at: datetime = request.at  # type: ignore[attr-defined]
        words = answers.get("photo", {}).get("words", [])
        try:
            self.photos = [unstash(word, at) for word in words]
        except Refused:
            del answers["photo"]
            self.store(request, answers)
            messages.warning(
                request,
                _(
                    "Your photos waited for more than a day. Please take them again; the rest is kept."
                ),
            )
            return redirect(self.url("photo"))
        draft = answers[DRAFT]["key"]
        if not thrift.claim(draft, at):
            return redirect("cases:receipts")
        try:
            return super().finish(request, answers)
        except Refused:
            thrift.release(draft, at)
            raise

    def done(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        at: datetime = request.at  # type: ignore[attr-defined]
        assert self.contact is not None  # noqa: S101 -- the review was valid
        phone = "" if actor.kind is Kind.RESIDENT else self.contact.cleaned_data["phone"]
        text, matter, joined = answers["matter"]["text"], self.matter(answers), self.joined(answers)
        payer = source_key(request)
        if joined is not None:
            reporter = actions.join(
                actor=actor,
                case=joined,
                at=at,
                said=text,
                phone=phone,
                photos=self.photos,
                payer=payer,
            )
            token = reporter.token
        else:
            place = answers["place"]
            case = actions.report(
                actor=actor, at=at, matter=matter, lon=place["lon"], lat=place["lat"],
                # The chip that was pressed is what somebody said who wrote nothing and took no photo.
                text=text or ("" if self.photos else MATTERS[matter].name.zh),
                area=place["area"], place=place["place"], photos=self.photos, phone=phone, payer=payer,
            )  # fmt: skip
            token = selectors.first_token(actor, case)
        remember(request, token)
        return redirect("cases:sent", token)


def remember(request: HttpRequest, token: str) -> None:
    """Keep the receipt with this browser, so that "my reports" works without an account."""
    kept = [known for known in request.session.get(RECEIPTS, []) if known != token]
    request.session[RECEIPTS] = [token, *kept][:MOST_RECEIPTS]


def source_key(request: HttpRequest) -> str:
    """Whom the limits count: the account, else the network the request came from."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.holder or f"net:{network_of(source_of(request))}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
