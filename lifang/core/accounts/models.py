from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from lifang.core.ids import new_id


class AccountKind(models.TextChoices):
    STAFF = "staff", "staff"
    RESIDENT = "resident", "resident"
    MACHINE = "machine", "machine"


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=username)


class Account(AbstractBaseUser):
    """One person's (or machine's) way in. Ids are never used again; a closed account stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    login = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=AccountKind.choices, default=AccountKind.STAFF)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="zh-hans")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["name"]
    objects = AccountManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="account_kind_known"
            ),
            models.CheckConstraint(condition=~Q(password=""), name="account_password_never_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's flag, kept as a dated fact
        return self.closed_at is None
