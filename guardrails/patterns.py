"""Patterns of the policy, compiled with RE2, and looked up in a message.

RE2 matches in time that grows with the length of the text alone. Equal patterns are compiled once
and searched once in each text, however many rules share them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import re2

from guardrails.data import POLICY, Source
from guardrails.lexicon import Lexicon
from guardrails.mapped import Mapped
from guardrails.normalise import Normal, Sentence

_UPPER = re2.compile(r"(?:\\[a-zA-Z](?:\{[^}]*\})?|[^A-Z\\])*[A-Z]")
# Above this a pattern forgets what it learned about texts and is slow until it has learned again.
_MEMORY = 1 << 25


def _options(dot_nl: bool) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = True
    options.log_errors = False
    options.never_capture = True
    options.dot_nl = dot_nl
    options.max_mem = _MEMORY
    return options


_LINES = _options(dot_nl=False)
_MESSAGE = _options(dot_nl=True)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One compiled expression; rules that use the same one share it, and its result for a message."""

    expression: str
    compiled: Any


class Search:
    """Looks parts up in one message, each in each text once."""

    def __init__(self, message: Normal) -> None:
        self.message = message
        self._found: dict[tuple[int, bytes], tuple[int, int] | None] = {}

    def span(self, part: Part, data: bytes) -> tuple[int, int] | None:
        """Return the bytes at which a part is found in a text, or None."""
        key = (id(part), data)
        if key not in self._found:
            match = part.compiled.search(data)
            self._found[key] = None if match is None else match.span()
        return self._found[key]

    def anywhere(self, parts: Iterable[Part]) -> bool:
        """Return whether any of the parts is found anywhere in the message."""
        return any(self.span(part, self.message.everything) is not None for part in parts)

    def within(self, parts: Iterable[Part], sentence: Sentence) -> bool:
        """Return whether any of the parts is found in any reading of a sentence."""
        # What is nowhere in the message is not in the sentence either: one search rules out most guards.
        return any(
            self.span(part, self.message.everything) is not None
            and any(self.span(part, data) is not None for data in sentence.data)
            for part in parts
        )

    def together(
        self, parts: Iterable[Part], readings: tuple[Mapped, ...], data: tuple[bytes, ...]
    ) -> tuple[int, int] | None:
        """Return where the first part is in the original if all of them are there, in whichever reading."""
        place: tuple[int, int] | None = None
        for part in parts:
            for reading, encoded in zip(readings, data, strict=True):
                span = self.span(part, encoded)
                if span is not None:
                    if place is None:
                        begin = len(encoded[: span[0]].decode())
                        place = reading.span(begin, begin + len(encoded[span[0] : span[1]].decode()))
                    break
            else:
                return None
        return place


class Compiler:
    """Turns patterns with slots into parts; each expression is compiled once."""

    def __init__(self, policy: Path = POLICY) -> None:
        self._lexicon = Lexicon.load(policy)
        self._parts: dict[tuple[str, bool], Part] = {}

    def part(self, expression: str, whole: bool = False) -> Part:
        """Return the one part for an expression; in a sentence ^ and $ are its ends."""
        key = (expression, whole)
        if key not in self._parts:
            mode, options = ("", _MESSAGE) if whole else ("(?m)", _LINES)
            self._parts[key] = Part(expression, re2.compile(f"{mode}(?:{expression})", options))
        return self._parts[key]

    def expression(
        self, source: Source, patterns: Iterable[str], path: tuple[str | int, ...], rule: str | None = None
    ) -> str:
        """Return one expression that matches what any of the patterns matches."""
        listed = list(patterns)
        expanded = [
            self._expand(pattern, source, (*path, number), rule) for number, pattern in enumerate(listed)
        ]
        joined = "|".join(f"(?:{one})" for one in expanded)
        try:
            empty = self.part(joined).compiled.search("") is not None
        except re2.error:
            empty = True
        if empty:
            # Only now is it worth the time to find out which of them it is.
            for number, (pattern, one) in enumerate(zip(listed, expanded, strict=True)):
                _check(pattern, one, source, (*path, number), rule)
        return joined

    def _expand(self, pattern: str, source: Source, path: tuple[str | int, ...], rule: str | None) -> str:
        if _UPPER.match(pattern) is not None:
            raise source.error(
                f"the pattern {pattern!r} has a capital letter, and messages are read in small letters",
                "Write it in small letters.",
                *path,
                rule=rule,
            )
        return self._lexicon.expand(pattern, source, *path, rule=rule)


def _check(
    pattern: str, expanded: str, source: Source, path: tuple[str | int, ...], rule: str | None
) -> None:
    try:
        compiled = re2.compile(expanded, _LINES)
    except re2.error as exc:
        reason = exc.args[0].decode() if exc.args and isinstance(exc.args[0], bytes) else str(exc)
        raise source.error(
            f"the pattern {pattern!r} cannot be read: {reason}",
            "Look-around and back-references are not known here; check brackets and backslashes.",
            *path,
            rule=rule,
        ) from exc
    if compiled.search("") is not None:
        raise source.error(
            f"the pattern {pattern!r} matches an empty text, so it matches everything",
            "Make at least one word of it required.",
            *path,
            rule=rule,
        )
