from django.utils.translation import gettext_lazy as _

from lifang.core.web.nav import Entry, register

register(
    Entry(
        "desk",
        "log",
        _("Log"),
        "audit:log",
        icon="list-check",
        capability="audit.see",
        order=85,
        bar=True,
    )
)
