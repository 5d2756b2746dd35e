"""Declared tables: search, filters in the URL, sort, paging, columns, bulk acts, export of exactly what is shown."""

from lifang.core.web.tables.acts import Bulk, Empty
from lifang.core.web.tables.columns import Column
from lifang.core.web.tables.filters import Choice, Filter, Flag, Period, in_areas
from lifang.core.web.tables.lists import ListTable
from lifang.core.web.tables.table import Table
from lifang.core.web.tables.words import moved

__all__ = [
    "Bulk",
    "Choice",
    "Column",
    "Empty",
    "Filter",
    "Flag",
    "ListTable",
    "Period",
    "Table",
    "in_areas",
    "moved",
]
