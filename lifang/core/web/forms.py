"""Forms that say what went wrong, where, and keep what was written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms

from lifang.core.access import Refused

__all__ = ["Form", "ModelForm", "control_attrs", "date_input"]


class _Kit:
    """What the kit adds to Django's forms."""

    required_css_class = "required"
    use_required_attribute = False

    @contextmanager
    def refusals(self, field: str = "") -> Iterator[None]:
        """A `Refused` inside becomes an error of the form: of the field its fact `field` names, else of this one."""
        try:
            yield
        except Refused as refused:
            named = (refused.refusal.facts.get("field"), field)
            name = next((one for one in named if one in self.fields), None)  # type: ignore[attr-defined]
            self.add_error(name, str(refused.refusal))  # type: ignore[attr-defined]


class Form(_Kit, forms.Form):
    """Use with `{% form form %}`."""

    called: ClassVar[Any] = ""  # as its users know it, where it asks for something about a person
    # Field → data element (registry/data/elements.yaml) where its label does not say so; "" is about nobody.
    elements: ClassVar[Mapping[str, str]] = {}


class ModelForm(_Kit, forms.ModelForm):  # type: ignore[type-arg]
    """Use with `{% form form %}`; save through an action, never with `save()`."""


def date_input() -> forms.DateInput:
    """A browser's own picker; it takes ISO dates only, whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def control_attrs(field: Any) -> dict[str, Any]:
    """Attributes that tie a control to its hint and its errors."""
    ident = field.id_for_label or field.auto_id
    told = [f"{ident}-hint"] if field.help_text else []
    told += [f"{ident}-error"] if field.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(told)} if told else {}
    if field.errors:
        attrs["aria-invalid"] = "true"
    if (
        isinstance(field.field.widget, forms.Textarea)
        and str(field.field.widget.attrs.get("rows")) == "10"
    ):
        attrs["rows"] = 4  # Django's ten lines frighten
    return attrs
