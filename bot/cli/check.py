"""`signpost check` and `signpost schema`: what is wrong with a moderated file, and what may be in it."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.errors import SignpostError
from bot.resources import check as lint
from bot.resources.findings import Finding, has_errors
from bot.resources.json_schema import json_schema
from bot.resources.report import Format, render
from bot.resources.source import UNREADABLE
from guardrails import Guard, ModelError, PolicyError

EXIT_ERRORS = 1
EXIT_UNREADABLE = 2

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A resources.yaml, or a folder with one for each server.")
    ],
    form: Annotated[
        Format, typer.Option("--format", help="text for people, json, github (annotations) or sarif.")
    ] = Format.TEXT,
    today: Annotated[
        str | None, typer.Option(metavar="DATE", help="Judge reviews as of this day (2026-11-25).")
    ] = None,
) -> None:
    """Tell what is wrong with a resources file, where, and how to mend it.

    Exit codes: 0 no errors (warnings are allowed), 1 errors, 2 the file cannot be read.

    Example: signpost check resources.yaml
    """
    day = _day(today)
    files = _files(file)
    try:
        guard = Guard.load()
    except (PolicyError, ModelError) as exc:
        _stop(f"The guard cannot be loaded, so nothing can be checked: {exc}")
    findings: list[Finding] = []
    try:
        for path in files:
            findings += lint.check(path, guard, day)
    except SignpostError as exc:
        _stop(str(exc))
    typer.echo(render(findings, form, [str(path) for path in files]))
    if any(finding.rule in UNREADABLE for finding in findings):
        raise typer.Exit(EXIT_UNREADABLE)
    if has_errors(findings):
        raise typer.Exit(EXIT_ERRORS)


def schema() -> None:
    """Print the JSON Schema of resources.yaml, which editors use to help while you type.

    Example: signpost schema > resources.schema.json
    """
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
    # A folder without files is left to the loader, which says that it is a folder.
    return files or [path]


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"'{text}' is not a date; write it like 2026-11-25.", param_hint="--today")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_UNREADABLE)
