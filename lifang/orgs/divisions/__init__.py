"""Real counties, cut out of the public division list."""

from lifang.orgs.divisions.extract import Division, UnknownCounty, county_rows, wider_rows
from lifang.orgs.divisions.source import FetchFailed, county, fetched

__all__ = [
    "Division",
    "FetchFailed",
    "UnknownCounty",
    "county",
    "county_rows",
    "fetched",
    "wider_rows",
]
