from django.db import models


class Outcome(models.TextChoices):
    DONE = "done", "done"
    REFUSED = "refused", "refused"
    SEEN = "seen", "seen"  # a sensitive look


class Entry(models.Model):
    """One line of the log: appended in the act's own transaction, chained to the line before it.

    Holds ids, codes and times, never names, identity numbers or free text.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    account = models.UUIDField(null=True)
    kind = models.CharField(max_length=10)
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    subject_type = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=40, blank=True)
    area = models.CharField(max_length=15, blank=True, db_collation="C")
    reason = models.CharField(max_length=60, blank=True)
    changes = models.JSONField(default=dict)
    algorithm = models.CharField(max_length=8)
    previous = models.BinaryField()
    digest = models.BinaryField(unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject"], name="entry_subject"),
            models.Index(fields=["account", "-at"], name="entry_account_at"),
            models.Index(fields=["action", "-at"], name="entry_action_at"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class Head(models.Model):
    """The end of the chain; its row lock gives the log one total order."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    digest = models.BinaryField()

    def __str__(self) -> str:
        return str(self.seq)


class Anchor(models.Model):
    """The head as it was told to somebody outside the operator's reach."""

    at = models.DateTimeField()
    seq = models.BigIntegerField()
    digest = models.BinaryField()
    told_to = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.seq} → {self.told_to}"
