"""What is stored together: parcels, and bundles of lines of our own dialect that were read at once."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, overload

from lifang.sensing.adapters import lifang
from lifang.sensing.rules import Bounds, Gathered, Incoming, Line, Refusing, number_of
from lifang.sensing.rules.normalise import STANDING
from lifang.sensing.terms import Owner, Way

BUNDLED: Final = 64  # lines of one owner; fewer are parcels at once
HOT: Final = 1_000  # lines that are read and gathered while they lie in the processor's memory


class Parcel(NamedTuple):
    """One message of one owner; `body` is kept if it cannot be read."""

    owner: Owner
    way: Way
    said: Incoming | None  # None: unreadable, `wrong` says why
    body: bytes
    topic: str = ""
    wrong: Refusing | None = None
    arrived: int = 0  # microseconds; 0: now
    place: int = 0  # among those of the same moment


class Bundle(Sequence[Parcel]):
    """Many lines that one owner sent; a line becomes a parcel only where it is not plain."""

    __slots__ = ("arrived", "bodies", "owner", "place", "topic", "way")

    def __init__(self, owner: Owner, way: Way, bodies: Sequence[bytes], place: Callable[[int], int], topic: str = "", arrived: Sequence[int] = ()) -> None:  # fmt: skip
        """`place` of the n-th among those of the same moment; `arrived` is empty for now."""
        self.owner, self.way, self.bodies = owner, way, bodies
        self.place, self.topic, self.arrived = place, topic, arrived

    def __len__(self) -> int:
        return len(self.bodies)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        body, arrived = self.bodies[number], self.arrived[number] if self.arrived else 0
        try:
            said = lifang.read(body)
        except Refusing as wrong:
            return Parcel(self.owner, self.way, None, body, self.topic, wrong, arrived)
        place = self.place(number) if said.at is None and not said.id else 0
        return Parcel(self.owner, self.way, said, body, self.topic, None, arrived, place)

    def gathered(self, lines: Mapping[Any, Line | None], now: int, bounds: Bounds, into: Gathered) -> list[int]:  # fmt: skip
        """Adds what is plain, as `normalise` would; the numbers of all other lines."""
        left = list[int]()
        for first in range(0, len(self), HOT):
            bodies = self.bodies[first : first + HOT]
            told = lifang.decoded(bodies)
            if told is None:  # which of them is to blame shows one by one
                left += range(first, first + len(bodies))
            else:
                arrived = self.arrived[first : first + HOT] or [now] * len(bodies)
                left += _plain(told, arrived, first, lines, bounds, into)
        return left


def _plain(told: Sequence[lifang.Line], arrived: Sequence[int], first: int, lines: Mapping[Any, Line | None], bounds: Bounds, into: Gathered) -> list[int]:  # fmt: skip
    """This loop runs over every message."""
    ahead, keep = bounds
    left, value, said, latest = list[int](), into.value, into.said, lifang.MILLIS
    for number, one, came in zip(range(first, first + len(told)), told, arrived, strict=True):
        line, values, at = lines.get(one.device), one.values, one.at
        if line is None or at is None or one.facts or one.test or line.state in STANDING:
            left.append(number)
            continue
        plan = line.plans.get(tuple(values))
        at = int(at * 1_000_000) if type(at) is float and 0 <= at <= latest else _moment(at)
        if plan is None or not came - keep <= at <= came + ahead:
            left.append(number)
            continue
        ident = one.id
        value += values.values()  # type: ignore[arg-type]  # `columns` looks at their kinds
        said.append((plan, at, came, 0 if ident == "" else number_of(str(ident)), 0, None))
    return left


def _moment(at: Any) -> int:
    """Before all time if it is none."""
    try:
        return lifang.when(at)
    except Refusing:
        return -1 << 62


class Mail(Sequence[Parcel]):
    """All of it in one order, each with its number."""

    def __init__(self) -> None:
        self.parts = list[Sequence[Parcel]]()
        self.first = list[int]()  # the number of the first of each
        self._size = 0

    def add(self, part: Sequence[Parcel]) -> None:
        self.first.append(self._size)
        self.parts.append(part)
        self._size += len(part)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Parcel]:
        return chain.from_iterable(self.parts)

    @overload
    def __getitem__(self, number: int) -> Parcel: ...
    @overload
    def __getitem__(self, number: slice) -> list[Parcel]: ...
    def __getitem__(self, number: int | slice) -> Parcel | list[Parcel]:
        if isinstance(number, slice):
            return [self[one] for one in range(self._size)[number]]
        part = bisect_right(self.first, number) - 1
        return self.parts[part][number - self.first[part]]

    def numbered(self) -> Iterable[tuple[int, Sequence[Parcel]]]:
        return zip(self.first, self.parts, strict=True)
