from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from lifang.core.accounts.terms import AccountKind
from lifang.core.crypto.fields import BlindIndex, SealedText
from lifang.core.ids import new_id

__all__ = [
    "Account",
    "AccountKind",
    "Factor",
    "OneTimeCode",
    "RecoveryCode",
    "Reset",
    "Session",
    "Tries",
]


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=username, closed_at=None)


class Account(AbstractBaseUser):
    """One person's (or machine's) way in. Ids are never used again; a closed account stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    login = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=AccountKind.choices, default=AccountKind.STAFF)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="zh-hans")
    # The area whose administrators look after it; "" is the whole platform.
    area = models.CharField(max_length=15, blank=True, db_collation="C")
    telephone = SealedText(null=True, blank=True)
    telephone_key = BlindIndex(of="telephone", purpose="accounts.telephone", form="telephone")
    email = SealedText(null=True, blank=True)
    password_set_at = models.DateTimeField(null=True, blank=True)
    password_issued = models.BooleanField(default=False)  # by somebody else: to be changed first
    opened_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["name"]
    objects = AccountManager()

    class Meta:
        indexes = [models.Index(fields=["area"], name="account_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["login"], condition=Q(closed_at=None), name="account_login_once"
            ),
            models.UniqueConstraint(
                fields=["telephone_key"],
                condition=Q(closed_at=None, kind=AccountKind.RESIDENT),
                name="account_resident_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="account_kind_known"
            ),
            models.CheckConstraint(condition=~Q(password=""), name="account_password_never_empty"),
            models.CheckConstraint(
                condition=~Q(kind=AccountKind.MACHINE) | Q(password__startswith="!"),  # noqa: S106 -- Django's mark of none
                name="account_machine_without_password",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's flag, kept as dated facts
        return self.closed_at is None and self.locked_at is None


class Factor(models.Model):
    """The authenticator of an account; a code of a step is good once, so the last step is kept."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="factor")
    secret = SealedText()
    enrolled_at = models.DateTimeField()
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"factor of {self.account_id}"


class RecoveryCode(models.Model):
    """A way in when the authenticator is lost: good once, kept as a keyed fingerprint."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="recovery_codes")
    fingerprint = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.account_id}"


class Session(models.Model):
    """A browser that is known. The cookie's key is kept as a digest: a stolen dump opens no session."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.BinaryField(max_length=32, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="sessions")
    content = models.BinaryField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    idle_seconds = models.PositiveIntegerField()
    source = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class Tries(models.Model):
    """Bad tries at one door from one source, and until when it stays shut."""

    door = models.BinaryField(
        max_length=32
    )  # a fingerprint: people type passwords into the wrong field
    source = models.CharField(max_length=45)
    bad = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "source"], name="tries_once")]

    def __str__(self) -> str:
        return f"{self.bad} from {self.source}"


class OneTimeCode(models.Model):
    """A code sent to a telephone: ten minutes, once, and few tries."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    telephone_key = models.BinaryField(max_length=32)
    fingerprint = models.BinaryField(max_length=32)
    source = models.CharField(max_length=45, blank=True)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["telephone_key", "-sent_at"], name="code_telephone"),
            models.Index(fields=["source", "-sent_at"], name="code_source"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Reset(models.Model):
    """A new way in for somebody who lost theirs: one administrator asks, another one confirms."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="resets")
    area = models.CharField(max_length=15, blank=True, db_collation="C")
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(confirmed_at=None, dropped_at=None),
                name="reset_one_open",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")),
                name="reset_by_two",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("account")),
                name="reset_not_by_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"reset of {self.account_id}"
