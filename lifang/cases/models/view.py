from django.db import models

from lifang.core.ids import new_id


class SavedView(models.Model):
    """A list of cases somebody looks at again: a name and the filters of its address."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name
