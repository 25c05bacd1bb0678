"""YAML text into nodes that know where they stand, safely and with every value kept as written.

Nothing is resolved by YAML's own rules, so `on`, `no`, `0800` and `12:30` stay the text that a
person typed; the models say later what is a date or a number. The nodes are built from parser
events in a loop, so depth, aliases and size are bounded here and cannot exhaust the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.resources.positions import ListNode, MapNode, Node, TextNode
from bot.resources.syntax import Problem, explain_syntax

MAX_DEPTH = 30
"""Levels of nesting; a resources file needs six."""

MAX_ALIAS_WEIGHT = 1_000_000
"""Characters that aliases (`*name`) may repeat in all; a bomb repeats billions."""

_PLAIN_TAGS = frozenset(
    {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
)
_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PARSER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Broken(Exception):
    """The text cannot be read to its end; carries the problem that stopped it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    node: ListNode | MapNode
    anchor: str | None
    key: TextNode | None = None
    skip_value: bool = False
    merges: list[Node] = field(default_factory=list)


def compose(source: str) -> tuple[Node | None, list[Problem]]:
    """Return the root node (None for a file without content) and all problems that do not stop it.

    Raises `Broken` at the first place where the text cannot be understood any more.
    """
    bad = _BAD_CHARACTER.search(source)
    if bad is not None:
        raise Broken(
            Problem(
                "schema/control-character",
                bad.start(),
                f"An invisible control character (U+{ord(bad[0]):04X}) stands here.",
                "Delete it; if the file looks damaged, take an older copy.",
            )
        )
    try:
        return _Composer(source).run()
    except yaml.MarkedYAMLError as exc:
        raise Broken(explain_syntax(exc, source)) from exc
    except yaml.YAMLError as exc:
        raise Broken(
            Problem(
                "schema/syntax", 0, "The file is not valid YAML.", "Take an older copy and redo the edit."
            )
        ) from exc


class _Composer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.alias_weight = 0

    def run(self) -> tuple[Node | None, list[Problem]]:
        documents = 0
        events: Iterator[Any] = yaml.parse(self.source, Loader=_PARSER)
        for event in events:
            kind = type(event)
            start = event.start_mark.index
            if kind is yaml.ScalarEvent:
                self.tag(event.tag, start)
                style = event.style
                node = TextNode(
                    event.value,
                    style is None or style == "",
                    start,
                    event.end_mark.index,
                    1 + len(event.value),
                )
                if style == '"' and _BAD_CHARACTER.search(event.value):
                    self.problem(
                        "schema/control-character",
                        start,
                        "A backslash code makes a control character.",
                        "Remove the code.",
                    )
                self.add(node, event.anchor)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.tag(event.tag, start)
                self.open(MapNode(start) if kind is yaml.MappingStartEvent else ListNode(start), event.anchor)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.close(event.end_mark.index)
            elif kind is yaml.AliasEvent:
                self.alias(event.anchor, start)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.problem(
                        "schema/several-documents",
                        start,
                        "A second document starts here (---).",
                        "Remove the --- line; everything belongs into one document.",
                    )
                    break
        return self.root, self.problems

    def problem(self, rule: str, index: int, message: str, mend: str) -> None:
        self.problems.append(Problem(rule, index, message, mend))

    def tag(self, tag: str | None, start: int) -> None:
        if tag not in _PLAIN_TAGS:
            self.problem(
                "schema/tag",
                start,
                f"The tag {tag} is not allowed; tags are never carried out.",
                "Remove it, or put a text that starts with ! in double quotes.",
            )

    def open(self, node: ListNode | MapNode, anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise Broken(
                Problem(
                    "schema/too-deep",
                    node.start,
                    f"More than {MAX_DEPTH} levels stand inside each other.",
                    "A resources file needs six levels; remove the extra brackets or indentation.",
                )
            )
        self.stack.append(_Open(node, anchor))

    def close(self, end: int) -> None:
        frame = self.stack.pop()
        frame.node.end = end
        if isinstance(frame.node, MapNode):
            for merged in frame.merges:
                self.merge(frame.node, merged)
        self.add(frame.node, frame.anchor)

    def alias(self, name: str, start: int) -> None:
        node = self.anchors.get(name)
        if node is None:
            inside = any(frame.anchor == name for frame in self.stack)
            what = "repeats the block it stands in" if inside else "points at nothing"
            raise Broken(
                Problem(
                    "schema/alias",
                    start,
                    f"*{name} {what}.",
                    "Put a text that starts with a star in double quotes, or write the value out.",
                )
            )
        self.alias_weight += node.weight
        if self.alias_weight > MAX_ALIAS_WEIGHT:
            raise Broken(
                Problem(
                    "schema/alias-bomb",
                    start,
                    f"The aliases (*{name} and others) repeat more than {MAX_ALIAS_WEIGHT:,} characters.",
                    "Write the values out instead of repeating them by alias.",
                )
            )
        self.add(node, None)

    def add(self, node: Node, anchor: str | None) -> None:
        """Put a finished node where it belongs: the root, a list, a key, or a key's value."""
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        parent = frame.node
        parent.weight += node.weight
        if isinstance(parent, ListNode):
            parent.items.append(node)
        elif frame.key is None and not frame.skip_value:
            self.key(frame, node)
        else:
            if frame.key is not None:
                if frame.key.text == "<<" and frame.key.plain:
                    frame.merges.extend(node.items if isinstance(node, ListNode) else [node])
                else:
                    parent.pairs[frame.key.text] = (frame.key, node)
            frame.key, frame.skip_value = None, False

    def key(self, frame: _Open, node: Node) -> None:
        assert isinstance(frame.node, MapNode)
        if not isinstance(node, TextNode):
            self.problem(
                "schema/key",
                node.start,
                "A list or block stands where a key should be.",
                "A key is one plain word followed by a colon.",
            )
            frame.skip_value = True
        elif (first := frame.node.pairs.get(node.text)) is not None:
            line = self.source.count("\n", 0, first[0].start) + 1
            self.problem(
                "schema/duplicate-key",
                node.start,
                f"The key '{node.text}' stands here a second time; the first is in line {line}.",
                "Keep one of the two.",
            )
            frame.skip_value = True
        else:
            frame.key = node

    def merge(self, node: MapNode, merged: Node) -> None:
        """Lay a `<<` mapping under a mapping: what stands in the mapping itself wins."""
        if not isinstance(merged, MapNode):
            self.problem(
                "schema/merge",
                merged.start,
                "<< can only take in another block of keys.",
                "Remove the << line and write the keys out.",
            )
            return
        for name, pair in merged.pairs.items():
            node.pairs.setdefault(name, pair)
