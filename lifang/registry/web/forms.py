"""Forms of the register's pages. `given()` is what the action is called with."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.web.forms import Form, date_input
from lifang.registry.catalogue import CODES, PURPOSES, Element
from lifang.registry.web.shown import VISIT_KINDS


def words(label: Any, most: int, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=most,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class AnswerForm(Form):
    note = words(_("Why is it not corrected?"), 300, hint=_("The resident reads it."))


class ReasonForm(Form):
    note = words(
        _("Why could the visit not be made?"), 1000, hint=_("The plan goes on one cycle later.")
    )


class VisitForm(Form):
    kind = forms.ChoiceField(label=_("Visit for"))
    outcome = forms.ChoiceField(label=_("What became of it"), widget=forms.RadioSelect)
    note = words(_("Note"), 2000, required=False, hint=_("Kept sealed; colleagues read it masked."))
    next_on = forms.DateField(
        label=_("Come again on"), required=False, widget=date_input(),
        help_text=_("Left empty, the plan's own cycle decides."),
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["kind"].choices = [(one.key, one.name) for one in VISIT_KINDS]  # type: ignore[attr-defined]
        self.fields["outcome"].choices = CODES["visit_outcome"].choices()  # type: ignore[attr-defined]

    def clean_next_on(self) -> date | None:
        day: date | None = self.cleaned_data["next_on"]
        if day and not 0 < (day - self.today).days <= 366:
            raise forms.ValidationError(_("Choose a day after today, within a year."))
        return day


class MadeForm(VisitForm):
    """A visit whose reason is settled already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["kind"]


class LookForm(Form):
    purpose = forms.ChoiceField(label=_("What do you look for?"), widget=forms.RadioSelect)
    work = forms.UUIDField(required=False)

    def __init__(self, *args: Any, work: list[tuple[str, Any]], home: bool = False, **kwargs: Any) -> None:  # fmt: skip
        """`home`: it is about a household."""
        super().__init__(*args, **kwargs)
        hint = _("To-dos and visits of yours that concern this household.") if home else _("To-dos and visits of yours that concern this person.")  # fmt: skip
        self.fields["purpose"].choices = [(one.key, one.name) for one in PURPOSES]  # type: ignore[attr-defined]
        self.fields["work"] = forms.ChoiceField(
            label=_("For which piece of work?"), required=False,
            choices=[("", _("None of these")), *work],
            help_text=hint,
        )  # fmt: skip


class WishForm(Form):
    """What a resident says is right, as its data element has it."""

    value = forms.CharField(label=_("What is right"), max_length=200)
    note = words(_("Remark"), 300, required=False, hint=_("The grid worker reads it."))

    def __init__(self, *args: Any, element: Element, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if element.codes:
            choices = [("", "—"), *CODES[element.codes].choices()]
            self.fields["value"] = forms.ChoiceField(label=_("What is right"), choices=choices)
        elif element.type == "date":
            box = date_input()
            self.fields["value"] = forms.DateField(label=_("What is right"), widget=box)
        self.order_fields(["value", "note"])

    def given(self) -> dict[str, Any]:
        return {"value": str(self.cleaned_data["value"]), "note": self.cleaned_data["note"]}
