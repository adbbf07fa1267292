"""What a person does in a workbook, done through LibreOffice's own API.

Run by a Python that has `uno` (not ours): `libreoffice_hand.py SOFFICE WORKBOOK < orders.json`.
Orders: `answers` [[column, value, use instead, remember]] for the sheet Decisions; `cells`
[[import_row, column, text]] for the sheet Fix; `delete` [import_row]; `insert` {column: text};
`sort_by` a column, downwards. The workbook is saved in place, as Excel's format.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.table import TableSortField


def setting(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer")


def used(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return cursor.RangeAddress.EndColumn + 1, cursor.RangeAddress.EndRow + 1


def headers(sheet):
    return {sheet.getCellByPosition(i, 0).String: i for i in range(used(sheet)[0])}


def answer(sheet, answers):
    places = headers(sheet)
    for row in range(1, used(sheet)[1]):
        key = [sheet.getCellByPosition(places[n], row).String for n in ("column", "value")]
        for column, value, instead, remember in answers:
            if key == [column, value]:
                sheet.getCellByPosition(places["use instead"], row).String = instead
                sheet.getCellByPosition(places["remember"], row).String = remember


def row_of(sheet, number):
    place = headers(sheet)["import_row"]
    for row in range(1, used(sheet)[1]):
        if sheet.getCellByPosition(place, row).String == str(number):
            return row
    raise SystemExit(f"no row {number}")


def mend(sheet, orders):
    places = headers(sheet)
    for number, column, text in orders["cells"]:
        sheet.getCellByPosition(places[column], row_of(sheet, number)).String = text
    for number in orders["delete"]:
        sheet.Rows.removeByIndex(row_of(sheet, number), 1)
    sheet.Rows.insertByIndex(3, 1)
    for column, text in orders["insert"].items():
        sheet.getCellByPosition(places[column], 3).String = text
    wide, high = used(sheet)
    field = TableSortField()
    field.Field, field.IsAscending = places[orders["sort_by"]], False
    by = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    rows = sheet.getCellRangeByPosition(0, 0, wide - 1, high - 1)
    rows.sort((setting("ContainsHeader", True), setting("SortFields", by)))


def main():
    soffice, workbook = sys.argv[1], Path(sys.argv[2]).resolve()
    orders = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as profile:
        pipe = "hand" + Path(profile).name
        office = subprocess.Popen(
            [
                soffice,
                f"-env:UserInstallation={Path(profile).as_uri()}",
                "--headless",
                "--norestore",
                "--nologo",
                f"--accept=pipe,name={pipe};urp;",
            ]
        )
        try:
            context = connect(pipe)
            desktop = context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
            hidden = (setting("Hidden", True),)
            book = desktop.loadComponentFromURL(workbook.as_uri(), "_blank", 0, hidden)
            answer(book.Sheets.getByName("Decisions"), orders["answers"])
            mend(book.Sheets.getByName("Fix"), orders)
            book.storeToURL(workbook.as_uri(), (setting("FilterName", "Calc MS Excel 2007 XML"),))
            book.close(True)
            desktop.terminate()
            office.wait(20)
        finally:
            office.kill()
            office.wait()


main()
