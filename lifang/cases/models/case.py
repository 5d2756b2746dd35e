from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.cases.catalogue import CASE, MATTERS, OUTCOMES, Matter, answer_of
from lifang.cases.terms import CLOSED, OPEN, Level
from lifang.core.access.models import Scoped
from lifang.core.access.pen import Pen
from lifang.core.files.store import follow
from lifang.core.flow.models import Subject
from lifang.core.flow.shape import State
from lifang.core.geo.measure import cell
from lifang.core.i18n import Text
from lifang.core.search.models import Searchable

CELL_METRES = 200


class Case(Subject, Searchable):
    """One trouble at one place, from the first report to the last word about it."""

    number = models.CharField(max_length=20, unique=True)
    matter = models.CharField(max_length=12)
    level = models.CharField(max_length=8, choices=[(level.value, level.value) for level in Level])
    source = models.CharField(max_length=20)
    text = models.TextField(
        blank=True
    )  # what the first reporter said; staff see it, the public does not
    place = models.CharField(max_length=200, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    cell = models.BigIntegerField(null=True, editable=False)

    opened_at = models.DateTimeField()
    promised_at = models.DateTimeField(
        null=True
    )  # by when it should be handled, as the reporter is told
    desk = models.CharField(
        max_length=15, db_collation="C"
    )  # the area whose desk accepts and dispatches it
    lead = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, related_name="+")
    reports = models.PositiveIntegerField(default=1)
    returns = models.PositiveSmallIntegerField(default=0)  # in a row, since the last signature
    round = models.PositiveSmallIntegerField(default=1)  # 2 after it was opened again

    pressed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)  # when the lead unit last fed back
    outcome = models.CharField(max_length=20, blank=True)
    answer = models.TextField(blank=True)  # the public answer
    self_handled = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="taken_in")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="split_off")
    reference = models.CharField(max_length=60, blank=True)  # its number in the system it came from
    anonymised_at = models.DateTimeField(null=True)  # nobody's name or words are left in it

    searched = ("text", "number")
    sounded = ("place", "called")

    class Meta(Scoped.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["area", "state"], name="case_area_state"),
            models.Index(fields=["area", "-opened_at"], name="case_area_opened"),
            # The newest first, for whoever sees most rows: read from the end instead of sorting all.
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            # The same of what is open: however many cases are over, none of them is read.
            models.Index(
                fields=["-opened_at", "-id"], condition=Q(state__in=OPEN), name="case_open"
            ),
            models.Index(fields=["area", "-closed_at"], name="case_area_closed"),
            models.Index(fields=["cell", "matter"], condition=Q(state__in=OPEN), name="case_near"),
            models.Index(fields=["lead", "state"], name="case_lead_state"),
            # The clocks that run out first, however many cases are over.
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN), name="case_due"),
            models.Index(
                fields=["area", "-opened_at"],
                condition=Q(state__in=OPEN, level=Level.LIFE),
                name="case_life",
            ),
            # What is over and still says who told it.
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, anonymised_at__isnull=True),
                name="case_over",
            ),
            # What is due in a period: the denominator of the closing rates.
            models.Index(fields=["promised_at"], name="case_promised"),
            # What happens again at the same place.
            models.Index(fields=["cell", "matter", "opened_at"], name="case_again"),
            GinIndex(fields=["holders"], name="case_holders"),
            GinIndex(fields=["tokens"], name="case_tokens"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"],
                condition=~Q(reference=""),
                name="case_once_per_reference",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="case_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CLOSED, closed_at__isnull=False)
                | Q(state="archived")
                | (~Q(state__in=CLOSED) & Q(closed_at__isnull=True)),
                name="case_closed_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & Q(merged_into__isnull=False))
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="case_merged_into_something",
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="case_point_on_earth",
            ),
            models.CheckConstraint(condition=Q(reports__gte=1), name="case_somebody_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind.name}"

    def _share(self, pen: Pen, new: bool) -> None:
        """Whoever may see the case may see its photos too: also those that came before the unit did."""
        elsewhere = not new and self.shared != (self.area, [*self.holders])
        super()._share(pen, new)
        if elsewhere:
            follow(self, pen)

    def locate(self, lon: float | None, lat: float | None) -> None:
        """Put the case on the map (WGS-84), or take it off."""
        self.lon, self.lat = lon, lat
        self.cell = None if lon is None or lat is None else cell(lon, lat, CELL_METRES)

    @property
    def kind(self) -> Matter:
        """The matter's catalogue entry."""
        return MATTERS[self.matter]

    @property
    def title(self) -> Text:
        return self.kind.name

    @property
    def called(self) -> str:
        """What its matter is called, to be found by in both languages."""
        return f"{self.title.zh} {self.title.en}"

    @property
    def stage(self) -> State:
        """The flow's entry for its state."""
        return CASE().state[self.state]

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def solved(self) -> bool:
        return bool(self.outcome) and OUTCOMES[self.outcome].solved

    @property
    def answered(self) -> str:
        """The public answer, in the reader's language where it is the usual sentence."""
        return answer_of(self.outcome, self.answer)

    @property
    def on_time(self) -> bool | None:
        """Handled by the promised time; None while it is not handled or nothing was promised."""
        if self.handled_at is None or self.promised_at is None:
            return None
        return self.handled_at <= self.promised_at
