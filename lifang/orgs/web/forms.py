from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.calendar.catalogue import HOURS
from lifang.core.geo.divisions import Level
from lifang.core.web.forms import Form
from lifang.orgs import selectors
from lifang.orgs.catalogue import MATTER, POSTS, UNIT_KINDS
from lifang.orgs.models import Division
from lifang.orgs.terms import KIND_NAMES, ROLE_NAMES, DivisionKind

_OF_LEVEL = {
    int(Level.STREET): [
        DivisionKind.STREET,
        DivisionKind.TOWN,
        DivisionKind.TOWNSHIP,
        DivisionKind.SPECIAL,
    ],
    int(Level.COMMUNITY): [DivisionKind.URBAN_COMMUNITY, DivisionKind.VILLAGE],
    int(Level.GRID): [DivisionKind.BASIC, DivisionKind.DEDICATED],
}


class AreaField(forms.CharField):
    """An area by its code; the page offers names in a list (`areas` in the context)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Area"))
        kwargs.setdefault("help_text", _("Type a name or a code and choose from the list."))
        kwargs["widget"] = forms.TextInput(attrs={"list": "areas", "autocomplete": "off"})
        super().__init__(max_length=120, **kwargs)

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).strip().split(" ")[0]
        if code and not (code.isascii() and code.isdigit() and len(code) <= Level.GRID):
            raise forms.ValidationError(_("Choose an area from the list, or give its code."))
        return code


def area_list(actor: Actor, within: str, level: int | None = None) -> list[Division]:
    """What an `AreaField` offers: streets and communities, grids once one community is meant."""
    rows = selectors.divisions(actor, within=within)
    if level is not None:
        return list(rows.filter(level__lte=level))
    top = Level.GRID if len(within) >= Level.STREET else Level.COMMUNITY
    return list(rows.filter(level__lte=top))


class PartForm(Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect)
    code = forms.CharField(label=_("Code"), max_length=15, required=False)

    def __init__(self, *args: Any, level: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = _OF_LEVEL.get(level, [])
        self.fields["kind"].choices = [(kind.value, str(KIND_NAMES[kind])) for kind in kinds]  # type: ignore[attr-defined]
        if kinds:
            self.fields["kind"].initial = kinds[0].value
        else:
            del self.fields["kind"]
        self.fields["code"].required = level != Level.GRID
        if level == Level.GRID:
            self.fields["code"].help_text = _("Left empty, it gets the next number.")


class OutlineForm(Form):
    outline = forms.CharField(
        label=_("Outline"),
        required=False,
        help_text=_("GeoJSON in WGS-84; drawn on the map above or pasted here."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )


class FileForm(Form):
    file = forms.FileField(label=_("File"))

    def content(self) -> bytes:
        return bytes(self.cleaned_data["file"].read())


class ListForm(FileForm):
    whole = forms.BooleanField(
        label=_("The list is complete: abolish what it lacks"), required=False
    )


class RetireForm(Form):
    successor = AreaField(label=_("Successor"), required=False)


class UnitForm(Form):
    called = _("Add a unit")
    elements = {"phone": ""}  # of the office, for everybody

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of unit"))
    area = AreaField(label=_("Serves"))
    phone = forms.CharField(
        label=_("Office telephone"),
        max_length=30,
        required=False,
        help_text=_("Everybody can see it; never a private number."),
    )
    hours = forms.ChoiceField(label=_("Opening hours"), required=False)
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=18, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = UNIT_KINDS.choices()  # type: ignore[attr-defined]
        self.fields["hours"].choices = [("", _("The usual ones")), *HOURS.choices()]  # type: ignore[attr-defined]


class DutyForm(Form):
    matter = forms.CharField(
        label=_("Matter"),
        max_length=60,
        help_text=_("Five digits of a matter, or two of a major."),
        widget=forms.TextInput(attrs={"list": "matters", "autocomplete": "off"}),
    )
    area = AreaField(label=_("Where"))
    unit = forms.ChoiceField(label=_("Unit"))
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial="lead")
    note = forms.CharField(label=_("Which document says so"), max_length=200, required=False)

    def __init__(self, *args: Any, actor: Actor, within: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            (str(unit.pk), f"{unit.name}") for unit in selectors.units(actor, area=within)
        ]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, str(name)) for role, name in ROLE_NAMES.items()
        ]

    def clean_matter(self) -> str:
        return matter_of(self.cleaned_data["matter"])


class AskForm(Form):
    """Who answers for this matter here?"""

    matter = forms.CharField(
        label=_("Matter"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "matters", "autocomplete": "off"}),
    )
    where = AreaField(label=_("Where"))

    def clean_matter(self) -> str:
        return matter_of(self.cleaned_data["matter"])


def matter_of(written: str) -> str:
    """The code at the start of "06010 乱倒垃圾"."""
    code = written.strip().split(" ")[0]
    if not MATTER.fullmatch(code):
        raise forms.ValidationError(_("A matter has five digits, a major two."))
    return code


class PostForm(Form):
    login = forms.CharField(label=_("Login of the account"), max_length=64)
    post = forms.ChoiceField(label=_("Post"))
    area = AreaField(
        required=False, help_text=_("For posts of an area. Posts of a unit need the unit.")
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Left empty, it holds until it is ended."),
    )

    def __init__(self, *args: Any, actor: Actor, within: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = POSTS.choices()  # type: ignore[attr-defined]
        units = [(str(unit.pk), str(unit.name)) for unit in selectors.units(actor, area=within)]
        self.fields["unit"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
