"""`signpost decide`: a batch of messages in, one decision a line out. Nothing is logged."""

from __future__ import annotations

import json
import sys
import time
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from pydantic import ValidationError
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.assistant import Assistant
from bot.cli.cases import MessageCase, decision_json
from bot.cli.start import EXIT_TROUBLE, errors, load_parts
from bot.clock import Clock, SystemClock


def decide(
    resources: Annotated[
        Path | None, typer.Option(help="The moderated file or folder; the bundled one if left out.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Country code for lines that name none, like US.", metavar="CC")
    ] = None,
) -> None:
    """Read messages as JSON Lines on standard input and write one decision a line.

    Example: echo '{"text": "are there online meetings?"}' | signpost decide --region US
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    parts = load_parts(resources)
    parts.assistant.warm()
    if not _decide_all(parts.assistant, sys.stdin.buffer, region.upper() if region else None, SystemClock()):
        raise typer.Exit(EXIT_TROUBLE)


def _decide_all(assistant: Assistant, lines: BinaryIO, region: str | None, clock: Clock) -> bool:
    clean = True
    columns = (SpinnerColumn(), TextColumn("{task.completed} messages"), TimeElapsedColumn())
    show = errors.is_terminal and not sys.stdout.isatty()
    with Progress(*columns, console=errors, transient=True, disable=not show) as progress:
        task = progress.add_task("decide", total=None)
        for raw in lines:
            if not raw.strip():
                continue
            result = decide_line(assistant, raw, region, clock)
            clean = clean and "error" not in result
            line = json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace")
            print(line.decode("utf-8"), flush=not show)
            progress.advance(task)
    return clean


def decide_line(assistant: Assistant, raw: bytes, region: str | None, clock: Clock) -> dict[str, Any]:
    """Return the decision for one line, or `{"id", "error"}` when the line cannot be read."""
    data: Any = None
    try:
        data = json.loads(raw.decode("utf-8-sig"))
        case = MessageCase.model_validate(data)
    except ValidationError as exc:
        return {"id": _id_of(data), "error": "; ".join(_problems(exc))}
    except (ValueError, RecursionError) as exc:
        return {"id": None, "error": f"not a line of JSON in UTF-8: {_brief(exc)}"}
    started = time.perf_counter()
    decision = assistant.decide(case.message(clock.now(), region))
    ms = (time.perf_counter() - started) * 1000
    return decision_json(case.id, decision, assistant.reply(decision, None), ms)


def _id_of(data: Any) -> str | int | None:
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str | int) else None


def _brief(exc: Exception) -> str:
    # json and codec errors may quote the line: only the kind and the place are passed on.
    if isinstance(exc, json.JSONDecodeError):
        return f"{exc.msg} at column {exc.colno}"
    if isinstance(exc, UnicodeDecodeError):
        return f"byte {exc.start + 1} is not UTF-8"
    return "nested too deeply" if isinstance(exc, RecursionError) else "a number is too long"


def _problems(exc: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in problem['loc']) or 'line'}: {problem['msg']}"
        for problem in exc.errors(include_url=False, include_input=False)
    ]
