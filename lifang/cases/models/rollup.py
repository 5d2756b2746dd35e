from django.db import models


class Rollup(models.Model):
    """How many cases of a place (an area of any level, or a holder) are something, now or on a local day or hour.

    Kept by the cases' events; what each case is counted as stands in `Counted`. No person, so it needs no wall.
    """

    place = models.CharField(max_length=60, db_collation="C")
    what = models.CharField(max_length=40, db_collation="C")
    slot = models.CharField(max_length=8, blank=True, db_collation="C")  # "", YYMMDD or YYMMDDHH
    n = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "what", "slot"], name="rollup_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.what} {self.slot} {self.n}"


class Counted(models.Model):
    """As what a case is counted now: its next event takes this away and puts in what it has become."""

    case = models.UUIDField(
        primary_key=True
    )  # no foreign key: it may outlive nothing and holds nothing
    area = models.CharField(max_length=15, db_collation="C")
    state = models.CharField(max_length=30)
    level = models.CharField(max_length=8)
    matter = models.CharField(max_length=12)
    opened = models.CharField(max_length=6)
    handled = models.CharField(max_length=6, blank=True)
    on_time = models.BooleanField(default=False)
    closed = models.CharField(max_length=6, blank=True)
    solved = models.BooleanField(default=False)
    due = models.CharField(max_length=8, blank=True)
    turns = models.TextField(blank=True)  # whose turn for what: `desk:370306001 cases.accept;…`

    def __str__(self) -> str:
        return f"{self.case} {self.state}"
