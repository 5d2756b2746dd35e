"""Somebody arrives: found by their number or entered anew, behind a door, alone or with a household. One question a page."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.action import together
from lifang.core.web.views import only
from lifang.core.web.wizard import Answers, Step, Wizard
from lifang.registry import actions, rules, selectors
from lifang.registry.actions import Newcomer
from lifang.registry.catalogue import CODES
from lifang.registry.models import Household, Place
from lifang.registry.web import arrival_forms as forms
from lifang.registry.web import shown
from lifang.registry.web.asking import may

MAY = "registry.move_in"
FROM: dict[str, Any] = {
    "household": selectors.household,
    "door": selectors.own_place,
    "person": selectors.person,
}
FOLLOWS = {
    "home": ("terms",),
    "number": ("known", "same", "about"),
    "known": ("same",),
    "name": ("same",),
}


class Arrival(Wizard):
    """Answers beside the steps': `where` says from which household or door it was begun."""

    name = "registry.arrival"
    url_name = "registry:arrival"
    template = "registry/desk/step.html"
    review = "registry/desk/review.html"
    steps = (
        Step("home", forms.HomeForm, gettext_lazy("Where do they live?")),
        Step("number", forms.NumberForm, gettext_lazy("Which document do they show?"), template="registry/desk/number.html"),
        Step("known", forms.KnownForm, gettext_lazy("This number is registered already"), template="registry/desk/known.html"),
        Step("name", forms.NameForm, gettext_lazy("What is their name?")),
        Step("same", forms.SameForm, gettext_lazy("Are they in the register already?"), gettext_lazy("Nobody should stand there twice.")),
        Step("about", forms.AboutForm, gettext_lazy("What else is known?")),
        Step("terms", forms.TermsForm, gettext_lazy("Whose household do they join?")),
    )  # fmt: skip

    # where it begins

    @classmethod
    def start(cls, request: HttpRequest) -> HttpResponseBase:
        """Begin anew, from a household, a door, or nowhere yet."""
        wizard, where = cls(), {}
        insist(None if request.actor.may(MAY) else Refusal("not_allowed"))  # type: ignore[attr-defined]
        for key in ("household", "door", "person"):
            asked = request.GET.get(key, "")
            if asked:
                where[key] = str(wizard.row(request.actor, key, asked).pk)  # type: ignore[attr-defined]
        answers: Answers = {"where": where}
        wizard.store(request, answers)
        return redirect(wizard.url(wizard.first_open(answers)))

    @classmethod
    def view(cls, request: HttpRequest, step: str) -> HttpResponseBase:
        """No question before those that it follows from."""
        insist(None if request.actor.may(MAY) else Refusal("not_allowed"))  # type: ignore[attr-defined]
        wizard = cls()
        answers = wizard.answers(request)
        order = [one.key for one in wizard.asked(answers)]
        first = wizard.first_open(answers)
        known = {one.key for one in cls.steps}
        early = step in order and first in order and order.index(step) > order.index(first)
        if early or step in known - set(order):
            return redirect(wizard.url(first))
        return super().view(request, step)

    def onward(self, request: HttpRequest, step: Step, answers: Answers) -> HttpResponseBase:
        """What followed from an earlier answer is asked again."""
        gone = FOLLOWS.get(step.key, ())
        if step.key == "number" and answers["number"].get("card_name"):
            gone = (*gone, "name")  # a card was read: its name is to be confirmed
        if gone:
            answers = {key: one for key, one in answers.items() if key not in gone}
            self.store(request, answers)
        return super().onward(request, step, answers)

    def row(self, actor: Actor, key: str, asked: str) -> Any:
        """The household or door, if it is the actor's."""
        try:
            pk = UUID(asked)
        except ValueError as wrong:
            raise Http404 from wrong
        row = FROM[key](actor, pk)
        may(actor, MAY, row.area)
        return row

    def door(self, actor: Actor, answers: Answers) -> Place | None:
        pk = answers.get("where", {}).get("door") or answers.get("home", {}).get("door")
        return self.row(actor, "door", pk) if pk else None

    def household(self, actor: Actor, answers: Answers) -> Household | None:
        pk = answers.get("where", {}).get("household")
        return self.row(actor, "household", pk) if pk else None

    def area(self, actor: Actor, answers: Answers) -> str:
        row = self.household(actor, answers) or self.door(actor, answers)
        return row.area if row else ""

    # which questions

    def wanted(self, step: Step, answers: Answers) -> bool:
        new = _new(answers)
        known = answers.get("number", {}).get("found", "")
        where = answers.get("where", {})
        asked = {
            "home": not (where.get("household") or where.get("door")),
            "number": not where.get("person"),
            "known": bool(known),
            "name": new,
            "same": new and bool(answers.get("name", {}).get("likely")),
            "about": new and not _same(answers),
        }
        return asked.get(step.key, True)

    def form(self, request: HttpRequest, step: Step, answers: Answers) -> Any:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        today = localtime(request.at).date()  # type: ignore[attr-defined]
        more: dict[str, dict[str, Any]] = {
            "home": {"actor": actor},
            "number": {"today": today},
            "about": {"today": today},
        }
        if step.key == "known":
            more["known"] = {"here": answers["number"]["found"] != "elsewhere"}
        if step.key == "same":
            more["same"] = {"found": self.likely(actor, answers)}
        if step.key == "terms":
            more["terms"] = self.terms(actor, answers, today)
        initial = answers.get(step.key) or self.initial(request, step, answers)
        facts = {"initial": initial, **more.get(step.key, {})}
        return step.form(request.POST if request.method == "POST" else None, **facts)

    def initial(self, request: HttpRequest, step: Step, answers: Answers) -> dict[str, Any]:
        if step.key == "number":
            return {"document": "citizen"}
        if step.key == "known":
            return {"choice": "move"}
        number = answers.get("number", {})
        if step.key == "name":
            return {"name": number.get("card_name", "")}
        if step.key != "about":
            return {}
        said = rules.said_by(number["document"], number["identity"])
        start = {
            "residence": "registered", "registered_at": number.get("card_address", ""),
            "ethnicity": _nation(number.get("card_nation", "")),
        }  # fmt: skip
        return {**start, "born": said.born, "sex": "male" if said.male else "female"} if said else start  # fmt: skip

    def terms(self, actor: Actor, answers: Answers, today: date) -> dict[str, Any]:
        house, door = self.household(actor, answers), self.door(actor, answers)
        homes = [house] if house else list(selectors.household_at(actor, door)) if door else []
        read = selectors.homes_by_id(actor, [one.pk for one in homes])
        named = [(str(pk), _("The household of %(who)s") % {"who": shown.who(one)}) for pk, one in read.items()]  # fmt: skip
        residence = answers.get("about", {}).get("residence", "floating")
        dated = residence in ("floating", "overseas")
        return {"homes": named, "own": house is None, "dated": dated, "today": today}

    def likely(self, actor: Actor, answers: Answers) -> list[tuple[str, str]]:
        """Who it may be, masked."""
        asked = [UUID(pk) for pk in answers["name"]["likely"]]
        rows = selectors.with_homes(actor, selectors.persons(actor).filter(pk__in=asked))
        return [(str(one.pk), self.told(one)) for one in rows]

    def told(self, one: Any) -> str:
        born = _("born %(year)s") % {"year": one.born.year} if one.born else ""
        parts = [str(one.name), born, str(one.identity or ""), shown.home_of(one)]
        return " · ".join(part for part in parts if part)

    # what is kept

    def keep(self, request: HttpRequest, step: Step, form: Any) -> dict[str, Any]:
        kept = super().keep(request, step, form)
        kept = {key: value if value is not None else "" for key, value in kept.items()}
        actor, at = request.actor, request.at  # type: ignore[attr-defined]
        answers = self.answers(request)
        if step.key == "number":
            area = self.area(actor, answers)
            found = actions.find_number(actor=actor, area=area, document=kept["document"], identity=kept["identity"], at=at)  # fmt: skip
            kept["found"] = str(found.person.pk) if found.person else found.where
        if step.key == "name":
            number = answers.get("number", {})
            said = rules.said_by(number.get("document", ""), number.get("identity", ""))
            near = selectors.likely(
                actor, area=self.area(actor, answers), name=kept["name"].strip(), telephone=kept["telephone"],
                document=number.get("document", ""), identity=number.get("identity", ""), born=said.born if said else None,
            )  # fmt: skip
            kept["likely"] = [str(one.person.pk) for one in near[:8]]
        return kept

    def context(self, request: HttpRequest, step: Step | None, answers: Answers) -> dict[str, Any]:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        where = self.household(actor, answers) or self.door(actor, answers)
        facts: dict[str, Any] = {"leave": self.leave(answers)}
        if step is not None and step.key == "known" and answers["number"]["found"] != "elsewhere":
            pk = UUID(answers["number"]["found"])
            rows = selectors.with_homes(actor, selectors.persons(actor).filter(pk=pk))
            facts["person"] = next((self.told(one) for one in rows), "")
            facts["person_url"] = reverse("registry:person", args=[pk])
        if isinstance(where, Household):
            known = selectors.homes_by_id(actor, [where.pk]).get(where.pk, where)
            facts["place"] = shown.door(known)
        elif where is not None:
            facts["place"] = where.address or where.name
        return facts

    def leave(self, answers: Answers) -> str:
        where = answers.get("where", {})
        for key, name in (("household", "household"), ("door", "place"), ("person", "person")):
            if where.get(key):
                return reverse(f"registry:{name}", args=[where[key]])
        return reverse("registry:people")

    def words(self, step: Step, answers: Answers) -> Any:
        """What was answered, in words: codes by their names, ids not at all."""
        given = answers.get(step.key, {})
        if step.key in ("known", "same"):
            return _("A new person") if _new(answers) and not _same(answers) else _("Moved here from the register")  # fmt: skip
        if step.key == "home":
            return given.get("words", "")
        named = {"sex": "sex", "residence": "residence", "ethnicity": "ethnicity", "document": "document", "relation": "relation", "occupancy": "occupancy"}  # fmt: skip
        if step.key == "terms":
            given = {key: value for key, value in given.items() if key != ("relation" if given.get("into") == forms.OWN else "occupancy")}  # fmt: skip
        hidden = ("likely", "found", "into")
        said = [
            str(shown.code(named[key], value)) if key in named and value in _codes(named[key]) else str(value)
            for key, value in given.items()
            if value and key not in hidden and not key.startswith("card_")
        ]  # fmt: skip
        if given.get("into") == forms.OWN:
            said.insert(0, _("A household of their own"))
        return _(", ").join(said)

    # the act

    def done(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        actor, at = request.actor, request.at  # type: ignore[attr-defined]
        if _new(answers) and not _same(answers):
            with together(actor=actor, at=at):
                home = self.moved(actor, answers, self.who(actor, answers, at), at)
        else:  # one act, which may reach beyond one's sight by itself only
            home = self.moved(actor, answers, self.who(actor, answers, at), at)
        messages.success(request, _("Registered: they live here now."))
        return redirect("registry:household", home.pk)

    def who(self, actor: Actor, answers: Answers, at: Any) -> dict[str, Any]:
        """The mover as the actions take them."""
        if known := answers["where"].get("person"):
            return {"person": self.row(actor, "person", known)}
        number = answers["number"]
        if not _new(answers):
            if number["found"] == "elsewhere":
                return {"document": number["document"], "identity": number["identity"]}
            return {"person": selectors.person(actor, number["found"])}
        if _same(answers):
            return {"person": selectors.person(actor, answers["same"]["same"])}
        about, name = answers["about"], answers["name"]
        born = date.fromisoformat(about["born"]) if about["born"] else None
        new = Newcomer(
            **{**about, "born": born}, name=name["name"], telephone=name["telephone"],
            document=number["document"], identity=number["identity"],
        )  # fmt: skip
        despite = answers.get("known", {}).get("despite", "")
        return {"person": actions.register(actor=actor, newcomer=new, area=self.area(actor, answers), despite=despite, at=at)}  # fmt: skip

    def moved(self, actor: Actor, answers: Answers, who: dict[str, Any], at: Any) -> Household:
        terms = answers["terms"]
        until = date.fromisoformat(terms["expires_on"]) if terms.get("expires_on") else None
        if terms["into"] == forms.OWN:
            door = self.door(actor, answers)
            if door is None:
                raise Refused("not_found")
            how = terms.get("occupancy") or "own"
            kind = "family" if how == "own" else "shared"
            return actions.settle(actor=actor, dwelling=door, occupancy=how, kind=kind, expires_on=until, at=at, **who)  # fmt: skip
        house = self.row(actor, "household", terms["into"])
        actions.move_in(actor=actor, household=house, relation=terms["relation"], expires_on=until, at=at, **who)  # fmt: skip
        return house  # type: ignore[no-any-return]


def _nation(said: str) -> str:
    """The code of a nation as a card has it printed: without the last word of its name."""
    named = ((one.key, one.name.zh) for one in CODES["ethnicity"].known.values())
    return next((key for key, name in named if said and said in (name, name[:-1])), "")


def _codes(key: str) -> set[str]:
    return {code for code, _name in CODES[key].choices()}


def _new(answers: Answers) -> bool:
    """Is it nobody whose number is registered?"""
    if answers.get("where", {}).get("person"):
        return False
    found = answers.get("number", {}).get("found", "")
    return not found or bool(answers.get("known", {}).get("choice") == forms.OTHER)


def _same(answers: Answers) -> bool:
    return bool(answers.get("same", {}).get("same", forms.OTHER) != forms.OTHER)


begin = only(Kind.STAFF)(Arrival.start)
step = only(Kind.STAFF)(Arrival.view)
