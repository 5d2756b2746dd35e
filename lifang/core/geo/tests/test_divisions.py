import pytest

from lifang.core.geo.divisions import Level, ancestors, level, lies_in, padded, parent, unpadded


@pytest.mark.parametrize(
    ("code", "short", "kind"),
    [
        ("370000000000", "37", Level.PROVINCE),
        ("370300000000", "3703", Level.CITY),
        ("370306", "370306", Level.COUNTY),
        ("370306001000", "370306001", Level.STREET),
        ("370102013006", "370102013006", Level.COMMUNITY),
        ("370102013006008", "370102013006008", Level.GRID),
        ("370100000000", "3701", Level.CITY),
    ],
)
def test_a_code_knows_its_level_padded_or_not(code, short, kind):
    assert unpadded(code) == short
    assert level(code) is level(short) is kind
    assert unpadded(padded(code)) == short
    assert len(padded(code)) == (15 if kind is Level.GRID else 12)


def test_a_grid_lies_in_everything_around_it():
    grid = "370102013006008"
    assert ancestors(grid) == ["37", "3701", "370102", "370102013", "370102013006"]
    assert parent(grid) == "370102013006"
    assert all(lies_in(grid, around) for around in ["", *ancestors(grid)])
    assert lies_in(grid, "370102013006000")
    assert not lies_in(grid, "370102014")
    assert parent("37") is None


def test_a_city_without_counties_skips_that_level():
    assert ancestors("441900003001") == ["44", "4419", "441900003"]


@pytest.mark.parametrize("wrong", ["", "3", "37030", "37O306", "3703060010020031", "３７０３０６"])
def test_what_is_no_code_is_refused(wrong):
    with pytest.raises(ValueError, match="not an area code"):
        unpadded(wrong)
