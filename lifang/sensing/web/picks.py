"""Fields that find something of one's own areas by words: write, then choose one of those that fit."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.access import Actor
from lifang.core.web.forms import Form
from lifang.registry import selectors as registry
from lifang.sensing import selectors
from lifang.sensing.web import shown

MOST = 8
Found = tuple[str, Any, str]  # key, what it is, how it is called
Find = Callable[[Actor, str], Iterable[Found]]


def words_field(label: Any, hint: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=100, required=required, help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def chosen_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Which of these?"), required=False, widget=forms.RadioSelect
    )


class Picking(Form):
    """`<name>_words` is written, `<name>` is chosen; one that fits alone is taken."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.found: dict[str, dict[str, tuple[Any, str]]] = {}

    def finds(self, name: str, find: Find, given: Iterable[Found] = ()) -> None:
        """Look for what was written; `given` is what a link has chosen already."""
        text = self.data.get(f"{name}_words", "").replace("\x00", "").strip()[:100]
        listed = list(find(self.actor, text)) if text else list(given)
        self.found[name] = {key: (row, called) for key, row, called in listed[:MOST]}
        field = self.fields[name]
        field.required = bool(text) and len(listed) > 1
        field.error_messages["required"] = _("Choose one of these.")
        field.choices = [(key, called) for key, (_row, called) in self.found[name].items()]  # type: ignore[attr-defined]
        if not listed:
            field.widget = forms.HiddenInput()
        elif not text:
            field.initial = listed[0][0]
            self.fields[f"{name}_words"].required = False

    def picked(self, name: str, nothing: str) -> Any:
        """What was chosen; an error where that is not clear. For `clean`."""
        chosen, found = self.cleaned_data.get(name, ""), self.found[name]
        if not chosen and len(found) == 1:
            chosen = next(iter(found))
        if chosen in found:
            return found[chosen][0]
        if found and name not in self.errors:
            self.add_error(name, _("Choose one of these."))
        elif self.cleaned_data.get(f"{name}_words"):
            self.add_error(f"{name}_words", nothing)
        return None


def find_places(actor: Actor, text: str) -> Iterable[Found]:
    """Estates, buildings, doors, key places of one's own areas."""
    for one in registry.find_own_places(actor, text, MOST):
        yield str(one.pk), one, one.address or one.name


def find_gateways(actor: Actor, text: str) -> Iterable[Found]:
    for one in selectors.find_devices(actor, text, 40):
        if one.type == "gateway":
            yield str(one.pk), one, f"{one} · {shown.where(one)}"


def find_residents(actor: Actor, text: str) -> Iterable[Found]:
    """People of one's areas with the door they live behind, masked as everywhere."""
    rows = registry.search_persons(actor, registry.persons(actor), text)
    return at_home(registry.with_homes(actor, rows)[:MOST])


def the_resident(actor: Actor, pk: UUID) -> list[Found]:
    """The same of one person whose page one comes from."""
    return list(at_home(registry.with_homes(actor, registry.persons(actor).filter(pk=pk))))


def at_home(people: Iterable[Any]) -> Iterable[Found]:
    for person in people:
        for home in person.homes:
            for one in home.household.doors:
                door = one.dwelling
                called = f"{person.name} · {person.identity or '—'} · {door.address or door.name}"
                yield f"{person.pk}/{door.pk}", (person, door), called
