"""Ask about places, units, duties and postings. Divisions and units are public facts: they stand before no wall."""

from lifang.orgs.selectors.duties import Answer, answerers, duties, duty
from lifang.orgs.selectors.names import codes_inside, forget, names_of, place_name, revision
from lifang.orgs.selectors.people import grid_workers, people_at, posting, postings
from lifang.orgs.selectors.places import (
    children,
    division,
    divisions,
    extent,
    fit_of,
    home_of,
    locate,
    locate_many,
    parts_of,
    shape_of,
    shapes,
)
from lifang.orgs.selectors.sights import names_of_holders, row_kinds, sighted_row, who_sees
from lifang.orgs.selectors.standing import deputies, deputy, on_watch, watches
from lifang.orgs.selectors.units import (
    hours_of,
    unit,
    unit_choice,
    unit_holder,
    unit_names,
    units,
    units_serving,
)

__all__ = [
    "Answer",
    "answerers",
    "children",
    "codes_inside",
    "deputies",
    "deputy",
    "division",
    "divisions",
    "duties",
    "duty",
    "extent",
    "fit_of",
    "forget",
    "grid_workers",
    "home_of",
    "hours_of",
    "locate",
    "locate_many",
    "names_of",
    "names_of_holders",
    "on_watch",
    "parts_of",
    "people_at",
    "place_name",
    "posting",
    "postings",
    "revision",
    "row_kinds",
    "shape_of",
    "shapes",
    "sighted_row",
    "unit",
    "unit_choice",
    "unit_holder",
    "unit_names",
    "units",
    "units_serving",
    "watches",
    "who_sees",
]
