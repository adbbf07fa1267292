"""Entry point of `candidate-import` and `python -m importer`."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with its code."""
    from importer.cli import run_command

    run_command()


if __name__ == "__main__":
    main()
