"""Cuts a message into sentences: at end marks and at line ends, never at spaces.

Lines that are too short to be sentences, or that were wrapped by an editor, are offered a second
time put together, so that a line break in the middle of a question hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"[.!?\u3002\uff01\uff1f\u061f\u0964]+[\"')\]*_]*(?=\s|$)|[\u3002\uff01\uff1f\u061f\u0964]+|\n+"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|vs|e\.?g|i\.?e|etc|approx|no|max|min|[a-z])\.$"
)
_SHORT_WORDS = 3
_WRAPPED_LENGTH = 60
_JOINED_LINES = 8
_FINISHED = re.compile(r"[.!?:;\u3002][\"')\]]*$")
_LIST_MARK = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s")


def split(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the begin and end of every sentence, and whether it was joined from several lines."""
    plain = list(_sentences(text))
    yield from ((begin, end, False) for begin, end in plain)
    yield from ((begin, end, True) for begin, end in _joined(text, plain))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for mark in _END.finditer(text):
        end = mark.start() if mark.group()[0] == "\n" else mark.end()
        if mark.group() == "." and _ABBREVIATION.search(text, max(begin, end - 10), end):
            continue
        if text[begin:end].strip():
            yield begin, end
        begin = mark.end()
    if text[begin:].strip():
        yield begin, len(text)


def _joined(text: str, plain: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(plain):
        last = first
        while (
            last + 1 < len(plain)
            and last - first < _JOINED_LINES
            and _runs_on(text, plain[last], plain[last + 1])
        ):
            last += 1
        if last > first:
            yield plain[first][0], plain[last][1]
        first = last + 1


def _runs_on(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """Return whether a sentence seems to go on in the next line."""
    between = text[line[1] : following[0]]
    here, there = text[line[0] : line[1]], text[following[0] : following[1]]
    if "\n" not in between or "\n\n" in between or _FINISHED.search(here) or _LIST_MARK.match(there):
        return False
    short = len(here.split()) <= _SHORT_WORDS or len(there.split()) <= _SHORT_WORDS
    return short or len(here) >= _WRAPPED_LENGTH
