"""Rows for tests of every context above: a made-up county 990101 on a square lattice."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from lifang.core.access import SYSTEM
from lifang.core.accounts.models import Account
from lifang.core.ids import new_id
from lifang.orgs import actions, selectors
from lifang.orgs.models import Division, Posting, Unit

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
COUNTY = "990101"
# The south-west corner of the county, in a sea without a harbour; one grid is STEP degrees wide and high.
WEST, SOUTH, STEP = 120.0, 30.0, 0.004


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A GeoJSON rectangle."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def make_division(
    code: str, name: str = "", *, outline: dict[str, Any] | None = None, kind: str = ""
) -> Division:
    """An area and whatever is missing above it, drawn if an outline is given."""
    selectors.forget()
    known = set(Division.objects.values_list("code", flat=True))
    path = [code[:n] for n in (4, 6, 9, 12, 15) if n <= len(code)]
    rows = [
        {
            "code": part,
            "name": name if part == code and name else f"区划{part}",
            "kind": kind if part == code else "",
        }
        for part in path
        if part not in known
    ]
    actions.import_divisions(actor=SYSTEM, rows=rows, root=code[:4], at=MONDAY)
    row = Division.objects.get(pk=code)
    if outline is not None:
        row = actions.draw(actor=SYSTEM, division=row, outline=outline, at=MONDAY)
    return row


class County(NamedTuple):
    """1 county, 2 streets, 4 communities, 8 grids, all drawn."""

    county: Division
    streets: list[Division]
    communities: list[Division]
    grids: list[Division]

    def inside(self, code: str) -> tuple[float, float]:
        """A point in the middle of a drawn area, (lon, lat)."""
        row = Division.objects.get(pk=code)
        return (row.west + row.east) / 2, (row.south + row.north) / 2  # type: ignore[operator]


def make_county(code: str = COUNTY, west: float = WEST, south: float = SOUTH) -> County:
    """A county as a lattice of squares: streets side by side, each two communities high, each of two grids."""
    selectors.forget()
    rows = [{"code": code[:4], "name": "试验市"}, {"code": code, "name": "试验县"}]
    outlines: dict[str, dict[str, Any]] = {}
    outlines[code] = square(west, south, west + 4 * STEP, south + 2 * STEP)
    for s, street in enumerate(("大街", "小街")):
        street_code, x = f"{code}{s + 1:03d}", west + 2 * s * STEP
        rows.append({"code": street_code, "name": f"{street}街道"})
        outlines[street_code] = square(x, south, x + 2 * STEP, south + 2 * STEP)
        for c, community in enumerate(("和平", "光明")):
            community_code, y = f"{street_code}{c + 1:03d}", south + c * STEP
            rows.append({"code": community_code, "name": f"{community}社区"})
            outlines[community_code] = square(x, y, x + 2 * STEP, y + STEP)
            for g in range(2):
                grid_code = f"{community_code}{g + 1:03d}"
                rows.append(
                    {"code": grid_code, "name": f"第{g + 1}网格", "name_en": f"Grid {g + 1}"}
                )
                outlines[grid_code] = square(x + g * STEP, y, x + (g + 1) * STEP, y + STEP)
    actions.import_divisions(actor=SYSTEM, rows=rows, root=code[:4], at=MONDAY)
    features = [
        {"type": "Feature", "properties": {"code": drawn}, "geometry": outline}
        for drawn, outline in outlines.items()
    ]
    actions.draw_all(
        actor=SYSTEM,
        within=Division.objects.get(pk=code),
        outlines={"type": "FeatureCollection", "features": features},
        at=MONDAY,
    )
    found = list(Division.objects.filter(code__startswith=code))
    by_level = {level: [row for row in found if row.level == level] for level in (6, 9, 12, 15)}
    return County(by_level[6][0], by_level[9], by_level[12], by_level[15])


def make_unit(
    area: str = COUNTY, kind: str = "urban_management", name: str = "试验综合执法队", **more: Any
) -> Unit:
    """An open unit."""
    return actions.add_unit(
        actor=SYSTEM,
        name_zh=name,
        name_en=more.pop("name_en", f"Test unit {name}"),
        kind=kind,
        area=area,
        at=more.pop("at", MONDAY),
        **more,
    )


def make_account(
    login: str = "", name: str = "试验员", kind: str = "staff", area: str = COUNTY
) -> Account:
    """An account that cannot sign in with a password."""
    account = Account(
        id=new_id(),
        login=login or f"test-{new_id().hex[-12:]}",
        name=name,
        kind=kind,
        area=area,
        opened_at=MONDAY,
    )
    account.set_unusable_password()
    account.save()
    return account


def make_posting(
    post: str,
    area: str = "",
    *,
    unit: Unit | None = None,
    account: Account | None = None,
    at: datetime = MONDAY,
    **more: Any,
) -> Posting:
    """A posting in force, of a new account unless one is given."""
    return actions.post(
        actor=SYSTEM,
        account=account or make_account(),
        post=post,
        area=area,
        unit=unit,
        at=at,
        **more,
    )
