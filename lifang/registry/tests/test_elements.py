"""Every field that holds something about somebody or something is a registered data element."""

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from lifang.core.crypto.fields import SealedText
from lifang.registry.catalogue import ELEMENTS, all_elements, holdings
from lifang.registry.models import Dog, Facility, Household, Organisation, Person, Place, Vehicle

HELD = (Person, Household, Place, Facility, Vehicle, Dog, Organisation)
# Columns that say nothing of the thing itself: keys, where the row lies, since when, computed ones, the place on the map.
FRAME = {
    "id", "area", "holders", "batch", "valid_from", "valid_to", "merged_into", "erased_at", "parent", "tokens", "lon", "lat", "cell",
    "accuracy", "visited_at", "visit_due_on",
}  # fmt: skip
KIND_OF_PLACE = {"kind"}  # the model's own sort; of a household or a vehicle it is an element


def unregistered(
    of_things: list[type[models.Model]], all_models: list[type[models.Model]]
) -> list[str]:
    known = {(element.of, element.field) for element in ELEMENTS}
    faults = []
    for model in of_things:
        skip = FRAME | (KIND_OF_PLACE if model._meta.model_name == "place" else set())
        faults += [
            f"{model.__name__}.{field.name}"
            for field in model._meta.concrete_fields
            if field.name not in skip
            and not hasattr(field, "of")  # computed from another
            and (model._meta.model_name, field.name) not in known
        ]
    return faults + [key for key in sealed(all_models, of_things) if key not in holdings()]


def sealed(all_models: list[type[models.Model]], of_things: list[type[models.Model]]) -> list[str]:
    return [
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in all_models
        if model not in of_things
        for field in model._meta.concrete_fields
        if isinstance(field, SealedText)
    ]


@pytest.mark.covers("S0-12")
def test_every_field_is_a_registered_element():
    assert unregistered(list(HELD), list(apps.get_models())) == []


@pytest.mark.covers("S0-12")
def test_what_a_sealed_column_of_any_context_holds_is_said_and_true():
    assert sorted(holdings()) == sorted(sealed(list(apps.get_models()), list(HELD)))
    assert [fault for one in holdings().values() for fault in one.faults()] == []
    labels = {
        key: all_elements()[one.element].label for key, one in holdings().items() if one.element
    }
    assert {key for key, label in labels.items() if not label.sealed} == set()


def test_an_element_points_at_a_field_that_is_there():
    models_ = {model._meta.model_name: model for model in HELD}
    for element in ELEMENTS:
        if element.field:
            names = {field.name for field in models_[element.of]._meta.concrete_fields}
            assert element.field in names, element.key


def test_a_personal_element_is_sealed_or_a_code():
    models_ = {model._meta.model_name: model for model in HELD}
    for element in ELEMENTS:
        if (
            element.field
            and element.label.sealed
            and element.type == "text"
            and element.key != "person.nationality"
        ):
            field = models_[element.of]._meta.get_field(element.field)
            assert isinstance(field, SealedText), element.key


@isolate_apps("lifang.registry")
def test_a_planted_field_without_an_element_is_found():
    class Person(models.Model):  # noqa: DJ008 -- a fault
        blood_group = models.CharField(max_length=2)

        class Meta:
            app_label = "registry"

    class Diary(models.Model):  # noqa: DJ008 -- a fault
        secret = SealedText()

        class Meta:
            app_label = "registry"

    assert unregistered([Person], [Person, Diary]) == [
        "Person.blood_group", "registry.Diary.secret",
    ]  # fmt: skip
