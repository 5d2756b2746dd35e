from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from lifang.core.i18n import Text
from lifang.core.i18n.templatetags.words import big, instant, of
from lifang.core.i18n.when import day_text

CASES = Text(zh="件", en="cases")


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "0", "0"),
        (9999, "9,999", "9,999"),
        (20_000, "2万", "20,000"),
        (12_345, "1.2万", "12,345"),
        (1_000_000, "100万", "1,000,000"),
        (340_000_000, "3.4亿", "340,000,000"),
        (Decimal("1.5"), "1.5", "1.5"),
    ],
)
def test_big_numbers_are_said_as_each_language_counts(value, chinese, english):
    with override("zh-hans"):
        assert big(value) == chinese
    with override("en"):
        assert big(value) == english


def test_chinese_puts_no_space_before_its_unit():
    with override("zh-hans"):
        assert of(3, CASES) == "3件"
    with override("en"):
        assert of(3, CASES) == "3\u00a0cases"


def test_an_instant_is_said_in_the_sites_zone_without_the_year_one_knows():
    at = datetime(2026, 10, 9, 8, 30, tzinfo=UTC)
    with override("zh-hans"):
        assert instant(at, at) == "10月9日（周五）16:30"
        assert instant(at) == "2026年10月9日（周五）16:30"
    with override("en"):
        assert instant(at, at) == "Fri 9 Oct 16:30"
    assert day_text(date(2027, 1, 1), 2026).en == "Fri 1 Jan 2027"
