"""A webhook on this machine, and a person's hand in a fix workbook."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import openpyxl


class Phone:
    """A webhook that keeps what it is told, and may be out of order."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.status = 200
        phone = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                phone.messages.append(f"{body['title']}\n{body['message']}")
                self.send_response(phone.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def take(self) -> list[str]:
        """What was told since the last time."""
        told, self.messages = self.messages, []
        return told


def correct(path: Path, cells: dict[tuple[int, str], str]) -> None:
    """Set cells of the sheet *Fix* by row and header, and save the workbook in place."""
    book = openpyxl.load_workbook(path)
    sheet = book["Fix"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for (row, name), text in cells.items():
        sheet.cell(row, columns[name]).value = text
    book.save(path)
    book.close()
