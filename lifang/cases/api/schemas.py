"""What comes in. Nothing that is not named here is taken."""

from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, model_validator

from lifang.cases.catalogue import (
    DELAY_REASONS,
    MATTERS,
    OUTCOMES,
    REFUSE_REASONS,
    RETURN_REASONS,
    SOURCES,
    SUSPEND_REASONS,
)
from lifang.core.catalogue import Catalogue


def one_of(known: Catalogue[Any]) -> AfterValidator:
    """A key of a catalogue."""

    def check(key: str) -> str:
        if key not in known:
            raise ValueError("not in the catalogue")
        return key

    return AfterValidator(check)


Words = Annotated[str, Field(max_length=4000)]
Short = Annotated[str, Field(max_length=200)]
Key = Annotated[str, Field(max_length=30)]
Area = Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")]
Stash = Annotated[str, Field(max_length=2000)]
Photos = Annotated[list[Stash], Field(max_length=6, default_factory=list)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Amount = Annotated[Decimal, Field(ge=0, le=9999, max_digits=6, decimal_places=2)]


class Body(Schema):
    """A field nobody asked for is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Placed(Body):
    lon: Lon | None = None
    lat: Lat | None = None

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat come together")
        return self


class Report(Placed):
    """A trouble somebody saw: a point, or at least an area; words, or photos from `POST photos`."""

    matter: Annotated[Key, one_of(MATTERS)]
    text: Words = ""
    area: Area = ""
    place: Short = ""
    photos: Photos
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9+ -]*$")] = ""


class Told(Report):
    """The same, written down for somebody else, or by another platform under its own number."""

    source: Annotated[Key, one_of(SOURCES)]
    reference: Annotated[str, Field(max_length=60)] = ""


class SelfHandled(Placed):
    matter: Annotated[Key, one_of(MATTERS)]
    text: Words = ""
    area: Area = ""
    place: Short = ""
    before: Photos
    after: Annotated[list[Stash], Field(min_length=1, max_length=6)]


class Joined(Body):
    said: Words = ""
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9+ -]*$")] = ""
    photos: Photos


class Note(Body):
    note: Words = ""


class MustNote(Body):
    note: Annotated[str, Field(min_length=1, max_length=4000)]


class Refused(Note):
    reason: Annotated[Key, one_of(REFUSE_REASONS)]
    verdict: str = ""  # of the alarm it came from


class Verified(Note):
    found: bool
    photos: Photos


class Corrected(Placed):
    matter: Annotated[str, Field(max_length=30)] = ""
    place: Short = ""
    note: Words = ""


class Dispatched(Note):
    lead: UUID
    assists: Annotated[list[UUID], Field(max_length=10, default_factory=list)]


class Returned(MustNote):
    reason: Annotated[Key, one_of(RETURN_REASONS)]
    suggested: UUID | None = None


class FedBack(MustNote):
    photos: Photos


class DelayAsked(MustNote):
    amount: Annotated[Amount, Field(gt=0)]
    reason: Annotated[Key, one_of(DELAY_REASONS)]


class DelayDecided(Note):
    granted: Amount


class Suspended(MustNote):
    reason: Annotated[Key, one_of(SUSPEND_REASONS)]


class Split(Body):
    matter: Annotated[Key, one_of(MATTERS)]
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Merged(Body):
    into: UUID


class Checked(Note):
    passed: bool
    outcome: Annotated[Key, one_of(OUTCOMES)] = "solved"
    answer: Words = ""
    photos: Photos
    verdict: str = ""  # of the alarm it came from: real, false, test, planned_absence, device_fault


class CalledBack(Note):
    reached: bool
    solved: bool | None = None
    stars: Annotated[int, Field(ge=1, le=5)] | None = None


class Rated(Note):
    stars: Annotated[int, Field(ge=1, le=5)]


class Answered(Body):
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Added(Body):
    text: Words = ""
    photos: Photos


class Question(Body):
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Filters(Schema):
    """All of them hold together; a state or a matter may be named several times."""

    state: Annotated[list[Key], Field(max_length=20, default_factory=list)]
    matter: Annotated[list[Key], Field(max_length=50, default_factory=list)]
    level: Key = ""
    area: Area = ""
    unit: UUID | None = None
    open: bool | None = None
    overdue: bool | None = None
    source: Key = ""
    reference: Annotated[str, Field(max_length=60)] = ""
    q: Annotated[str, Field(max_length=100)] = ""
    opened_from: AwareDatetime | None = None
    opened_to: AwareDatetime | None = None
