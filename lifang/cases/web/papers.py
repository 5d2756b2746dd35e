"""Tables as files: Excel by XlsxWriter, Word by python-docx, PDF by Typst. No template is a binary."""

import io
import json
from pathlib import Path
from typing import Any

import typst
import xlsxwriter

TEMPLATE = Path(__file__).parent / "bulletin.typ"
MARGIN_MM = 22
CHINESE = "SimSun"  # the usual font of official papers; Word takes another where it is missing


def as_xlsx(paper: Any) -> bytes:
    """One sheet, the tables one below another; counts and shares stay numbers for whoever goes on counting."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})  # fmt: skip
    heads = {False: book.add_format({"bold": True, "bottom": 1}), True: book.add_format({"bold": True, "bottom": 1, "align": "right"})}  # fmt: skip
    large = book.add_format({"bold": True, "font_size": 16})
    head = book.add_format({"bold": True, "font_size": 12})
    formats = {"share": book.add_format({"num_format": "0.00%"}), "count": book.add_format({"num_format": "#,##0"}), "none": book.add_format({"align": "right"})}  # fmt: skip
    sheet = book.add_worksheet()
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 3, 22)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, paper.title, large)
    sheet.write_string(1, 0, paper.period)
    sheet.write_string(2, 0, paper.made)
    row = 4
    for section in paper.sections:
        sheet.write_string(row, 0, section.heading, head)
        for column, label in enumerate(section.header):
            sheet.write_string(row + 1, column, label, heads[column in section.numbers])
        row += 2
        for cells in section.rows or [[section.note]]:
            for column, cell in enumerate(cells):
                _write(sheet, row, column, cell, column in section.numbers, formats)
            row += 1
        row += 1
    for note in paper.notes:
        sheet.write_string(row, 0, note)
        row += 1
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, cell: str, number: bool, formats: dict[str, Any]) -> None:  # fmt: skip
    plain = cell.replace(",", "").removeprefix("+")
    if number and plain.removesuffix("%").replace(".", "", 1).isdigit():
        share = plain.endswith("%")
        value = float(plain.removesuffix("%")) / 100 if share else int(plain)
        sheet.write_number(row, column, value, formats["share" if share else "count"])
    else:
        sheet.write_string(row, column, cell, formats["none"] if number else None)


def as_docx(paper: Any) -> bytes:
    """A Word document with real headings and tables."""
    from docx import Document  # noqa: PLC0415 -- takes most of a second to load
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, RGBColor  # noqa: PLC0415

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(MARGIN_MM)
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
        style.font.color.rgb = RGBColor(0, 0, 0)
    document.add_heading(paper.title, level=1)
    document.add_paragraph(f"{paper.period}\n{paper.made}")
    for section in paper.sections:
        document.add_heading(section.heading, level=2)
        if not section.rows:
            document.add_paragraph(section.note)
            continue
        _docx_table(document, section)
    for note in paper.notes:
        document.add_paragraph(note)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _docx_table(document: Any, section: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    table = document.add_table(rows=0, cols=len(section.header), style="Table Grid")
    table.autofit = False
    whole = (210 - 2 * MARGIN_MM) / sum(section.widths)
    for column, share in enumerate(section.widths):
        table.columns[column].width = Mm(whole * share)
    for number, cells in enumerate([section.header, *section.rows]):
        line = table.add_row().cells
        for column, cell in enumerate(cells):
            paragraph = line[column].paragraphs[0]
            paragraph.add_run(cell).bold = number == 0
            line[column].width = Mm(whole * section.widths[column])
            if column in section.numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 -- again on each page


def as_pdf(paper: Any) -> bytes:
    """A4 by Typst, in the Chinese fonts of the machine; the words go in as data, never as markup."""
    told = {
        "title": paper.title,
        "period": paper.period,
        "made": paper.made,
        "notes": paper.notes,
        "sections": [
            {"heading": one.heading, "header": one.header, "rows": one.rows, "numbers": list(one.numbers), "note": one.note,
             "widths": list(one.widths)}
            for one in paper.sections
        ],
    }  # fmt: skip
    made = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"paper": json.dumps(told, ensure_ascii=False)})  # fmt: skip
    return bytes(made)
