"""Any order of nights, kills, faults, edits and decisions: rows add up and nobody is sent twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from pipeline_kit import MAPPING, Fate, Office

from importer.core.model import Outcome
from importer.core.readback import SYNC_MARGIN_S, parse_time

FAULTS = st.lists(
    st.sampled_from(
        [
            "ok",
            "drop_before",
            "drop_after",
            "cut_after",
            "error_before",
            "error_after",
            "html_502_after",
            "success_false",
            "too_many",
            "refuse",
        ]
    ),
    max_size=6,
)
BAD = "no address"


class PipelineMachine(RuleBasedStateMachine):
    """One spreadsheet and its ATS. `wanted` are the people who may be there, each once.

    What may be drawn depends on what was drawn before and never on what came of it: when
    exactly a kill strikes is for the machine to decide, and no two times alike.
    """

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.rows: list[list[str]] = []
        self.wanted: set[str] = set()
        self.fix: Path | None = None
        self.nights = 0
        self.has_tags = True

    def teardown(self) -> None:
        try:
            if self.rows:
                self.come_to_rest()
        finally:
            self.office.close()

    # --- what people do ----------------------------------------------------------------------

    @rule(count=st.integers(1, 4), kind=st.sampled_from(["whole", "no e-mail", "bad e-mail"]))
    def add_rows(self, count: int, kind: str) -> None:
        """New people below the others."""
        for number in range(len(self.rows), len(self.rows) + count):
            email = {"whole": f"person{number}@example.com", "no e-mail": "", "bad e-mail": BAD}
            name = f"Given{number}"
            phone = f"020 7946 0{number % 1000:03}"
            self.rows.append([name, f"Family{number}", email[kind], phone, "one"])
            if kind != "bad e-mail":
                self.wanted.add(name)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def edit_a_row(self, data: st.DataObject) -> None:
        """Another cell than identity: nobody is new, and doubt is not edited away."""
        row = data.draw(st.sampled_from(self.rows))
        row[4] = "two" if row[4] == "one" else "one"

    @rule()
    def edit_the_mapping(self) -> None:
        """A column more or less makes nobody new."""
        self.has_tags = not self.has_tags
        tags = '  tags: {column: Tags, split: ","}\n'
        self.office.map(MAPPING if self.has_tags else MAPPING.replace(tags, ""))

    @precondition(lambda self: self.nights)
    @rule(skips=st.booleans())
    def mend(self, skips: bool) -> None:
        """Rejected rows are set aside or corrected in fix.xlsx; the source keeps them."""
        if self.fix is None:
            return
        book = openpyxl.load_workbook(self.fix)
        sheet = book["Fix"]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for number in range(2, sheet.max_row + 1):
            name = sheet.cell(number, columns["First name"]).value
            if sheet.cell(number, columns["E-mail"]).value != BAD:
                continue
            if skips:
                sheet.cell(number, columns["decision"]).value = "skip"
            else:
                mended = f"{name}@example.com".lower()
                sheet.cell(number, columns["E-mail"]).value = mended
                self.wanted.add(name)
        book.save(self.office.folder / "fix.xlsx")
        book.close()
        self.fix = None
        self.night(file="fix.xlsx")

    # --- what happens ------------------------------------------------------------------------

    @precondition(lambda self: self.rows)
    @rule(faults=FAULTS)
    def spend_a_night(self, faults: list[str]) -> None:
        """A run, with some answers lost or refused."""
        self.office.server.change(script=tuple(faults))
        self.night()

    @precondition(lambda self: self.rows)
    @rule(faults=FAULTS, steps=st.integers(1, 90), is_after=st.booleans())
    def be_killed(self, faults: list[str], steps: int, is_after: bool) -> None:
        """A run dies before or after any step of ledger or network."""
        self.office.server.change(script=tuple(faults))
        self.night(fate=Fate(steps, is_after=is_after))
        self.office.pass_time(200.0)  # the lock of the dead runs out

    @rule(lag_s=st.sampled_from([0.0, 600.0]))
    def lag(self, lag_s: float) -> None:
        """The read side shows what is new at once, or after a sync."""
        self.office.server.change(read_lag_s=lag_s)

    @rule()
    def be_synced(self) -> None:
        self.office.pass_time(7_200.0)

    @precondition(lambda self: self.nights)
    @rule()
    def reconcile(self) -> None:
        self.office.write(self.rows)
        self.office.reconcile()
        self.look()

    @precondition(lambda self: self.nights)
    @rule()
    def tell_by_hand(self) -> None:
        """A person looks doubtful rows up in the ATS and says what is there."""
        self.office.write(self.rows)
        self.office.reconcile()
        made = {p.key: p.id for p in self.office.server.store.created}
        doubtful = self.office.doubtful()
        numbers = Counter(row.row for row in doubtful)
        told = {str(r.row): made.get(r.key, "") for r in doubtful if numbers[r.row] == 1}
        if told:
            self.office.reconcile(told)
        assert len(self.office.doubtful()) == len(doubtful) - len(told)
        self.look()

    # --- what always holds -------------------------------------------------------------------

    def night(self, *, file: str = "people.csv", fate: Fate | None = None) -> None:
        """One run; nobody in doubt is sent in it unless a sync proved that they never arrived."""
        office = self.office
        self.nights += 1
        office.write(self.rows)
        doubtful = office.doubtful() if self.has_ledger else []
        there = {p.key for p in office.server.store.created}
        known = len(office.server.store.received)
        results = office.run(file=file, fate=fate)
        for result in results or ():
            counts = dict(result.summary.counts)
            assert counts.pop("rows") == sum(counts.values())
            needs_fix = counts[Outcome.REJECTED.value]
            self.fix = Path(result.paths.fix) if result.paths.fix and needs_fix else None
        sent = {r.key for r in office.server.store.received[known:]}
        for row in doubtful:
            if row.key in sent:
                assert row.key not in there
                assert office.last_sync() > parse_time(row.attempted_at) + SYNC_MARGIN_S
        self.look()

    @property
    def has_ledger(self) -> bool:
        return (self.office.folder / ".candidate-import" / "ledger.sqlite3").exists()

    def look(self) -> None:
        """Nobody is in the ATS twice, nobody is there who should not be."""
        held = self.office.held()
        assert not [name for name, count in held.items() if count > 1]
        assert held.keys() <= self.wanted

    def come_to_rest(self) -> None:
        """Without faults, and with a person who looks, everybody is there once."""
        office = self.office
        office.server.change(seed=1, read_lag_s=0.0)  # a new seed forgets planned faults
        for _ in range(8):
            office.pass_time(7_200.0)
            office.write(self.rows)
            results = office.run(retry_refused=True)
            self.tell_by_hand()
            if results and results[-1].stop is None and not self.missing():
                break
        assert not self.missing()
        self.look()

    def missing(self) -> set[str]:
        """Who should be there and is not; corrections that were cut short are not the source's."""
        held = self.office.held()
        return {row[0] for row in self.rows if row[2] != BAD} - held.keys()


TestPipelineMachine = PipelineMachine.TestCase
TestPipelineMachine.settings = settings(
    max_examples=6,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
