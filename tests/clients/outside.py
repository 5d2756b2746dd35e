"""Each program as its own users would use it. Runs in an environment of its own, without the product."""

import argparse
import importlib.util
import itertools
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator

from differ import differ
from things import frost, istsos

Checks = Iterator[tuple[str, bool]]


def fetch(url: str, accept: str = "*/*") -> bytes:
    asked = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return answer.read()


def layers(url: str) -> list[dict]:
    return json.loads(fetch(f"{url}/ogc/collections"))["collections"]


def gdal(url: str, key: str) -> Checks:
    """`ogrinfo` of GDAL, the way a GIS department scripts it."""
    program = shutil.which("ogrinfo")
    known = [one["id"] for one in layers(url)]

    def said(*words: str) -> str:
        done = subprocess.run(
            [program, "-ro", *words], check=False, capture_output=True, text=True, timeout=120
        )
        return done.stdout + done.stderr if done.returncode == 0 else f"ERROR {done.stderr}"

    for address in (f"OAPIF:{url}/ogc", f"OAPIF:{url}/ogc/"):
        listed = said(address)
        yield (
            f"lists {len(known)} layers of {address[6:]}",
            all(f": {one} " in listed for one in known),
        )
    for layer in known:
        told = said("-al", "-so", f"OAPIF:{url}/ogc", layer)
        count = re.search(r"Feature Count: (\d+)", told)
        first = json.loads(fetch(f"{url}/ogc/collections/{layer}/items?limit=1"))
        wanted = first.get("numberMatched")
        yield (
            f"{layer}: counts {count and count[1]} of {wanted}",
            bool(count) and (wanted is None or int(count[1]) == wanted),
        )
        yield f"{layer}: knows the reference system", "WGS 84" in told
        if not first["features"]:
            continue
        west, south, east, north = bounds(first["features"][0]["geometry"])
        box = said(
            "-al",
            "-q",
            "-spat",
            *map(str, (west - 1e-6, south - 1e-6, east + 1e-6, north + 1e-6)),
            f"OAPIF:{url}/ogc",
            layer,
        )
        yield f"{layer}: finds a feature in its own box", "OGRFeature" in box


def bounds(geometry: dict) -> tuple[float, float, float, float]:
    flat = list(points(geometry["coordinates"]))
    east, north = [x for x, _ in flat], [y for _, y in flat]
    return min(east), min(north), max(east), max(north)


def points(value: list) -> Iterator[tuple[float, float]]:
    if isinstance(value[0], int | float):
        yield value[0], value[1]
        return
    for part in value:
        yield from points(part)


def ogctests(url: str, key: str) -> Checks:
    """The abstract tests of OGC API Features Part 1, core."""
    command = [sys.executable, "-m", "ogctests", "features/core", "-v", "True", "-i", f"{url}/ogc"]
    with tempfile.TemporaryDirectory() as aside:  # away from our own test settings
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=600, cwd=aside
        )
    told = done.stdout + done.stderr
    counts = {
        word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", told)
    }
    if (
        not counts.get("passed")
        or counts.get("failed")
        or counts.get("error")
        or counts.get("errors")
    ):
        print(told[-6000:])
    bad = sum(counts.get(word, 0) for word in ("failed", "error", "errors"))
    yield f"abstract tests: {counts}", bool(counts.get("passed")) and not bad


def three(url: str, key: str) -> Checks:
    itertools.ifilter = filter  # it was written for Python 2; its own users add this line
    from three import Three

    city = Three(f"{url}/open311/v2", api_key=key, jurisdiction="")
    services = city.services()
    yield f"services: {len(services)}", len(services) > 100
    yield "discovery", "endpoints" in city.discovery()
    code = services[0]["service_code"]
    yield f"definition of {code}", city.services(code)["service_code"] == code
    found = city.requests(count=5)
    yield f"requests: {len(found)}", bool(found)
    number = found[0]["service_request_id"]
    yield f"request {number}", city.request(number)[0]["service_request_id"] == number
    spread = city.requests(status="open", between=["11-01-2026", "11-30-2026"])
    yield f"open ones of November: {len(spread)}", all(one["status"] == "open" for one in spread)
    if key:
        sent = city.post(
            "06010",
            address=found[0].get("address") or "1",
            lat=found[0]["lat"],
            long=found[0]["long"],
            description="A sack of rubbish, sent by a test of clients",
        )
        yield f"reports: {sent}", bool(sent[0].get("service_request_id") or sent[0].get("token"))


def georeport(url: str, key: str) -> Checks:
    from georeport import GeoReport

    for shape in ("json", "xml"):
        city = GeoReport(f"{url}/open311/v2", output_format=shape)
        services = city.get_service_list()
        listed = services["services"]["service"] if isinstance(services, dict) else services
        yield f"{shape}: services {len(listed)}", len(listed) > 100
        code = listed[0]["service_code"]
        yield f"{shape}: definition of {code}", bool(city.get_service_definition(code))
        found = city.get_service_requests(status="open")
        rows = found["service_requests"]["request"] if isinstance(found, dict) else found
        yield f"{shape}: open requests {len(rows)}", bool(rows)
        one = city.get_service_request(rows[0]["service_request_id"])
        yield f"{shape}: one request", rows[0]["service_request_id"] in str(one)


def civicbot(url: str, key: str) -> Checks:
    from civicbot.open311 import Endpoint, Open311Client

    city = Open311Client(Endpoint(id="t", name="t", base_url=f"{url}/open311/v2", write=True))
    services = city.list_services()
    yield f"services: {len(services)}", len(services) > 100
    asks = next(one for one in services if one["metadata"])
    definition = city.get_service_definition(asks["service_code"])
    yield f"definition of {asks['service_code']}", bool(definition["attributes"])
    found = city.list_requests(status="open", page_size=5)
    yield f"open requests: {len(found)}", bool(found)
    number = found[0]["service_request_id"]
    yield f"request {number}", city.get_request(number)["service_request_id"] == number
    if key:
        sent = city.create_request(
            "06010", lat=found[0]["lat"], lng=found[0]["long"], description="Two sacks of rubbish, sent by a test of clients",
            api_key=key, validate_remote=True, dry_run=False, confirm="SEND",
        )  # fmt: skip
        number = sent.response[0].get("service_request_id", "")
        yield f"reports, checked against the definition: {number}", bool(number)


def feedparser(url: str, key: str) -> Checks:
    import feedparser as reader

    for kind in ("rss", "atom"):
        found = reader.parse(f"{url}/feeds/cases.{kind}")
        yield (
            f"{kind}: {len(found.entries)} entries without a complaint",
            not found.bozo and bool(found.entries),
        )
        yield (
            f"{kind}: each with title, link and id",
            all(one.title and one.link and one.id for one in found.entries),
        )
        again = reader.parse(
            f"{url}/feeds/cases.{kind}", etag=found.get("etag"), modified=found.get("modified")
        )
        yield f"{kind}: unchanged is 304", again.status == 304


def icalendar(url: str, key: str) -> Checks:
    from icalendar import Calendar

    made = Calendar.from_ical(fetch(f"{url}/feeds/cases.ics"))
    events = [part for part in made.walk() if part.name in ("VEVENT", "VTODO")]
    yield f"{len(events)} entries", bool(events)
    yield "each with id and time", all(one.get("uid") and one.get("dtstamp") for one in events)
    yield "no part was broken", not any(part.errors for part in made.walk())


PROGRAMS: dict[str, Callable[[str, str], Checks]] = {
    "gdal": gdal, "ogctests": ogctests, "three": three, "georeport": georeport, "civicbot": civicbot,
    "feedparser": feedparser, "icalendar": icalendar,
    "frost_sta_client": frost, "istsos4_client": istsos, "sensorthings": differ,
}  # fmt: skip


KEYED = ("frost_sta_client", "istsos4_client", "sensorthings")


def there(name: str) -> bool:
    return (
        bool(shutil.which("ogrinfo"))
        if name == "gdal"
        else importlib.util.find_spec(name) is not None
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url")
    asked.add_argument("--key", default="")
    asked.add_argument("--only", default="")
    given = asked.parse_args()
    right = wrong = 0
    for name, run in PROGRAMS.items():
        if given.only not in ("", name):
            continue
        if name in KEYED and not given.key:
            print(f"{name}: needs a key, skipped")
            continue
        if not there(name):
            print(f"{name}: not installed, skipped")
            continue
        try:
            for words, good in run(given.url, given.key):
                print(f"{name}: {words}: {'right' if good else 'WRONG'}")
                right, wrong = right + good, wrong + (not good)
        except Exception as error:  # noqa: BLE001 -- whatever a foreign program raises is a finding
            print(f"{name}: WRONG: {type(error).__name__}: {error}")
            wrong += 1
    print(f"{right} right, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
