"""Where every key and value of a YAML file stands, and where a character of a value stands.

The nodes are what `compose.py` builds. Line and column are worked out only when somebody asks,
because most values of a large file are never complained about.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way to a value: keys and list positions, for example ("entries", 3, "questions", 0)."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_BLOCK_HEADER = re.compile(r"[|>][^\r\n]*(?:\r\n|\n|\r)")
_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?P<fold>\r\n|\n|\r)[ \t]*|(?P<one>.))"
)


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


# The nodes are not frozen: half a million are built from a large file, and a frozen dataclass
# takes three times as long to build. Nothing changes them after `compose` has returned.
@dataclass(slots=True)
class TextNode:
    """A scalar, kept as the person wrote it; `plain` when it stands without quotes."""

    text: str
    plain: bool
    start: int
    end: int
    weight: int = 1


@dataclass(slots=True)
class ListNode:
    """A sequence of values."""

    start: int
    end: int = 0
    items: list[Node] = field(default_factory=list)
    weight: int = 1


@dataclass(slots=True)
class MapNode:
    """A mapping; a repeated key is reported and the first one counts."""

    start: int
    end: int = 0
    pairs: dict[str, tuple[TextNode, Node]] = field(default_factory=dict)
    weight: int = 1


Node = TextNode | ListNode | MapNode


class Positions:
    """Answers where a value, a key or a part of a value stands in the file."""

    def __init__(self, source: str, root: Node | None = None) -> None:
        self.source = source
        self.root = root
        self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(source))]

    def place(self, index: int) -> Place:
        """Return line and column of a character of the file."""
        line = bisect_right(self._line_starts, max(index, 0))
        return Place(line, max(index, 0) - self._line_starts[line - 1] + 1)

    def line_text(self, line: int) -> str:
        """Return a line of the file without its end; empty when there is no such line."""
        if not 1 <= line <= len(self._line_starts):
            return ""
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.source)
        return self.source[self._line_starts[line - 1] : end].rstrip("\r\n")

    def node(self, path: Sequence[str | int]) -> Node | None:
        """Return the node at a path, or None when the file has no such value."""
        node = self.root
        for step in path:
            if isinstance(node, MapNode) and isinstance(step, str) and step in node.pairs:
                node = node.pairs[step][1]
            elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def at(self, path: Sequence[str | int]) -> Place:
        """Return where a value starts; the nearest value around it when it is missing."""
        for length in range(len(path), -1, -1):
            node = self.node(path[:length])
            if node is not None:
                return self.place(node.start)
        return Place(1, 1)

    def key(self, path: Sequence[str | int]) -> Place:
        """Return where the key of a value stands; for an item of a list, the item itself."""
        parent = self.node(path[:-1]) if path else None
        if isinstance(parent, MapNode) and path[-1] in parent.pairs:
            return self.place(parent.pairs[str(path[-1])][0].start)
        return self.at(path)

    def within(self, path: Sequence[str | int], offset: int) -> Place:
        """Return where a character of a text value stands in the file.

        The offset counts in the value without its outer white space, which is how the models
        keep it.
        """
        node = self.node(path)
        if not isinstance(node, TextNode):
            return self.at(path)
        stripped = len(node.text) - len(node.text.lstrip())
        return self.place(self._source_index(node, offset + stripped))

    def _source_index(self, node: TextNode, offset: int) -> int:
        """Walk value and source side by side: quotes, escapes, folding and indents differ."""
        raw = self.source[node.start : node.end]
        at = 0
        style = "" if node.plain else raw[:1]
        if style in ("|", ">"):
            header = _BLOCK_HEADER.match(raw)
            at = header.end() if header else 0
        elif style in ('"', "'"):
            at = 1
        for char in node.text[: max(offset, 0)]:
            at = _step(raw, at, char, style)
        while at < len(raw) and raw[at].isspace():
            at += 1
        return node.start + min(at, max(len(raw) - 1, 0))


def _step(raw: str, at: int, char: str, style: str) -> int:
    """Return the place in the source after the source of one character of the value.

    Folding turns a line end and its indent into one space or none, so white space is only ever
    skipped, never counted.
    """
    blank = char.isspace()
    while not blank and at < len(raw) and raw[at].isspace():
        at += 1
    if style == '"':
        while (escape := _ESCAPE.match(raw, at)) is not None:
            at = escape.end()
            if escape["fold"] is None:
                return at
    if blank:
        return at + 1 if raw[at : at + 1].isspace() else at
    return at + (2 if style == "'" and raw.startswith("''", at) else 1)
