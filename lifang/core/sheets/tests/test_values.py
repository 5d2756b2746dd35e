"""What people write in cells and above columns."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import Refusal, Refused
from lifang.core.i18n import text
from lifang.core.sheets import values
from lifang.core.sheets.catalogue import says
from lifang.core.sheets.declare import Column, Sheet
from lifang.core.sheets.heads import mapped
from lifang.core.sheets.opened import LOST
from lifang.core.sheets.reading import Opened, Page
from lifang.core.sheets.terms import Kind


def read(kind: Kind, cell: str, choices=None, **facts) -> str:
    column = Column("x", text("某列", "x"), kind=kind, **facts)
    value, fault = values.read(column, cell, values.lookup(choices or {}))
    return fault.reason if fault else value


@pytest.mark.parametrize(
    "written",
    [
        "1980-01-02", "1980-1-2", "1980.1.2", "1980/01/02", "1980年1月2日", "1980 年 01 月 02 日", "19800102",
        "１９８０．１．２", "一九八〇年一月二日", "一九八零年一月二号", "29222", "1980-01-02 00:00:00", "1980-01-02T08:30",
    ],
)  # fmt: skip
def test_a_day_is_read_in_the_forms_people_use(written):
    assert read(Kind.DATE, written) == "1980-01-02"


@pytest.mark.parametrize("written", ["八十岁以上", "1980年", "1980-13-01", "2月3日", "199", "3999-01-01", "1980-02-30", "不详"])  # fmt: skip
def test_what_is_no_day_is_refused_and_not_guessed(written):
    assert read(Kind.DATE, written) == "cell_date"


@given(st.dates(date(1850, 1, 1), date(2099, 12, 31)))
def test_every_day_written_in_chinese_numbers_comes_back(day):
    figures = "〇一二三四五六七八九"

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        head = "" if not tens else ("" if tens == 1 else figures[tens]) + "十"
        return head + (figures[ones] if ones else "")

    year = "".join(figures[int(c)] for c in f"{day.year:04}")
    assert values.day(f"{year}年{small(day.month)}月{small(day.day)}日") == day
    assert values.day(f"{day.year}.{day.month}.{day.day}") == day


@given(st.text(max_size=40))
def test_no_cell_breaks_the_reading_of_any_kind(cell):
    for kind in Kind:
        value, fault = values.read(Column("x", text("某列", "x"), kind=kind), cell, {})
        assert isinstance(value, str)
        assert fault is None or str(fault)


@pytest.mark.parametrize(
    ("kind", "cell", "wanted"),
    [
        (Kind.TEXT, "  张\u200b三 \n李四 ", "张三 李四"),
        (Kind.TEXT, "幸福路１２号（东区）Ａ座", "幸福路12号（东区）A座"),
        (Kind.TEXT, "=HYPERLINK(1)", "cell_formula"),
        (Kind.TEXT, "@SUM(1)", "cell_formula"),
        (Kind.TEXT, "+cmd|' /C calc'!A0", "cell_formula"),
        (Kind.TEXT, "-1-101", "-1-101"),
        (Kind.TEXT, "x" * 121, "cell_long"),
        (Kind.CODE, "３７０３０６１９８００１０１００１ｘ", "37030619800101001X"),
        (Kind.CODE, "'370306198001010019", "370306198001010019"),
        (Kind.CODE, "3.70306198001011E+17", "cell_digits_lost"),
        (Kind.CODE, f"{LOST}3.7030619800101113e+17", "cell_digits_lost"),
        (Kind.TELEPHONE, "+86 138-0000 0000", "13800000000"),
        (Kind.TELEPHONE, "（0533）2181234", "05332181234"),
        (Kind.TELEPHONE, "无", "cell_telephone"),
        (Kind.WHOLE, "1,200", "1200"),
        (Kind.WHOLE, "１２", "12"),
        (Kind.WHOLE, "1.5", "cell_whole"),
        (Kind.WHOLE, "-1", "cell_whole"),
        (Kind.TEXT, "（清空）", values.CLEARED),
        (Kind.TEXT, "   ", ""),
    ],
)
def test_a_cell_is_read_as_it_was_meant_or_refused(kind, cell, wanted):
    assert read(kind, cell) == wanted


def test_a_choice_is_known_by_code_by_name_and_by_the_half_that_names_one_thing():
    places = {"990101001": "990101001 大街街道", "990101001001": "990101001001 第1网格", "990101002001": "990101002001 第1网格"}  # fmt: skip
    assert read(Kind.CHOICE, "990101001", places) == "990101001"
    assert read(Kind.CHOICE, " 大街街道 ", places) == "990101001"
    assert read(Kind.CHOICE, "990101001001 第1网格", places) == "990101001001"
    assert read(Kind.CHOICE, "第1网格", places) == "cell_choice"  # two are called so
    assert read(Kind.CHOICE, "别处", places) == "cell_choice"
    assert read(Kind.CHOICE, "别处", places, loose=True) == "别处"


def test_a_check_of_the_column_has_the_last_word():
    assert read(Kind.TEXT, "abc", check=lambda value: Refusal("cell_whole")) == "cell_whole"


class People(Sheet):
    key, name, note, capability = "t.people", text("人员", "People"), text("", ""), "x"
    columns = (
        Column("identity", text("身份证号", "Identity number"), kind=Kind.CODE, others=("证件号码", "身份证")),
        Column("name", text("姓名", "Name"), required=True),
        Column("phone", text("电话", "Telephone"), others=("手机",), group=text("联系方式", "Contact")),
        Column("mail", text("电话", "Telephone"), group=text("单位", "Office")),
    )  # fmt: skip
    natural = ("identity",)


def heads(*rows: list[str], more: tuple[Page, ...] = ()):
    return mapped(Opened([Page("a", list(rows)), *more]), People())


def test_titles_are_known_in_both_languages_by_synonyms_wherever_they_stand():
    found = heads(["某社区人员花名册"], [], ["序号", "姓 名*", "手机（必填）", "证件号码", "备注"])
    assert found.row == 2
    assert found.columns == {"name": 1, "phone": 2, "identity": 3}
    assert found.left_out == ["序号", "备注"]
    assert heads(["NAME", "identity  number"]).columns == {"name": 0, "identity": 1}


def test_two_titles_alike_are_told_apart_by_the_merged_title_above():
    found = heads(["", "", "联系方式", "单位"], ["姓名", "身份证", "电话", "电话"])
    assert found.columns == {"name": 0, "identity": 1, "phone": 2, "mail": 3}


def test_the_second_of_two_equal_columns_is_left_out_and_told():
    found = heads(["姓名", "身份证", "身份证号"])
    assert found.columns == {"name": 0, "identity": 1}
    assert found.left_out == ["身份证号"]


def test_the_best_of_several_sheets_is_read():
    found = heads(["说明"], more=(Page("数据", [["姓名", "身份证号"], ["甲", "1"]]),))
    assert found.page.name == "数据"


@pytest.mark.parametrize("rows", [[], [["姓名", "备注"]], [["x"], ["y"]], [["姓名"], ["甲"]]])
def test_a_missing_column_is_named(rows):
    with pytest.raises(Refused) as told:
        heads(*rows)
    assert told.value.refusal.reason == "sheet_columns"
    assert told.value.refusal.facts["names"]


def test_totals_are_known_in_many_words():
    assert all(says("total", word) for word in ("合计", "合 计：", "总计", "Total", "SUM"))
    assert not says("total", "合计张")
