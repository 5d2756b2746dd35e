from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.access.pen import Pen
from lifang.core.calendar.terms import Limit, Pause, Unit

# To the parts of a subject.
_PARTS = ("flow_step", "flow_clock", "flow_todo")
_SHARE = "UPDATE {} SET area = %s, holders = %s::varchar[] WHERE subject = %s AND (area, holders) IS DISTINCT FROM (%s, %s::varchar[])"  # fmt: skip


class Subject(Scoped):
    """What a flow moves: a case, an application, a repair."""

    state = models.CharField(max_length=30)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # of the running stage
    steps_taken = models.PositiveIntegerField(default=0)

    shared: tuple[str, list[str]] | None = None  # where its parts lie and whom they concern
    loaded: dict[str, Any] | None = None  # its columns as the database has them

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **more: Any) -> Self:
        row = super().from_db(db, field_names, values, **more)
        if {"area", "holders"} <= set(field_names):
            row.shared = row.area, [*row.holders]
        row.loaded = {name: _kept(row.__dict__[name]) for name in field_names}
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.shared = self.loaded = None

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Writes what has changed. Whoever may see the subject may see its steps, clocks and to-dos too."""
        plain = not (self._state.adding or args or kwargs or update_fields is not None)
        pen = Pen()
        if plain and self.write(pen):
            pen.write()
            return
        new = self._state.adding
        super().save(*args, update_fields=update_fields, **kwargs)
        if update_fields is None:
            self.loaded = {
                f.attname: _kept(self.__dict__[f.attname]) for f in self._meta.concrete_fields
            }
        elif self.loaded is not None:
            saved = [f for f in self._meta.concrete_fields if f.name in {*update_fields}]
            self.loaded |= {f.attname: _kept(self.__dict__[f.attname]) for f in saved}
        if update_fields is None or {"area", "holders"} & {*update_fields}:
            self._share(pen, new)
            pen.write()

    def write(self, pen: Pen) -> bool:
        """What has changed, with the pen. False: nobody knows what has."""
        names = self._changed()
        if names is None or self.loaded is None:
            return False
        if names:
            pen.change(self, names)
            fields = [self._meta.get_field(name) for name in names]
            self.loaded |= {f.attname: _kept(self.__dict__[f.attname]) for f in fields}  # type: ignore[union-attr]
        if {"area", "holders"} & {*names}:
            self._share(pen, False)
        return True

    def _changed(self) -> list[str] | None:
        """Fields that differ from the row as it was read, with those made of them; None: nobody knows."""
        read, fields = self.loaded, self._meta.concrete_fields
        if read is None or len(read) < len(fields):
            return None
        names = {f.name for f in fields if self.__dict__[f.attname] != read[f.attname]}
        return [f.name for f in fields if f.name in names or _sources(type(self), f) & names]

    def _share(self, pen: Pen, new: bool) -> None:
        now = self.area, [*self.holders]
        if not new and self.shared != now:
            for table in _PARTS:
                pen.say(_SHARE.format(table), *now, self.pk, *now)
        self.shared = now


def _sources(model: type[models.Model], field: Any) -> set[str]:
    """Of which other fields a field is made."""
    if hasattr(field, "made_of"):
        return field.made_of(model)  # type: ignore[no-any-return]
    return {field.of} if hasattr(field, "of") else set()


def _kept(value: Any) -> Any:
    """The value as it is now, whatever is done to it later."""
    if isinstance(value, dict) or (
        value and isinstance(value, list) and isinstance(value[0], dict | list)
    ):
        return deepcopy(value)
    return [*value] if isinstance(value, list) else value


class Step(Scoped):
    """One move of one subject: the timeline, from which the state can be replayed."""

    flow = models.CharField(max_length=30)
    subject = models.UUIDField()
    seq = models.PositiveIntegerField()
    move = models.CharField(max_length=30)
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30)
    at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    # On whose post, where a deputy acted.
    lent_for = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    body = models.CharField(
        max_length=120, blank=True
    )  # the office that acted, as told to residents
    note = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    public = models.BooleanField(default=False)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "seq"], name="step_in_order"),
        ]
        indexes = [models.Index(fields=["flow", "at"], name="step_flow_at")]

    def __str__(self) -> str:
        return f"{self.seq} {self.move}"


class Clock(Scoped):
    """The time one stage had, when it ran, stood still and stopped. Never reset, only followed by another."""

    flow = models.CharField(max_length=30)
    subject = models.UUIDField()
    stage = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=14, choices=[(unit.value, unit.value) for unit in Unit])
    hours = models.CharField(max_length=30, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    pauses = models.JSONField(default=list)  # [[from, to or null], …] in ISO 8601
    stopped_at = models.DateTimeField(null=True)
    overdue_told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(stopped_at__isnull=True), name="clock_one_runs"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="clock_stops_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="clock_subject"),
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, overdue_told_at__isnull=True),
                name="clock_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.due_at}"

    @property
    def limit(self) -> Limit:
        return Limit(self.amount, Unit(self.unit))

    @property
    def spans(self) -> list[Pause]:
        """The pauses as instants."""
        from datetime import datetime  # noqa: PLC0415 -- only a parser

        return [
            Pause(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
            for start, end in self.pauses
        ]

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def on_time(self) -> bool | None:
        """Whether it stopped by its due time; None while it runs."""
        return None if self.stopped_at is None else self.stopped_at <= self.due_at


class Todo(Scoped):
    """Somebody's turn: of everybody with the capability in the area, or of one holder."""

    flow = models.CharField(max_length=30)
    subject = models.UUIDField()
    state = models.CharField(max_length=30)
    capability = models.CharField(max_length=60)
    turn = models.CharField(max_length=60, blank=True)  # "" = whoever has the capability there
    title = models.CharField(max_length=200)
    urgent = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "capability", "turn"],
                condition=Q(done_at__isnull=True),
                name="todo_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["turn", "due_at"], condition=Q(done_at__isnull=True), name="todo_turn"
            ),
            models.Index(
                fields=["area", "capability"],
                condition=Q(done_at__isnull=True),
                name="todo_open_area",
            ),
            models.Index(fields=["subject"], name="todo_subject"),
            models.Index(
                fields=["flow", "area"], condition=Q(done_at__isnull=True), name="todo_open_flow"
            ),
        ]

    def __str__(self) -> str:
        return self.title
