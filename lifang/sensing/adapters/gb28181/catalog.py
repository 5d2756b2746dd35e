"""The list of cameras as platforms of GB/T 28181 give it to one another (Catalog): written and read, as a file; no video and no line to them.

Field names of the 2016 edition as open implementations have them; longitude and latitude are WGS-84 here, which the standard's text was not asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from lifang.sensing.adapters import markup
from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ITEMS: Final = 10_000
_MOST_TEXT: Final = 120
_CAMERA: Final = ("131", "132")  # digits 11 to 13: a camera, a network camera
_FIELDS: Final = 24  # of one item, at most


class Item(NamedTuple):
    """One camera of a list."""

    code: str  # twenty digits
    name: str
    maker: str = ""
    model: str = ""
    owner: str = ""
    civil: str = ""  # code of the division
    address: str = ""
    on: bool = True
    lon: float | None = None
    lat: float | None = None


class Read(NamedTuple):
    """What a list holds: cameras once each, how many lines are none, and what is wrong with which line."""

    items: list[Item]
    others: int  # platforms, groups, alarm inputs …
    wrong: list[tuple[int, str]]  # its place, the field


def written(items: Sequence[Item], platform: str, number: int = 1) -> bytes:
    """A Catalog response with all of them."""
    head = f'<?xml version="1.0" encoding="GB18030"?>\r\n<Response>\r\n<CmdType>Catalog</CmdType>\r\n<SN>{number}</SN>\r\n<DeviceID>{platform}</DeviceID>\r\n<SumNum>{len(items)}</SumNum>\r\n<DeviceList Num="{len(items)}">\r\n'
    rows = "".join(_written(one, platform) for one in items)
    return f"{head}{rows}</DeviceList>\r\n</Response>\r\n".encode("gb18030")


def _written(one: Item, platform: str) -> str:
    fields = {
        "DeviceID": one.code, "Name": one.name, "Manufacturer": one.maker, "Model": one.model, "Owner": one.owner,
        "CivilCode": one.civil, "Address": one.address, "Parental": "0", "ParentID": platform, "SafetyWay": "0", "RegisterWay": "1",
        "Secrecy": "0", "Status": "ON" if one.on else "OFF",
    }  # fmt: skip
    if one.lon is not None and one.lat is not None:
        fields |= {"Longitude": f"{one.lon:.6f}", "Latitude": f"{one.lat:.6f}"}
    return "<Item>" + "".join(f"<{name}>{escape(_clean(said))}</{name}>" for name, said in fields.items()) + "</Item>\r\n"  # fmt: skip


def read(body: bytes) -> Read:
    """The cameras of a list. Raises `Refusing` for what is no list at all."""
    if len(body) > MOST_BYTES:
        raise Refusing(Poison.TOO_LARGE)
    root = markup.read(body, most=MOST_BYTES, nodes=MOST_ITEMS * _FIELDS)
    if root.name not in ("Response", "Notify") or root.said("CmdType") != "Catalog":
        raise Refusing(Poison.SHAPE, f"{root.name[:40]} {root.said('CmdType')[:40]}")
    listed = root.first("DeviceList")
    return _read(listed.children if listed else ())


def _read(rows: Iterable[markup.Node]) -> Read:
    items: dict[str, Item] = {}
    wrong: list[tuple[int, str]] = []
    others = 0
    for place, row in enumerate(rows, 1):
        code = row.said("DeviceID")
        if not (len(code) == 20 and code.isascii() and code.isdigit()):
            wrong.append((place, "DeviceID"))
        elif code[10:13] not in _CAMERA:
            others += 1
        elif code in items:
            wrong.append((place, "DeviceID"))
        else:
            try:
                items[code] = _item(code, row)
            except ValueError:
                wrong.append((place, "Longitude"))
    return Read(list(items.values()), others, wrong)


def _item(code: str, row: markup.Node) -> Item:
    """Raises `ValueError`."""
    name, maker, model, owner, civil, address = (
        _clean(row.said(field))[:_MOST_TEXT]
        for field in ("Name", "Manufacturer", "Model", "Owner", "CivilCode", "Address")
    )
    lon, lat = _point(row.said("Longitude"), row.said("Latitude"))
    return Item(code, name or code, maker, model, owner, civil, address, row.said("Status").upper() != "OFF", lon, lat)  # fmt: skip


def _point(lon: str, lat: str) -> tuple[float | None, float | None]:
    """Nothing said, and zero for both, is no point."""
    if not lon and not lat:
        return None, None
    x, y = float(lon), float(lat)
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise ValueError
    return (x, y) if x or y else (None, None)


def _clean(text: str) -> str:
    """Without what XML cannot carry."""
    return "".join(sign for sign in text if sign >= " " and not 0xD800 <= ord(sign) <= 0xDFFF and sign not in "\ufffe\uffff").strip()  # fmt: skip
