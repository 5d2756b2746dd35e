"""The photo of a notice where it hangs: taken in developed, shown to those who decide."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from lifang.core.access import Actor, Refused
from lifang.core.files import store
from lifang.core.files.darkroom import Print, develop
from lifang.core.web.show import Photo
from lifang.sensing.models import Reception


class SignField(forms.FileField):
    """A photo, developed: what comes out is harmless."""

    def clean(self, data: Any, initial: Any = None) -> Print:
        upload = super().clean(data, initial)
        try:
            return develop(upload)
        except Refused as refused:
            raise forms.ValidationError(str(refused.refusal)) from refused


def signs_of(actor: Actor, file: Reception) -> list[Photo]:
    """The notice where it hangs."""
    found = store.of_subject(actor, file)
    return [
        Photo(
            reverse("files:file", args=[one.pk]), _("The notice where it hangs"),
            thumb=reverse("files:thumb", args=[one.pk]), middle=reverse("files:middle", args=[one.pk]),
        )
        for one in found
    ]  # fmt: skip
