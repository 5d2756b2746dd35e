"""Finding somebody in the register as the city grows: by name, pinyin, identity number, telephone and address.

Every person is sealed and fingerprinted as if entered by hand and lives behind a door; the county's dispatcher asks
through the selectors, behind the wall, beside a floor: twenty persons by their keys. A question must not become dearer than
1.5 times between the first size and the last, to the floor of its size.

python -m benchmarks register [--crowds 20000 1000000]
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from benchmarks import figures
from benchmarks.house import actor_of

ROUNDS, EACH, ASKED = 5, 10, 40
WHO = {"county": "zh01", "grid": "wg01"}


def main(launch: Any, sizes: list[int]) -> list[figures.Figure]:
    from lifang.boot import databases  # noqa: PLC0415
    from lifang.demo import city, crowd  # noqa: PLC0415
    from lifang.demo.county import county  # noqa: PLC0415

    url, at = databases.urls(launch.config)[1], datetime.now(UTC)
    city.build(url, at, city.Size(cases=0), model=county().code)
    found: dict[int, dict[str, float]] = {}
    already, built = 0, []
    for size in sizes:
        begun = time.monotonic()
        made = crowd.add_people(url, at, size, already=already)
        seconds = time.monotonic() - begun
        found[size] = figures.medians(_ways(), ROUNDS, EACH)
        built.append((size, size - already, seconds, (size - already) / seconds))
        print(f"  {size:,}: { ({k: round(v, 1) for k, v in made.seconds.items()}) }", flush=True)
        print(f"  { ({k: round(v, 2) for k, v in found[size].items()}) }", flush=True)
        already = size
    figures.table("register: making it", ("people", "new", "seconds", "people a second"), built)
    return _told(found)


def _ways() -> dict[str, Callable[[], Any]]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.core.crypto.fields import clear  # noqa: PLC0415
    from lifang.registry import selectors  # noqa: PLC0415

    actors = {name: actor_of(login) for name, login in WHO.items()}
    ways: dict[str, Callable[[], Any]] = {
        "floor": _floor(actors["county"], behind, selectors.persons)
    }
    for name, actor in actors.items():
        with behind(actor):
            people = list(selectors.persons(actor).filter(identity_key__isnull=False)[:ASKED])
            doors = [
                home.household.occupancies.filter(valid_to=None).first().dwelling.address
                for one in people
                if (home := selectors.memberships(actor, one).filter(valid_to=None).first())
            ]
        questions = {
            "name": [clear(one, "name") for one in people],
            "pinyin": ["".join(lazy_pinyin(clear(one, "name"))) for one in people],
            "surname": [clear(one, "name")[0] for one in people],
            "identity number": [clear(one, "identity") for one in people],
            "telephone": [clear(one, "telephone") for one in people],
            "address": doors,
        }
        for kind, texts in questions.items():
            ways[f"{name}: {kind}"] = _asked(actor, cycle(texts), behind, selectors.find_persons)
    return ways


def _asked(
    actor: Any, texts: Any, behind: Any, find: Callable[..., list[Any]]
) -> Callable[[], Any]:
    def asked() -> list[Any]:
        with behind(actor):
            found = find(actor, next(texts))
        assert found
        return found

    return asked


def _floor(actor: Any, behind: Any, persons: Callable[..., Any]) -> Callable[[], Any]:
    with behind(actor):
        keys = list(persons(actor).values_list("pk", flat=True)[:20])

    def asked() -> Any:
        with behind(actor):
            return list(persons(actor).filter(pk__in=keys))

    return asked


def _told(found: dict[int, dict[str, float]]) -> list[figures.Figure]:
    sizes = list(found)
    floor = found[sizes[-1]]["floor"] / found[sizes[0]]["floor"]
    growth = {
        name: found[sizes[-1]][name] / found[sizes[0]][name] / floor for name in found[sizes[0]]
    }
    figures.table(
        f"register: medians of {ROUNDS * EACH}, ms",
        ("question", *(f"{size:,}" for size in sizes), "growth to the floor"),
        [(name, *(found[size][name] for size in sizes), growth[name]) for name in growth],
    )
    told = [
        figures.Figure("register", f"growth, {name}", ratio, "x", 1.2, 1.5, least=False)
        for name, ratio in growth.items()
        if name != "floor"
    ]
    print(figures.line("register", told, ms={str(size): found[size] for size in sizes}))
    return told
