"""`demo`: the samples into the sandbox, end to end, on this machine only."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from importer.job import RunResult


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    help="Where the demo keeps its files; its earlier contents are replaced.",
)
@click.option(
    "--ats",
    type=click.Choice(["greenhouse", "lever", "teamtailor", "bamboohr"]),
    default="greenhouse",
    help="Whose rules apply.",
)
def command(folder: Path, ats: str) -> int:
    """Import the sample spreadsheet into a local ATS and leave a report."""
    from importer.cli.sandbox import import_sandbox
    from importer.cli.screen import say, show_result

    server_module = import_sandbox()
    from importer.sandbox.settings import SandboxSettings

    folder = folder.resolve()
    source, mapping = _lay_out(folder, ats)
    settings = SandboxSettings(ats=ats, limit=6_000, people=25)  # type: ignore[arg-type]  # click checked it
    with server_module.serve(settings, "127.0.0.1", 0) as server:
        say(f"A {ats} sandbox answers on this machine; importing {source.name} into it.")
        result = asyncio.run(_import(server, folder, source, mapping))
        show_result(result, "text", quiet=False)
        say(f"The sandbox took {len(server.store.created)} candidates and held 25 before.")
    say("")
    say("This was a rehearsal: nothing left this machine. Some rows need a person on purpose.")
    say(f"Report:   {result.paths.html}")
    if result.paths.fix:
        say(f"To fix:   {result.paths.fix}")
    return 0 if result.stop is None else result.exit_code


def _lay_out(folder: Path, ats: str) -> tuple[Path, Path]:
    """Put fresh copies of sample and mapping into the demo's folder."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / ".demo").exists():
            raise click.UsageError(f"{folder} holds other files; choose another --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / ".demo").write_text("Made by `candidate-import demo`; replaced each time.\n")
    origin = demo_files()
    source = folder / "candidates.xlsx"
    mapping = folder / f"{ats}.yaml"
    shutil.copyfile(origin / "samples" / source.name, source)
    shutil.copyfile(origin / "mappings" / mapping.name, mapping)
    return source, mapping


def demo_files() -> Path:
    """The folder that holds `samples` and `mappings`: in the package, or beside it."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_demo"
    return packed if packed.is_dir() else package.parent


async def _import(server: object, folder: Path, source: Path, mapping: Path) -> RunResult:
    from importer.job import Job
    from importer.loading import load_mapping
    from importer.pipeline import run
    from importer.settings import load_settings
    from importer.wiring import open_mapping_ledger, open_progress, open_workplace, read_sources

    settings = load_settings(
        flags={
            "base_url": server.base_url,  # type: ignore[attr-defined]
            "api_key": server.api_key,  # type: ignore[attr-defined]
            "connector_token": server.connector_token,  # type: ignore[attr-defined]
            "ledger": str(folder / ".candidate-import" / "ledger.sqlite3"),
            "report_dir": folder / "reports",
        },
        folder=folder,
    )
    plan = load_mapping(mapping)
    opened = read_sources([str(source)], plan.source, settings)
    with open_mapping_ledger(settings, mapping) as ledger:
        job = Job(plan, mapping.name, opened.sources, opened.unreadable)
        async with open_workplace(settings, ledger, open_progress()) as place:
            return (await run(job, place))[-1]
