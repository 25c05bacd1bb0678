"""How every command gets its parts: settings, guard, file, assistant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from bot.assistant import Assistant, Brain
from bot.clock import SystemClock
from bot.errors import SignpostError
from bot.resources.bundled import bundled_path
from bot.resources.library import Library
from guardrails import Guard, ModelError, PolicyError

errors = Console(stderr=True, highlight=False, soft_wrap=True)

EXIT_TROUBLE = 1
EXIT_UNUSABLE = 2


def stop(message: str, code: int = EXIT_UNUSABLE) -> NoReturn:
    """Print what is wrong on standard error and leave with an exit code."""
    errors.print(message, markup=False)
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class Parts:
    """A loaded assistant and the library it reads from."""

    assistant: Assistant
    library: Library
    guard: Guard


def load_guard() -> Guard:
    """Load the guard; leaves with exit code 2 when the packaged policy or weights are damaged."""
    try:
        return Guard.load()
    except (PolicyError, ModelError) as exc:
        stop(f"The guard cannot be loaded: {exc}")


def load_parts(resources: Path | None, *, state_dir: Path | None = None) -> Parts:
    """Load guard, file and assistant; leaves with exit code 2 when the file cannot be used."""
    guard = load_guard()
    path = resources or bundled_path()
    try:
        library = Library(path, guard=guard, state_dir=state_dir, clock=SystemClock())
        brain = Brain.load(guard)
    except SignpostError as exc:
        stop(str(exc))
    loaded = library.for_guild(None)
    if loaded.degraded and not loaded.entries:
        problems = [finding for finding in loaded.findings if finding.severity == "error"]
        for finding in problems[:20]:
            where = f"{finding.file}:{finding.line}:{finding.column}"
            errors.print(f"{where}: {finding.rule}: {finding.message} {finding.mend}", markup=False)
        stop(f"{path} cannot be used. `signpost check {path}` tells more.")
    return Parts(Assistant(brain, library.for_guild), library, guard)
