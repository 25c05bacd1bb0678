"""A moderated YAML file into models, with the place of every key and value, and all its errors.

Nothing here judges what the file says; that is the work of `rail.py` and `check.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.resources.compose import Broken, compose
from bot.resources.explain import explain
from bot.resources.findings import Finding, Severity, in_order
from bot.resources.positions import ListNode, MapNode, Node, Place, Positions, TextNode
from bot.resources.schema import ResourceFile
from bot.resources.source import UNREADABLE, Source, decode, read_source
from bot.resources.syntax import Problem

F = TypeVar("F", bound=BaseModel)

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Parsed(Generic[F]):
    """What came of a file: the model, or None with the errors that say why."""

    name: str
    file: F | None
    findings: tuple[Finding, ...]
    positions: Positions
    digest: str

    @property
    def readable(self) -> bool:
        """Whether there was a text to look at, right or wrong."""
        return not any(finding.rule in UNREADABLE for finding in self.findings)


Loaded = Parsed[ResourceFile]


def load(path: Path) -> Loaded:
    """Read a `resources.yaml`; whatever is wrong with it comes back as findings."""
    return parse(read_source(path), ResourceFile)


def load_bytes(data: bytes, name: str) -> Loaded:
    """Read the bytes of a `resources.yaml`; whatever is wrong with them comes back as findings."""
    return parse(decode(data, name), ResourceFile)


def parse(source: Source, model: type[F]) -> Parsed[F]:
    """Turn a text into a model and report every error in it, not only the first."""
    if source.finding is not None:
        return Parsed(source.name, None, (source.finding,), Positions(""), source.digest)
    positions = Positions(source.text)
    try:
        root, problems = compose(source.text)
    except Broken as exc:
        findings = (_finding(source.name, positions, exc.problem),)
        return Parsed(source.name, None, findings, positions, source.digest)
    positions = Positions(source.text, root)
    found = [_finding(source.name, positions, problem) for problem in problems]
    file: F | None = None
    if isinstance(root, MapNode):
        try:
            file = model.model_validate(_value(root))
        except ValidationError as exc:
            found += _schema_findings(exc, model, source.name, positions)
        found += _duplicate_ids(root, source.name, positions)
    else:
        found.append(_not_a_file(root, source, positions))
    return Parsed(source.name, None if found else file, in_order(found), positions, source.digest)


def _value(node: Node) -> Any:
    """Return plain data in which every scalar is the text that a person wrote."""
    if isinstance(node, TextNode):
        return None if node.plain and node.text in _NOTHING else node.text
    if isinstance(node, ListNode):
        return [_value(item) for item in node.items]
    return {key: _value(value) for key, (_, value) in node.pairs.items()}


def _finding(name: str, positions: Positions, problem: Problem) -> Finding:
    line, column = positions.place(problem.index)
    return Finding(problem.rule, Severity.ERROR, name, line, column, None, problem.message, problem.mend)


def _schema_findings(
    exc: ValidationError, model: type[BaseModel], name: str, positions: Positions
) -> list[Finding]:
    findings = []
    errors = exc.errors(include_url=False)
    wrong_inside = {error["loc"][:-1] for error in errors}
    for error in errors:
        # A wrong item does not count as an item; saying "too few" as well would mislead.
        if error["type"] == "too_short" and error["loc"] in wrong_inside:
            continue
        rule, path, message, mend, at_key = explain(error, model)
        place = positions.key(path) if at_key else positions.at(path)
        findings.append(Finding(rule, Severity.ERROR, name, *place, id_at(positions, path), message, mend))
    return findings


def id_at(positions: Positions, path: tuple[str | int, ...]) -> str | None:
    """Return the id of the entry or help line that a path lies in, if it has one."""
    if len(path) >= 2 and path[0] in ("entries", "referrals"):
        node = positions.node((*path[:2], "id"))
        return node.text if isinstance(node, TextNode) else None
    return None


def _duplicate_ids(root: MapNode, name: str, positions: Positions) -> list[Finding]:
    findings = []
    for part in ("entries", "referrals"):
        seen: dict[str, Place] = {}
        rows = positions.node((part,))
        for index in range(len(rows.items) if isinstance(rows, ListNode) else 0):
            node = positions.node((part, index, "id"))
            if not isinstance(node, TextNode):
                continue
            place = positions.place(node.start)
            if node.text in seen:
                message = f"The id '{node.text}' is used twice; the first is in line {seen[node.text].line}."
                mend = "Give this one another id."
                findings.append(
                    Finding("schema/duplicate-id", Severity.ERROR, name, *place, node.text, message, mend)
                )
            seen.setdefault(node.text, place)
    return findings


def _not_a_file(root: Node | None, source: Source, positions: Positions) -> Finding:
    mend = "Begin it with version: 1, then community: and entries:."
    empty = root is None or (isinstance(root, TextNode) and root.plain and root.text in _NOTHING)
    if empty and not source.text.strip():
        rule, message = "schema/empty", "The file is empty."
    elif empty:
        rule, message = "schema/empty", "The file holds only comments."
    else:
        what = "a list" if isinstance(root, ListNode) else "one text"
        rule, message = "schema/not-a-mapping", f"The file is {what}; it should be a block of keys."
    place = positions.place(root.start) if root is not None and not empty else Place(1, 1)
    return Finding(rule, Severity.ERROR, source.name, *place, None, message, mend)
