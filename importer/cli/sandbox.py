"""`sandbox`: a local ATS to try things with."""

from __future__ import annotations

from types import ModuleType

import click

from importer.errors import SettingsError


@click.command("sandbox")
@click.option(
    "--ats",
    type=click.Choice(["greenhouse", "lever", "teamtailor", "bamboohr"]),
    default="greenhouse",
    help="Whose rules apply.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=8025, help="0: any free one.")
@click.option("--limit", type=click.IntRange(min=0), default=200, help="A minute; 0: unlimited.")
@click.option("--faults", default="", metavar="NAME=SHARE,…", help="Such as drop_after=0.05.")
@click.option("--people", type=click.IntRange(min=0), default=0, help="Already in the ATS.")
@click.option(
    "--read-lag", type=float, default=0.0, metavar="SECONDS", help="Until new people show."
)
@click.option("--clock-speed", type=float, default=1.0, help="Sandbox seconds in a real one.")
@click.option("--meta-version", type=int, default=1, help="Which of the ATS's schemas.")
@click.option("--answer", default="id", help="What a create answers: id, no-id, empty, …")
@click.option("--honours-idempotency", is_flag=True, help="Heed the idempotency key.")
@click.option("--store", metavar="FILE", help="Keep the people here (JSON lines).")
def command(
    ats: str,
    port: int,
    limit: int,
    faults: str,
    people: int,
    read_lag: float,
    clock_speed: float,
    meta_version: int,
    answer: str,
    honours_idempotency: bool,
    store: str | None,
) -> int:
    """Serve a local ATS on this machine until Ctrl-C; nothing leaves it."""
    server_module = import_sandbox()
    from importer.sandbox.settings import SandboxSettings, parse_faults

    settings = SandboxSettings(
        ats=ats,  # type: ignore[arg-type]  # click has checked it
        limit=limit or None,
        faults=parse_faults(faults) if faults else {},
        people=people,
        read_lag_s=read_lag,
        clock_speed=clock_speed,
        meta_version=meta_version,
        answer=answer,  # type: ignore[arg-type]  # checked by the settings
        honours_idempotency=honours_idempotency,
        store=store,
    )
    with server_module.serve(settings, "127.0.0.1", port) as server:
        click.echo(f"A {ats} sandbox answers on {server.base_url}. In another terminal:")
        click.echo("")
        for name, value in (
            ("BINDBEE_BASE_URL", server.base_url),
            ("BINDBEE_API_KEY", server.api_key),
            ("BINDBEE_CONNECTOR_TOKEN", server.connector_token),
        ):
            click.echo(f"  export {name}={value}")
        click.echo("\n(Windows: `set` instead of `export`.) Ctrl-C stops it.")
        try:
            server.wait()
        except KeyboardInterrupt:
            click.echo("Stopped.")
    return 0


def import_sandbox() -> ModuleType:
    """The sandbox's server module.

    Raises:
        SettingsError: The extra `sandbox` is not installed.
    """
    try:
        import importer.sandbox.server as module
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("importer"):
            raise
        raise SettingsError(
            "The sandbox needs an extra that is not installed.",
            hint='Install it: pip install "candidate-import[sandbox]".',
        ) from error
    return module
