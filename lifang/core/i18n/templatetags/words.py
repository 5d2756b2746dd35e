"""Numbers, amounts and instants as each language sets them: `{{ 20000|big }}`, `{{ 3|of:unit }}`."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from lifang.core.i18n import Text
from lifang.core.i18n.when import instant_text

register = template.Library()

TEN_THOUSAND, HUNDRED_MILLION = 10_000, 100_000_000


def _english() -> bool:
    return (get_language() or "zh").startswith("en")


@register.filter
def big(value: int | float | Decimal) -> str:
    """`12,345` in English; in Chinese `1.2万` and `3.4亿` once it is long enough to need counting."""
    number = Decimal(str(value))
    if _english() or abs(number) < TEN_THOUSAND:
        return f"{number:,}"
    size, word = (HUNDRED_MILLION, "亿") if abs(number) >= HUNDRED_MILLION else (TEN_THOUSAND, "万")
    return f"{(number / size).quantize(Decimal('0.1')).normalize():f}{word}"


@register.filter
def of(value: int | float | Decimal, unit: Text | str) -> str:
    """A number with its unit: `3件` and `3 cases`; Chinese puts no space between them."""
    word = str(unit)
    glued = bool(word) and "\u4e00" <= word[0] <= "\u9fff"
    return f"{big(value)}{word}" if glued else f"{big(value)}\u00a0{word}"


@register.filter
def instant(moment: datetime, now: datetime | None = None) -> str:
    """`10月9日（周五）16:30`, in the site's zone; with `now` the year is left out when it is this one."""
    year = timezone.localtime(now).year if now else None
    return str(instant_text(timezone.localtime(moment), year))
