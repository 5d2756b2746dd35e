"""Data arrays are read quickly, and never otherwise than by the strict reader."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import Refused
from lifang.core.api.body import read_json
from lifang.sensing.api.things import columns

_cells = st.one_of(st.integers(-(10**25), 10**25), st.floats(), st.text(max_size=6), st.booleans(), st.none(), st.lists(st.integers(), max_size=2))  # fmt: skip


@given(st.lists(st.fixed_dictionaries({"Datastream": st.fixed_dictionaries({"@iot.id": st.integers(0, 9)}), "components": st.just(["phenomenonTime", "result"]), "dataArray": st.lists(st.lists(_cells, max_size=3), max_size=4)}), max_size=3), st.booleans())  # fmt: skip
def test_the_quick_reader_reads_what_the_strict_one_reads_or_refuses_what_it_refuses(told, spaced):
    body = json.dumps(told, indent=1 if spaced else None).encode()
    try:
        strict = [one["dataArray"] for one in read_json(body)]
    except Refused:
        with pytest.raises(Refused):
            columns.groups(body)
        return
    assert [one.rows for one in columns.groups(body)] == strict
