"""What is wrong with a moderated file: one `Finding` for each place that needs a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error makes `check` fail; a warning only asks for a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, with the place, what is wrong, and how to mend it.

    `line` and `column` count from 1. `entry` is the id of the entry or help line it belongs to,
    None when it belongs to the file.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    column: int
    entry: str | None
    message: str
    mend: str

    def as_json(self) -> dict[str, str | int | None]:
        """Return the finding as the JSON object that `check --format json` prints."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "entry": self.entry,
            "message": self.message,
            "mend": self.mend,
        }

    def as_line(self) -> str:
        """Return the finding in one line, the place first, as editors and moderators read it."""
        return f"{self.file}:{self.line}:{self.column}: {self.message} {self.mend} [{self.rule}]"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without repeats in the order of the file."""
    return tuple(sorted(set(findings), key=lambda f: (f.file, f.line, f.column, f.rule, f.message)))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)
