"""A text whose every character knows the place in the original that it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text made from another one, with the begin and end there of each of its characters."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def sub(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str] | str) -> Mapped:
        """Return this text with each match replaced; new characters stand for the whole match."""
        if pattern.search(self.text) is None:
            return self
        return self.replaced(
            (match.start(), match.end(), new if isinstance(new, str) else new(match))
            for match in pattern.finditer(self.text)
        )

    def replaced(self, changes: Iterable[tuple[int, int, str]]) -> Mapped:
        """Return this text with spans replaced, given in order and apart from each other."""
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for begin, end, new in changes:
            parts += (self.text[done:begin], new)
            starts += self.starts[done:begin]
            ends += self.ends[done:begin]
            if end > begin:
                starts += [self.starts[begin]] * len(new)
                ends += [self.ends[end - 1]] * len(new)
            done = end
        parts.append(self.text[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        return Mapped("".join(parts), tuple(starts), tuple(ends))

    def cut(self, begin: int, end: int) -> Mapped:
        """Return one part of this text."""
        return Mapped(self.text[begin:end], self.starts[begin:end], self.ends[begin:end])

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the place in the original text that a part of this text stands for."""
        if not self.starts:
            return 0, 0
        if end <= begin:
            at = self.starts[begin] if begin < len(self.starts) else self.ends[-1]
            return at, at
        return min(self.starts[begin:end]), max(self.ends[begin:end])
