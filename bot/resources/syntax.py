"""What a YAML parser complains about, in plain words from `syntax.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a character of the file; `path` is not known at this level."""

    rule: str
    index: int
    message: str
    mend: str


@cache
def _syntax_rows() -> tuple[dict[str, str], ...]:
    text = (files("bot.resources") / "syntax.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text)["problems"])


def explain_syntax(exc: yaml.MarkedYAMLError, source: str) -> Problem:
    """Return a parser's complaint in plain words, at the place where a person has to look."""
    said, context = exc.problem or "", exc.context or ""
    index = exc.problem_mark.index if exc.problem_mark else 0
    start = exc.context_mark.index if exc.context_mark else index
    char = source[index : index + 1]
    for row in _syntax_rows():
        if row["problem"] in said and row.get("context", "") in context and row.get("char", char) == char:
            place = start if row.get("place") == "start" else index
            shown = source[place : place + 1].strip()
            return Problem(
                row.get("rule", "schema/syntax"),
                min(place, max(len(source) - 1, 0)),
                row["what"].replace("{char}", shown),
                row["mend"],
            )
    raise AssertionError("the last row of syntax.yaml matches everything")
