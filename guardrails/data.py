"""Reads the policy files, and remembers the line of everything in them.

A policy file is YAML that a moderator edits, so every complaint names the file, the line, the rule
and how to mend it. Nothing here knows what a rule means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

POLICY = Path(__file__).parent / "policy"
"""The packaged policy folder."""


class PolicyError(Exception):
    """A policy file cannot be used: says where, in which rule, what is wrong and how to mend it."""

    def __init__(
        self,
        file: str,
        what: str,
        mend: str,
        *,
        rule: str | None = None,
        line: int | None = None,
    ) -> None:
        self.file = file
        self.what = what
        self.mend = mend
        self.rule = rule
        self.line = line
        where = file if line is None else f"{file}:{line}"
        about = f" rule {rule}:" if rule else ""
        super().__init__(f"{where}:{about} {what}. {mend}")


@dataclass(frozen=True, slots=True)
class Source:
    """One policy file: its content, and the line at which a part of it begins."""

    name: str
    content: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]

    def line(self, *path: str | int) -> int | None:
        """Return the 1-based line of the part at `path`, or of the nearest part around it."""
        for length in range(len(path), -1, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return None

    def error(self, what: str, mend: str, *path: str | int, rule: str | None = None) -> PolicyError:
        """Return a `PolicyError` that points at `path`."""
        return PolicyError(self.name, what, mend, rule=rule, line=self.line(*path))

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return the mapping under a top-level key; empty when the key is missing."""
        value = self.content.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(
                f"`{key}` must hold names, each with its value", f"Write `{key}:` and indent.", key
            )
        for name in value:
            if not isinstance(name, str):
                raise self.error(
                    f"the name {name!r} under `{key}` reads as a number, a date or a yes/no",
                    "Put it in quotes.",
                    key,
                )
        return value


# The loader in C reads the same YAML ten times faster, where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path, root: Path = POLICY) -> Source:
    """Return one policy file, checked to be a version 1 mapping."""
    name = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise PolicyError(
            name, f"cannot be read ({exc})", "Check that the file exists and is UTF-8."
        ) from exc
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        content = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problem = getattr(exc, "problem", None) or "it is not valid YAML"
        raise PolicyError(
            name, f"not valid YAML: {problem}", "Check the indent and the quotes there.", line=line
        ) from exc
    if not isinstance(content, dict) or node is None:
        raise PolicyError(name, "the file holds no keys", "Begin it with `version: 1`.")
    if content.get("version") != 1:
        raise PolicyError(
            name, "the version is missing or unknown", "Begin the file with `version: 1`.", line=1
        )
    lines: dict[tuple[str | int, ...], int] = {}
    for part, line in _lines(node, ()):
        if part in lines:
            raise PolicyError(name, f"`{part[-1]}` is there twice", "Put both into one.", line=line)
        lines[part] = line
    return Source(name, content, lines)


def read_if_there(path: Path, root: Path = POLICY) -> Source | None:
    """Return one policy file, or None when it does not exist."""
    return read(path, root) if path.is_file() else None


def wordings(sources: Iterable[Source]) -> Mapping[str, str]:
    """Return all `whys` of the files: the sentences that tell a member why the guard spoke."""
    found: dict[str, str] = {}
    for source in sources:
        for name, text in source.mapping("whys").items():
            if name in found:
                raise source.error(
                    f"the wording `{name}` is there twice", "Rename one of them.", "whys", name
                )
            if not isinstance(text, str) or not text.strip():
                raise source.error(f"the wording `{name}` is not a text", "Write one sentence.", "whys", name)
            found[name] = text.strip()
    return MappingProxyType(found)


def texts(source: Source, value: Any, *path: str | int, rule: str | None = None) -> tuple[str, ...]:
    """Return a list of strings from YAML; a single string counts as a list of one."""
    if value is None:
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise source.error(
            f"`{path[-1]}` must be a list of texts",
            "Write one text a line, each after `- `.",
            *path,
            rule=rule,
        )
    for number, item in enumerate(items):
        if not isinstance(item, str) or not item.strip():
            raise source.error(
                f"{item!r} in `{path[-1]}` is not a text",
                "Put it in single quotes: numbers, dates and yes/no are read as something else.",
                *path,
                number,
                rule=rule,
            )
    return tuple(items)


def _lines(node: yaml.Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    yield path, node.start_mark.line + 1
    yield from _within(node, path)


def _within(node: yaml.Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                here = (*path, key.value)
                yield here, key.start_mark.line + 1
                yield from _within(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _lines(value, (*path, number))
