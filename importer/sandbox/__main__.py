"""`python -m importer.sandbox`: the sandbox as a process of its own, for drills.

Lives here: flags and one line of JSON on standard output when it is ready. Must never live
here: behaviour. What a newcomer would question: people use `candidate-import sandbox`;
this door exists so that a drill can kill a server and start it again on the same port.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import get_args

from importer.errors import ImporterError
from importer.sandbox.server import serve
from importer.sandbox.settings import (
    ATS_NAMES,
    Answer,
    ConnectorSettings,
    Meta,
    SandboxSettings,
    parse_faults,
)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the flags."""
    parser = argparse.ArgumentParser(prog="python -m importer.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ats", choices=ATS_NAMES, default="greenhouse")
    parser.add_argument(
        "--token", action="append", default=[], help="a connector of this token; may be repeated"
    )
    parser.add_argument("--limit", type=int, default=200, help="a minute; 0: unlimited")
    parser.add_argument("--faults", type=parse_faults, default={}, help="NAME=SHARE,…")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=0, help="already in the ATS")
    parser.add_argument("--answer", choices=get_args(Answer), default="id")
    parser.add_argument("--meta", choices=get_args(Meta), default="ok")
    parser.add_argument("--meta-version", type=int, default=1)
    parser.add_argument("--honours-idempotency", action="store_true")
    parser.add_argument("--read-lag", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--sync-interval", type=float, default=86_400.0, metavar="SECONDS")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--clock-speed", type=float, default=1.0)
    parser.add_argument("--store", metavar="FILE", help="keep the people here (JSON lines)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; exit code 0, or 2 where it cannot begin."""
    try:
        args = build_parser().parse_args(arguments)
        settings = SandboxSettings(
            ats=args.ats,
            connectors=tuple(ConnectorSettings(token) for token in args.token),
            limit=args.limit or None,
            faults=args.faults,
            seed=args.seed,
            people=args.people,
            answer=args.answer,
            meta=args.meta,
            meta_version=args.meta_version,
            honours_idempotency=args.honours_idempotency,
            read_lag_s=args.read_lag,
            sync_interval_s=args.sync_interval,
            latency_s=args.latency,
            clock_speed=args.clock_speed,
            store=args.store,
        )
        with serve(settings, args.host, args.port) as server:
            ready = {
                "base_url": server.base_url,
                "api_key": server.api_key,
                "connector_token": server.connector_token,
            }
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            server.wait()
    except ImporterError as error:
        sys.stderr.write(f"{error.message} {error.hint}".strip() + "\n")
        return error.exit_code
    except KeyboardInterrupt:
        pass  # the usual way to end it
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
