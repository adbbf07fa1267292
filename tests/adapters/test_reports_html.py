"""report.html: one safe, small, accessible file."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_runs import BAD_SOURCE, TIMELINE, cells, given, made_rows, source, summary_of

from importer.adapters.reports import charts, write_reports
from importer.adapters.reports.html import SIZE_LIMIT
from importer.core.codes import CODES
from importer.core.model import Outcome, Problem, Severity
from importer.core.results import ReportRow, RowProblem

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EVIL = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">"\'&{{7*7}}'


def write(folder: Path, rows: list[ReportRow], **changes: object) -> str:
    summary = summary_of(rows, **changes)
    return write_reports(folder, summary, given(rows), {}, formats=["html"]).html


def text_of(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def full_run(folder: Path) -> str:
    """Every section of the page filled."""
    rows = made_rows(120)
    notes = Problem("years", "Years of two digits were read as 20xx.", "", Severity.NOTE, "Start")
    base = summary_of(rows)
    first = replace(base.problems[0], state="open", since="2026-10-28T02:00:00Z")
    return write(
        folder,
        rows,
        problems=(first, *base.problems[1:], replace(notes, count=12, rows=[(0, 4)])),
        resolved=(replace(first, state="resolved"),),
        drift=("The option 'Agency' of Source is gone: 12 rows used it.",),
        new_columns=("Preferred office",),
        warnings=("The connector's sync is 26 hours old.",),
        side_effects=(("Sends no e-mail to the candidate.", "the vendor's API page"),),
        timeline=TIMELINE,
        skipped={"repeated_header": [(0, 9), (0, 10)]},
        budget={**base.budget, "ends_at": "2026-11-03T02:06:00Z"},
        attachments={"sent": 3, "pending": 1, "failed": 0},
    )


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return full_run(tmp_path_factory.mktemp("page"))


def test_the_page_tells_all_of_a_run(page_path):
    text = text_of(page_path)
    for said in (
        "14 of 120 rows need a person; 94 created, 12 unchanged.",
        "Acme Staffing",
        "Greenhouse",
        "(production)",
        "2026-11-03 02:00 UTC",
        "120 rows = 94 created + 12 unchanged + 12 rejected + 1 refused + 1 in doubt",
        "open since 2026-10-28",
        "What was resolved",
        "Preferred office",
        "The option &#39;Agency&#39; of Source is gone",
        "mailto removed",
        "Sheet &#39;Notes&#39; was not read",
        "repeated header: 2 lines",
        "Sends no e-mail to the candidate.",
        "Source: the vendor&#39;s API page",
        "201 × 44",
        "Limit a minute",
        "Planned: 52 calls (create 44, read 8), done by 2026-11-03 02:06 UTC",
        "SHA-256 " + "ab" * 32,
        "3 sent, 1 pending, 0 failed",
        "Years of two digits",
    ):
        assert said in text


def test_the_page_names_nothing_outside_itself(page_path):
    text = text_of(page_path)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?!#)""", text)
    assert "@import" not in text
    assert "url(" not in text
    assert " style=" not in text
    assert "default-src 'none'" in text.replace("&#39;", "'")


def test_a_quiet_night_has_no_empty_sections(tmp_path):
    rows = [ReportRow(0, 2, cells(1), Outcome.UNCHANGED)]
    text = text_of(write(tmp_path, rows, cleaned={}, left_out=(), skipped={}, problems=()))
    assert "Nothing new: the one row is settled by earlier runs." in text
    for absent in (
        "h-people",
        "h-problems",
        "h-since",
        "h-look",
        "h-cleaned",
        "h-left",
        "h-effects",
    ):
        assert f'id="{absent}"' not in text


def test_an_empty_run_is_told(tmp_path):
    text = text_of(write(tmp_path, [], sources=(), source_rows=()))
    assert "The source holds no rows" in text


def test_a_hundred_thousand_rows_stay_below_a_megabyte(tmp_path):
    """Counts are exact, the first 1,000 rows are listed, long texts are cut."""
    long = RowProblem("c", "Source", "m" * 5_000, "h" * 5_000, Severity.ERROR)
    bad = [
        ReportRow(0, n, ("x" * 500,) * 6, Outcome.REJECTED, problems=(long,) * 9)
        for n in range(2, 3_002)
    ]
    summary = summary_of([])
    problems = [
        Problem(f"c{n % 200}", "m" * 900, "h" * 900, Severity.ERROR, "A", "", f"v{n}", 1, [(0, n)])
        for n in range(20_000)
    ]
    counts = {**summary.counts, "rows": 100_000, "rejected": 3_000, "created": 97_000}
    good = ReportRow(0, 9, cells(1), Outcome.CREATED, "id")

    def rows() -> Iterator[ReportRow]:
        yield from bad
        for _ in range(97_000):
            yield good

    summary = replace(summary, counts=counts, problems=problems, exit_code=1)
    path = write_reports(tmp_path, summary, rows, {}, formats=["html"]).html
    assert Path(path).stat().st_size <= SIZE_LIMIT
    text = text_of(path)
    assert "3,000 of 100,000 rows need a person" in text
    listed = re.search(r"The first ([\d,]+) of 3,000; all of them are in fix.xlsx", text)
    assert listed
    assert text.count("<tr data-o=") == int(listed[1].replace(",", ""))


def test_values_of_one_problem_share_a_card_and_keep_what_is_their_own(tmp_path):
    def found(value: str | None, code: str = "unknown-decision", **more: Any) -> Problem:
        given: dict[str, Any] = {"column": "Source", "hint": "Pick one.", "count": 1, **more}
        return Problem(code, f"about {value}", value=value, rows=[(0, 7)], **given)

    text = text_of(
        write(
            tmp_path,
            made_rows(4),
            problems=(
                found("Linkdin", suggestion="LinkedIn", state="new"),
                found("zzz", state="open", since="2026-10-01"),
                found(None, "same-person", column=None, hint="one"),
                found(None, "same-person", column=None, hint="two"),
            ),
        )
    )
    assert "2 rows, 2 values" in text
    assert CODES["unknown-decision"] in text
    assert "Did you mean LinkedIn?" in text
    assert "row 7 · open since 2026-10-01" in text
    assert "about zzz" not in text
    assert text.count("about None") == 2
    assert "two" in text


def test_the_first_thousand_rows_are_listed(tmp_path):
    rows = [replace(made_rows(4)[3], row=n) for n in range(2, 1_502)]
    text = text_of(write(tmp_path, rows, problems=()))
    assert text.count("<tr data-o=") == 1_000
    assert "The first 1,000 of 1,500" in text


def test_several_sources_are_told_apart(tmp_path):
    rows = [replace(made_rows(4)[3], source=n) for n in (0, 1)]
    sources = (source("in/a.csv"), source("C:\\in\\b.xlsx", sheet="Jan"))
    text = text_of(write(tmp_path, rows, sources=sources, source_rows=(1, 1)))
    assert "rows a.csv 5, b.xlsx [Jan] 5" in text
    assert '<th scope="row">b.xlsx [Jan] 5' in text


# --- in a real browser ------------------------------------------------------------------------

OpenPage = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def open_page(path: str, *, width: int = 1200, scheme: Any = "light") -> Any:
            viewport: Any = {"width": width, "height": 900}
            page: Any = chromium.new_context(viewport=viewport, color_scheme=scheme).new_page()
            page.troubles = []

            def note_request(asked: Any) -> None:
                if not asked.url.startswith("file:"):
                    page.troubles.append(asked.url)

            page.on("console", lambda said: page.troubles.append(said.text))
            page.on("pageerror", lambda error: page.troubles.append(str(error)))
            page.on("request", note_request)
            page.goto(Path(path).as_uri())
            return page

        yield open_page
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light")], ids=str
)
def test_axe_finds_nothing_and_nothing_is_cut_off(browser, page_path, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser(page_path, width=width, scheme=scheme)
    for details in page.locator("details").all():
        details.evaluate("d => { d.open = true; }")
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.troubles == []


@pytest.mark.browser
def test_rows_are_found_by_words_and_outcome(browser, page_path):
    page = browser(page_path)
    page.get_by_label("Find", exact=True).fill("ada@ EXAMPLE")
    assert page.get_by_role("status").inner_text() == "1 of 14 rows shown"
    assert page.locator("#people tbody tr:visible").count() == 1
    page.get_by_label("Find", exact=True).fill("")
    page.get_by_label("Outcome", exact=True).select_option("in doubt")
    assert page.get_by_role("status").inner_text() == "1 of 14 rows shown"
    assert page.troubles == []


@pytest.mark.browser
def test_the_page_is_used_by_keyboard(browser, page_path):
    page = browser(page_path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the results"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.browser
def test_nothing_that_a_cell_holds_ever_runs(browser, tmp_path):
    bad = RowProblem("c", EVIL, EVIL, EVIL, Severity.ERROR)
    rows = [ReportRow(0, 2, (EVIL,) * 6, Outcome.REJECTED, problems=(bad,))]
    group = Problem(
        EVIL, EVIL, EVIL, column=EVIL, value=EVIL, count=1, rows=[(0, 2)], since=EVIL, state="open"
    )
    path = write(
        tmp_path,
        rows,
        problems=(group,),
        resolved=(group,),
        run_id=EVIL,
        started_at=EVIL,
        finished_at=EVIL,
        connector=EVIL,
        customer=EVIL,
        ats=EVIL,
        environment=EVIL,
        sources=(source(EVIL, sheet=EVIL, sha256=EVIL),),
        mapping_path=EVIL,
        cleaned={EVIL: 1},
        left_out=(EVIL,),
        drift=(EVIL,),
        side_effects=((EVIL, EVIL),),
        warnings=(EVIL,),
        new_columns=(EVIL,),
        skipped={EVIL: [(0, 3)]},
        budget={"calls": 1, "by_purpose": {EVIL: 1}, "ends_at": EVIL},
        version=EVIL,
    )
    page = browser(path)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert page.troubles == []
    assert "49" not in page.locator("h1").inner_text()


@pytest.mark.browser
def test_print_shows_fifty_rows_and_says_so(browser, tmp_path):
    rows = [replace(made_rows(4)[3], row=n, problems=(BAD_SOURCE,)) for n in range(2, 82)]
    page = browser(write(tmp_path, rows))
    page.emulate_media(media="print")
    assert page.locator("#people tbody tr:visible").count() == 50
    assert page.get_by_text("Printed: the first 50.").is_visible()
    assert not page.locator("#find").is_visible()


# --- charts -----------------------------------------------------------------------------------

LONG = [(0.0, 0, 0), (60.0, 150, 200), (120.0, 300, 380)]


def test_a_run_of_minutes_has_a_pace():
    course = charts.course_of(LONG)
    assert course == charts.Course(
        "minutes",
        (charts.Point(1.0, 150, 200, 200.0), charts.Point(2.0, 300, 380, 180.0)),
    )
    long = charts.course_of([(float(s), s, s) for s in range(36_001)])
    assert (long.unit, len(long.points)) == ("hours", 60)
    assert long.points[-1] == charts.Point(10.0, 36_000, 36_000, 60.0)


def test_a_burst_of_seconds_is_told_as_a_sum_and_not_as_a_pace():
    course = charts.course_of([(0.0, 0, 0), (1.0, 9, 10), (1.5, 150, 162)])
    assert course.unit == "seconds"
    assert not course.has_pace
    assert course.points[-1] == charts.Point(1.5, 150, 162)


@pytest.mark.parametrize("timeline", [[], [(0.0, 0, 0)], [(5.0, 1, 1), (5.0, 2, 2)]])
def test_a_timeline_without_length_is_not_drawn(timeline):
    assert charts.course_of(timeline).points == ()
    assert charts.draw(charts.course_of(timeline), 200) == ()


def test_charts_are_svg_that_a_strict_page_takes():
    pytest.importorskip("vl_convert")
    drawings = charts.draw(charts.course_of(LONG), 200)
    short = charts.draw(charts.course_of([(0.0, 0, 0), (0.5, 1, 2), (1.0, 2, 4)]), 200)
    assert (len(drawings), len(short)) == (2, 2)
    for svg in drawings + short:
        assert svg.startswith('<svg aria-hidden="true"')
        assert "style=" not in svg
        assert "var(--accent)" in svg
        assert len(svg) < 20_000
    assert "var(--bad)" in drawings[0]
    assert "var(--bad)" not in short[0]


def test_without_the_plotting_library_the_page_has_its_table(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    text = text_of(write(tmp_path, made_rows(4), timeline=TIMELINE))
    assert "<svg" not in text
    assert "<details open><summary>The same as a table" in text


def test_figures_that_cannot_be_drawn_leave_the_table():
    pytest.importorskip("vl_convert")
    nonsense = charts.Point(1.0, 1, 1, "fast")  # type: ignore[arg-type]
    assert charts.draw(charts.Course("x", (nonsense,) * 2), None) == ()
