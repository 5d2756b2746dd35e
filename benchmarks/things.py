"""SensorThings at 100 thousand and at 10 million observations: what a dashboard asks, through the whole program, with a floor in the same minute.

`python -m benchmarks things [--observations 100000 10000000]`: the median of the last size may be 1.5 times that of the first.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from benchmarks.endurance import DAY_ROWS, Store
from benchmarks.figures import Figure
from benchmarks.peers import api_key

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

STREAMS, ROUNDS = 400, 15
ASKED = {
    "newest observation of 400 Datastreams": "Datastreams?$top=400&$select=name&$expand=Observations($top=1;$orderby=phenomenonTime desc;$select=result,phenomenonTime)",
    "$count of one Datastream": "Datastreams({D})/Observations?$count=true&$top=1",
    "$count of all": "Observations?$count=true&$top=1",
    "$expand of 100 Things to their newest": "Things?$top=100&$expand=Locations,Datastreams($expand=ObservedProperty,Observations($top=1;$orderby=phenomenonTime desc))",
    "$expand of 100 Observations": "Observations?$top=100&$expand=Datastream/Thing,FeatureOfInterest",
    "a page of 100 in the order of time": "Datastreams({D})/Observations?$top=100&$orderby=phenomenonTime desc",
    "one day of one Datastream by $filter": "Datastreams({D})/Observations?$top=100&$filter=phenomenonTime ge {from} and phenomenonTime lt {to}",
}  # fmt: skip
_NEWEST = """
UPDATE sensing_latest l SET readings = n.c, at = n.a, arrived_at = n.a, since = n.a FROM (
  SELECT e.s AS series_id, count(*) c, max(at) a FROM sensing_message CROSS JOIN LATERAL unnest(series) AS e(s) WHERE e.s >= %s GROUP BY 1) n WHERE n.series_id = l.series_id
"""


def main(launch: "Launch", sizes: Sequence[int]) -> list[Figure]:
    from django.test import Client  # noqa: PLC0415 -- the house stands now

    store = Store(launch, STREAMS, ids=False)
    store.people()
    client = Client(headers={"Authorization": f"Bearer {api_key('sensing.send_observations')}"})
    day = store.days[4]
    names = {"D": str(store.first + 7), "from": f"{day:%Y-%m-%dT%H:00:00Z}", "to": f"{day:%Y-%m-%dT%H:20:00Z}"}  # fmt: skip
    found: dict[str, list[float]] = {}
    for before, size in zip((0, *sizes), sizes, strict=False):
        for number in range(len(store.days)):
            share = len(store.days)
            store.fill(number, number * DAY_ROWS + before // share, (size - before) // share)
        store.line.execute(_NEWEST, [store.first])
        store.line.execute("ANALYZE")
        ways = {"floor: twenty rows by key": store.floor} | {
            name: _asking(client, path.format_map(names)) for name, path in ASKED.items()
        }
        for name, spent in medians(ways).items():
            found.setdefault(name, []).append(spent)
    print(f"\n  {'milliseconds, medians':<44}" + "".join(f"{size:>14,}" for size in sizes) + f"{'growth':>9}{'to floor':>10}")  # fmt: skip
    floor = found["floor: twenty rows by key"]
    worst = 0.0
    for name, spent in found.items():
        growth, ratio = spent[-1] / spent[0], (spent[-1] / floor[-1]) / (spent[0] / floor[0])
        worst = max(worst, growth) if name in ASKED else worst
        print(f"  {name:<44}" + "".join(f"{one:>14.2f}" for one in spent) + f"{growth:>9.2f}{ratio:>10.2f}")  # fmt: skip
    return [Figure("SensorThings", f"worst growth of a median from {sizes[0]:,} to {sizes[-1]:,} observations", worst, "", 1.1, 1.5, least=False)]  # fmt: skip


def medians(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """All in turn, so that other work on the machine hits all alike."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(ROUNDS + 2):
        for name, ask in ways.items():
            begun = time.perf_counter()
            ask()
            if round_ > 1:  # the first are plans and caches
                spent[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(each) for name, each in spent.items()}


def _asking(client: Any, path: str) -> Callable[[], None]:
    head, _, query = path.partition("?")
    address = f"/sta/v1.1/{head}?{quote(query, safe='=&$(),;/')}"

    def ask() -> None:
        response = client.get(address)
        if response.status_code != 200 or not response.json()["value"]:
            raise RuntimeError(f"{address}: {response.status_code} {response.content[:300]!r}")

    return ask
