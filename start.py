"""Set everything up with nothing but Python, then do one thing.

    python start.py            import the samples into the built-in sandbox, leave a report
    python start.py tests      run the tests
    python start.py setup      only set up, for daily use

Makes a virtual environment in `.venv` beside this file and installs the project into it.
Only the standard library is used here, because nothing else is there yet.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Set up what the wish needs and carry it out."""
    wish = arguments[0] if arguments else "demo"
    if wish not in ("demo", "tests", "setup"):
        print(__doc__)
        return 2
    if sys.version_info < OLDEST:
        have = ".".join(str(n) for n in sys.version_info[:3])
        print(f"This needs Python 3.11 or newer; {sys.executable} is {have}.")
        print("Install it from https://www.python.org/downloads/ and call this file with it.")
        return 2
    try:
        set_up("dev" if wish == "tests" else "use")
    except subprocess.CalledProcessError as error:
        print(f"Setting up failed in: {' '.join(map(str, error.cmd[2:]))}")
        print("If this machine has no way to the Python Package Index, that is the reason.")
        return 1
    if wish == "tests":
        # Many tests wait for a server or a clock, so more of them run than there are cores.
        spread = ["-n", str(2 * (os.cpu_count() or 1)), "--dist", "worksteal"]
        return subprocess.call([PYTHON, "-m", "pytest", *spread, *arguments[1:]], cwd=HERE)
    if wish == "demo":
        return subprocess.call([PYTHON, "-m", "importer", "demo", *arguments[1:]], cwd=HERE)
    print(f"Ready: {BIN / 'candidate-import'} --help")
    return 0


def set_up(purpose: str) -> None:
    """Make the environment and install the project, unless that was done already.

    Args:
        purpose: `use` for what a user needs, `dev` for the tests besides.
    """
    stamp = VENV / f".set-up-for-{purpose}"
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print("Setting up (once; a minute or two) …", flush=True)
    if not PYTHON.exists():
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (subprocess.CalledProcessError, ModuleNotFoundError):
            print("This Python has no `venv`; on Debian and Ubuntu: apt install python3-venv.")
            raise
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--upgrade", "pip>=25.1"], check=True)
    extra = [] if purpose == "use" else ["--group", f"{HERE / 'pyproject.toml'}:dev"]
    subprocess.run(
        [*pip, "install", "--quiet", "--editable", f"{HERE}[sandbox,charts]", *extra], check=True
    )
    stamp.write_text(wanted)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
