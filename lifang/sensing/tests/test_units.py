"""Units by their code of UCUM: one is never taken for another."""

import re

import pytest

from lifang.core.i18n import Text
from lifang.sensing.catalogue import MEASURES, UNITS, Measure
from lifang.sensing.rules.things import unit_fits, unit_meant

# The part of UCUM 2.1 that our codes use: prefixes, atoms, dots, one slash, exponents.
_PREFIX, _ATOM = r"(?:k|m|u|h)?", r"(?:m|s|A|V|W|g|L|Pa|h|min|Cel|deg|dB(?:\[mW\])?|%|1)"
_CODE = re.compile(rf"(?:{_PREFIX}{_ATOM}\d?(?:\.{_ATOM})?)?(?:/{_PREFIX}{_ATOM}\d?)?")


def test_every_unit_of_a_measure_is_in_the_catalogue_and_a_code_of_ucum():
    assert {one.unit for one in MEASURES} - {""} <= {one.key for one in UNITS}
    assert [one.key for one in UNITS if not _CODE.fullmatch(one.key)] == []


def test_a_measure_in_a_unit_that_is_not_there_is_a_mistake_of_the_catalogue():
    strange = Measure(key="x", name=Text(zh="x", en="x"), kind="number", unit="parsec", source="x")
    assert strange.faults() == ["there is no unit `parsec`"]


def test_no_spelling_belongs_to_two_units():
    seen: dict[str, str] = {}
    for one in UNITS:
        for word in {one.key.lower(), *(word.lower() for word in one.words)}:
            assert seen.setdefault(word, one.key) == one.key, word
            assert unit_meant(word if word in one.words else one.key) == one.key


@pytest.mark.parametrize(
    ("measure", "told", "fits"),
    [
        ("temperature", {"symbol": "°C"}, True),
        ("temperature", {"symbol": "℃", "name": "摄氏度"}, True),
        ("temperature", {"definition": "http://qudt.org/vocab/unit/DEG_C"}, True),
        ("temperature", {"definition": "http://unitsofmeasure.org/ucum/Cel"}, True),
        ("temperature", {"name": "degree Fahrenheit", "symbol": "°F", "definition": "ucum:[degF]"}, False),
        ("temperature", {"symbol": "°C", "definition": "ucum:deg"}, False),  # it contradicts itself
        ("temperature", {}, True),  # says nothing
        ("power", {"symbol": "W"}, True),
        ("power", {"symbol": "mW"}, False),
        ("power", {"symbol": "MW"}, False),
        ("power", {"symbol": "kW"}, False),
        ("residual_current", {"symbol": "mA"}, True),
        ("residual_current", {"symbol": "MA"}, False),
        ("residual_current", {"symbol": "A"}, False),
        ("pm25", {"definition": "ucum:ug/m3"}, True),
        ("pm25", {"definition": "ucum:m3"}, False),
        ("pm25", {"symbol": "µg/m³"}, True),
        ("pm25", {"symbol": "mg/m³"}, False),
    ],
)  # fmt: skip
def test_a_number_is_taken_only_in_the_measures_own_unit(measure, told, fits):
    assert unit_fits(measure, told) is fits
