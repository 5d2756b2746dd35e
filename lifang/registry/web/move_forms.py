"""Questions about moves."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.forms import Form, date_input
from lifang.registry import selectors
from lifang.registry.catalogue import CODES
from lifang.registry.models import Household, Membership, Place
from lifang.registry.terms import HEAD
from lifang.registry.web import shown

LEAVING = ("moved_out", "married", "died", "mistake")
LONGEST = timedelta(days=366 * 5)


def relations() -> list[tuple[str, Any]]:
    """What somebody may be to the head, who is somebody else."""
    return [pair for pair in CODES["relation"].choices() if pair[0] != HEAD]


def member_name(row: Membership) -> str:
    return f"{row.person.name} · {shown.code('relation', row.relation)}"


class Nothing(Form):
    """Only whether."""


class DepartureForm(Form):
    ended = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    heir = forms.ChoiceField(
        label=_("Who is the head then?"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, others: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {str(row.pk): row for row in others}
        known = dict(CODES["end"].choices())
        self.fields["ended"].choices = [(key, known[key]) for key in LEAVING]  # type: ignore[attr-defined]
        self.fields["ended"].initial = LEAVING[0]
        if not others:
            del self.fields["heir"]
            return
        self.fields["heir"].required = True
        self.fields["heir"].choices = [(pk, member_name(row)) for pk, row in self.others.items()]  # type: ignore[attr-defined]

    def heir_row(self) -> Membership | None:
        return self.others.get(self.cleaned_data.get("heir", ""))


class HeadForm(Form):
    former = forms.ChoiceField(label=_("What is the former head to the new one?"))

    def __init__(self, *args: Any, former: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if former is None:
            del self.fields["former"]
            return
        self.fields["former"].choices = relations()  # type: ignore[attr-defined]
        self.fields["former"].help_text = member_name(former)


class RenewalForm(Form):
    expires_on = forms.DateField(label=_("Registered until"), widget=date_input())

    def __init__(self, *args: Any, today: date, until: date | None, **kwargs: Any) -> None:
        start = max(until or today, today) + timedelta(days=180)
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].initial = start
        self.today = today

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if not self.today < day <= self.today + LONGEST:
            raise forms.ValidationError(_("Choose a day after today, within five years."))
        return day


class PartForm(Form):
    leaving = forms.MultipleChoiceField(label=_("Who leaves?"), widget=forms.CheckboxSelectMultiple)
    heir = forms.ChoiceField(
        label=_("If the head leaves: who is the head of those who stay?"), required=False
    )
    relation = forms.ChoiceField(label=_("What are the others who leave to the first of them?"))
    words = forms.CharField(
        label=_("Behind which door?"), required=False, max_length=100,
        help_text=_("Empty: they stay behind this door. Else an address, e.g. building, stair and number."),
    )  # fmt: skip
    occupancy = forms.ChoiceField(label=_("They live there as"))

    def __init__(
        self, *args: Any, actor: Actor, rows: Sequence[Membership], doors: Sequence[Place], **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.actor, self.rows, self.doors = actor, {str(row.pk): row for row in rows}, doors
        names = [(pk, member_name(row)) for pk, row in self.rows.items()]
        self.fields["leaving"].choices = names  # type: ignore[attr-defined]
        self.fields["heir"].choices = [("", "—"), *names]  # type: ignore[attr-defined]
        self.fields["relation"].choices = relations()  # type: ignore[attr-defined]
        self.fields["occupancy"].choices = CODES["occupancy"].choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = [self.rows[pk] for pk in given.get("leaving", [])]
        if any(row.relation == HEAD for row in chosen) and not given.get("heir"):
            self.add_error("heir", _("Say who is the head of those who stay."))
        if given.get("heir") in given.get("leaving", []):
            self.add_error("heir", _("Whoever leaves cannot be the head of those who stay."))
        self.door = self._door(given.get("words", ""))
        return given

    def _door(self, text: str) -> Place | None:
        if not text and self.doors:
            return self.doors[0]
        found = selectors.find_doors(self.actor, text, 6) if text else []
        if len(found) == 1:
            return found[0]
        exact = [one for one in found if text in (one.address, one.name)]
        if len(exact) == 1:
            return exact[0]
        near = "；".join(one.address or one.name for one in found[:5])
        several = _("Several doors fit: %(near)s. Write it as one of these.") % {"near": near}
        nothing = _("No door of your areas has this address.")
        self.add_error("words", several if found else nothing)
        return None

    def given(self) -> dict[str, Any]:
        told = self.cleaned_data
        leaving = [self.rows[pk] for pk in told["leaving"]]
        leaving.sort(key=lambda row: row.relation != HEAD)
        return {
            "leaving": leaving,
            "heir": self.rows.get(told["heir"]) if any(row.relation == HEAD for row in leaving) else None,
            "relations": {row.pk: told["relation"] for row in leaving[1:]},
            "dwelling": self.door,
            "occupancy": told["occupancy"],
        }  # fmt: skip


class UnionForm(Form):
    other = forms.ChoiceField(label=_("Which household joins?"), widget=forms.RadioSelect)
    relation = forms.ChoiceField(label=_("What are its members to the head here?"))

    def __init__(self, *args: Any, homes: Sequence[Household], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [(str(home.pk), shown.who(home)) for home in homes]  # type: ignore[attr-defined]
        self.fields["relation"].choices = relations()  # type: ignore[attr-defined]


__all__ = ["DepartureForm", "HeadForm", "PartForm", "RenewalForm", "UnionForm"]
