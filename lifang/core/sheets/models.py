from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.sheets.terms import State, Verdict


class Import(Scoped):
    """One uploaded spreadsheet, from its check to the last row written.

    It lies nowhere (`area` is empty), so it is seen by its holder alone: whoever uploaded it.
    """

    within = models.CharField(max_length=15, db_collation="C", blank=True)  # where its rows may lie
    sheet = models.CharField(max_length=60)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=120)  # of the file
    size = models.PositiveIntegerField()
    fingerprint = models.BinaryField(max_length=32)  # keyed: the same file again is known
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in State])
    whole = models.BooleanField(default=False)  # all rows or none
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    heads = models.JSONField(default=list)  # [[title as written, column key or ""]]
    counts = models.JSONField(default=dict)  # rows by verdict
    written = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)  # rows an undo did not touch
    fault = models.JSONField(default=dict)  # {"reason", "facts"}: why the file was refused
    asked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)  # file and rows are gone, the counts stay

    class Meta:
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["area"], name="sheets_import_area"),
            GinIndex(fields=["holders"], name="sheets_import_holders"),
            models.Index(fields=["account", "-asked_at"], name="sheets_import_own"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="sheets_import_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DONE) | Q(finished_at__isnull=False),
                name="sheets_import_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.state}"

    @property
    def good(self) -> int:
        """Rows that a writing would touch."""
        return int(self.counts.get(Verdict.NEW, 0)) + int(self.counts.get(Verdict.CHANGED, 0))

    @property
    def bad(self) -> int:
        """Rows that it would leave."""
        return int(self.counts.get(Verdict.WRONG, 0)) + int(self.counts.get(Verdict.OUTSIDE, 0))


class Paper(models.Model):
    """The uploaded file, or the answer to it, sealed."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=6, choices=[("upload", "upload"), ("answer", "answer")])
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "kind"], name="sheets_paper_once")]

    def __str__(self) -> str:
        return self.kind


class Line(models.Model):
    """One row of the file: what it would do, and its values, faults and what stood before, sealed."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()  # as the spreadsheet counts
    verdict = models.CharField(max_length=8, choices=[(v.value, v.value) for v in Verdict])
    target = models.CharField(max_length=40, blank=True)
    content = models.BinaryField()
    written = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["of", "verdict", "number"], name="sheets_line_verdict"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="sheets_line_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=[v.value for v in Verdict]),
                name="sheets_line_verdict_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verdict}"
