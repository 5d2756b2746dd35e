"""What is asked about a self-service machine, and how it is told."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip, Entry
from lifang.living import selectors
from lifang.living.catalogue import MACHINE_KINDS, MACHINE_PAPERS, MachineKind
from lifang.living.models import Machine, MachineNote
from lifang.living.rules.machines import Paper, Told
from lifang.living.terms import MachineStep

PAPERS: dict[str, tuple[str, Any]] = {
    "missing": ("danger", gettext_lazy("Not there")),
    "over": ("late", gettext_lazy("No longer holds")),
    "soon": ("waiting", gettext_lazy("Ends within 30 days")),
    "holds": ("done", gettext_lazy("Holds")),
}
STEPS: dict[str, tuple[str, Any]] = {
    MachineStep.ADDED: ("plus", gettext_lazy("Set up")),
    MachineStep.CHECKED: ("checkup-list", gettext_lazy("Looked at, in order")),
    MachineStep.STOPPED: ("ban", gettext_lazy("Out of use")),
    MachineStep.BACK: ("check", gettext_lazy("In use again")),
    MachineStep.REMOVED: ("trash", gettext_lazy("Removed")),
}


def chip(row: Machine) -> Chip:
    if row.removed_at:
        return Chip("idle", _("Removed"))
    return Chip("danger", _("Out of use")) if row.stopped_at else Chip("done", _("In use"))


def papers(found: list[Paper]) -> list[tuple[Any, Paper, Chip]]:
    return [(MACHINE_PAPERS[one.key].name, one, Chip(*PAPERS[one.state])) for one in found]


def wants(found: selectors.MachineFacts) -> list[Chip]:
    """What somebody has to see to, one chip each."""
    made = [Chip(PAPERS[one.state][0], f"{MACHINE_PAPERS[one.key].name}: {PAPERS[one.state][1]}") for one in found.lacking]  # fmt: skip
    if found.machine.stopped_at:
        made.append(chip(found.machine))
    if found.look_due:
        made.append(Chip("waiting", _("To be looked at")))
    if found.complaints:
        made.append(Chip("danger", _("Complaints: %(n)s") % {"n": found.complaints}))
    return made


def entries(notes: list[MachineNote]) -> list[Entry]:
    made = []
    for one in notes:
        icon, title = STEPS[one.step]
        if one.fine is not None:
            title = _("Looked at, in order") if one.fine else _("Looked at, something is wrong")
        made.append(Entry(at=one.at, title=title, icon=icon, text=one.words))
    return made


class MachineForm(Form):
    called = gettext_lazy("A self-service machine")
    elements = {"operator": "", "telephone": "", "code": "", "spot": ""}  # of a firm, about nobody
    kind = forms.ChoiceField(label=gettext_lazy("What it is"))
    spot = forms.CharField(label=gettext_lazy("Where it stands"), max_length=120)
    lat = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)
    operator = forms.CharField(label=gettext_lazy("Who runs it"), max_length=80, help_text=gettext_lazy("A unit or a firm, never a person."))  # fmt: skip
    code = forms.CharField(label=gettext_lazy("Unified social credit code"), max_length=20, help_text=gettext_lazy("18 characters, as on the licence. Its check character is looked at."))  # fmt: skip
    telephone = forms.RegexField(r"^\+?[0-9][0-9 -]{4,18}[0-9]$", label=gettext_lazy("Telephone for customers"), max_length=20, help_text=gettext_lazy("Published with the machine."))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in MACHINE_KINDS.all()]  # type: ignore[attr-defined]

    def told(self) -> Told:
        return Told(**{name: self.cleaned_data[name] for name in Told._fields})


class PaperForm(Form):
    called = gettext_lazy("A paper of a machine")
    elements = {"number": ""}  # of the paper
    paper = forms.ChoiceField(label=gettext_lazy("Which paper"), widget=forms.RadioSelect)
    number = forms.CharField(label=gettext_lazy("Number of the paper"), max_length=60)
    until = forms.DateField(label=gettext_lazy("Holds until"), required=False, widget=date_input(), help_text=gettext_lazy("Leave it empty when it has no end."))  # fmt: skip

    def __init__(self, *args: Any, kind: MachineKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = [(key, str(MACHINE_PAPERS[key].name)) for key in kind.papers]  # type: ignore[attr-defined]


class LookForm(Form):
    fine = forms.TypedChoiceField(label=gettext_lazy("What you saw"), coerce=lambda value: value == "yes", widget=forms.RadioSelect, choices=[("yes", gettext_lazy("In order")), ("no", gettext_lazy("Something is wrong"))])  # fmt: skip
    words = forms.CharField(label=gettext_lazy("What was found"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


class WordsForm(Form):
    words = forms.CharField(label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("Everybody who scans the label reads this."), widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


class BackForm(Form):
    words = forms.CharField(label=gettext_lazy("What was done"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip
