"""A pad on which the checks of one file write findings by path, so that none of them counts lines."""

from __future__ import annotations

from bot.resources.findings import Finding, Severity
from bot.resources.loader import id_at
from bot.resources.positions import Path, Place, Positions


class Notes:
    """Collects the findings of one file."""

    def __init__(self, name: str, positions: Positions) -> None:
        self.name = name
        self.positions = positions
        self.findings: list[Finding] = []

    def error(self, rule: str, path: Path, message: str, mend: str, *, offset: int | None = None) -> None:
        """Write down an error at a value, or at a character of it."""
        self._write(Severity.ERROR, rule, path, message, mend, offset)

    def warn(self, rule: str, path: Path, message: str, mend: str, *, offset: int | None = None) -> None:
        """Write down a warning at a value, or at a character of it."""
        self._write(Severity.WARNING, rule, path, message, mend, offset)

    def _write(
        self, severity: Severity, rule: str, path: Path, message: str, mend: str, offset: int | None
    ) -> None:
        place: Place = self.positions.at(path) if offset is None else self.positions.within(path, offset)
        self.findings.append(
            Finding(rule, severity, self.name, *place, id_at(self.positions, path), message, mend)
        )

    def line(self, path: Path) -> int:
        """Return the line of a value, to point at it from another place."""
        return self.positions.at(path).line
