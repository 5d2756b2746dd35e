"""Taps and typed fields of each journey, counted by the browser run: docs/effort.md."""

from dataclasses import dataclass, field
from pathlib import Path

from e2e.living import ROOT
from e2e.person import Person

FILE = ROOT / "docs" / "effort.md"
# An unhurried adult (keystroke-level model): find and press 2.6 s; a photo 6 s; a short sentence on a telephone 14 s.
TAP_SECONDS, PHOTO_SECONDS, FIELD_SECONDS = 2.6, 6.0, 14.0

HEAD = """# What it costs people

Made by `make effort` (and `make e2e`): every tap and every typed field of each journey, counted in a real browser while the journey was proved.
A tap is one press of a button, a link, a chip or the camera; the shutter of the telephone's own camera is not counted.
Known: of how many fields of the form how many stood filled in before anybody typed.
Seconds of hand: {tap} s a tap, {photo} s a photo, {field} s a typed sentence. Machine: what server and browser needed on the run.

| journey | who | what | taps | typed | known | photos | hand s | machine s | aim |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""


@dataclass
class Row:
    """One piece of a journey by one person."""

    journey: str
    who: str
    what: str
    taps: int
    typed: int
    photos: int
    machine: float
    aim: str
    known: str = ""  # 10 of 11

    @property
    def hand(self) -> float:
        return self.taps * TAP_SECONDS + self.photos * PHOTO_SECONDS + self.typed * FIELD_SECONDS


@dataclass
class Effort:
    rows: list[Row] = field(default_factory=list)

    def note(
        self, journey: str, who: str, what: str, person: Person, machine: float, aim: str = "",
        since: tuple[int, int, int] = (0, 0, 0), known: str = "",
    ) -> Row:  # fmt: skip
        """Keep what somebody has done up to now (since earlier counts)."""
        taps, typed, photos = since
        row = Row(
            journey,
            who,
            what,
            person.taps - taps,
            person.typed - typed,
            person.photos - photos,
            machine,
            aim,
            known,
        )
        self.rows.append(row)
        return row

    def write(self, file: Path = FILE) -> None:
        """What was told this time takes the place of what was told before; the other journeys stay."""
        told = {row.journey for row in self.rows}
        kept = [row for row in read(file) if row.journey not in told]
        rows = [row for row in (*kept, *self.rows) if row.journey in JOURNEYS]
        if not told:
            return
        lines = [
            f"| {r.journey} | {r.who} | {r.what} | {r.taps} | {r.typed} | {r.known} | {r.photos} | {r.hand:.0f} | {r.machine:.1f} | {r.aim} |"
            for r in sorted(rows, key=lambda row: JOURNEYS.index(row.journey))
        ]
        head = HEAD.format(
            tap=TAP_SECONDS, photo=f"{PHOTO_SECONDS:.0f}", field=f"{FIELD_SECONDS:.0f}"
        )
        file.write_text(head + "\n".join(lines) + "\n", "utf-8")


def read(file: Path = FILE) -> list[Row]:
    """The rows of the table as it stands."""
    if not file.exists():
        return []
    lines = [
        line for line in file.read_text("utf-8").splitlines() if line.startswith(("| W-", "| S"))
    ]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [
        Row(
            one[0],
            one[1],
            one[2],
            int(one[3]),
            int(one[4]),
            int(one[6]),
            float(one[8]),
            one[9],
            one[5],
        )
        for one in cells
    ]


JOURNEYS = (
    "W-R1",
    "W-R2",
    "W-R3",
    "W-R5",
    "W-R6",
    "W-G1",
    "W-G2",
    "W-G3",
    "W-G6",
    "W-S1",
    "W-S2",
    "W-D1",
    "W-D2",
    "W-A1",
    "W-A2",
    "W-C1",
    "W-C2",
    "W-P1",
    "W-P3",
    "W-M1",
    "W-M2",
    "S3-26",
)
