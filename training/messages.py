"""Reads the labelled corpus: what each message is, what else it may be, and which dangers it speaks of."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from guardrails import GUARDED, Danger
from guardrails.normalise import Normaliser
from guardrails.spelled import spelled

ROOT = Path(__file__).parent
CORPUS = ROOT / "corpus"
DANGERS = tuple(danger for danger in Danger if danger is not Danger.UNKNOWN)
"""What a crisis message can be labelled with, in the order of the classifier's outputs."""

_WORD = re.compile(r"\w+")
_NEAR = 0.6
_SHINGLE = 3


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message; `before` holds what the same writer said earlier, the oldest first."""

    file: str
    line: int
    text: str
    before: tuple[str, ...]
    route: str
    accept: frozenset[str]
    tags: frozenset[str]
    dangers: tuple[str, ...] | None

    @property
    def harmless(self) -> bool:
        """Whether stopping it would be a false alarm, whoever judges."""
        return not ({self.route} | self.accept) & set(GUARDED)

    @property
    def group(self) -> str:
        """The route, with all harmless ones as `other`."""
        return self.route if self.route in GUARDED else "other"


def parts() -> dict[str, tuple[str, ...]]:
    """Return the corpus files by what they may be used for: `dev`, `held_out` and `unseen`."""
    return {name: tuple(_split()[name]) for name in ("dev", "held_out", "unseen")}


def register_of() -> dict[str, str]:
    """Return the register (ordinary, prose, hard, dialogues) of each corpus file."""
    return {file: name for name, files in _split()["registers"].items() for file in files}


def communities(part: str) -> tuple[str, ...]:
    """Return the authored communities of a part, `dev` or `held_out`."""
    return tuple(_split()["communities"][part])


def messages(names: Iterable[str]) -> Iterator[Message]:
    """Yield the messages of the corpus files named, like `crisis` or `more/prose`."""
    for name in names:
        for number, row in enumerate(rows(CORPUS / f"{name}.jsonl"), 1):
            turns = row.get("turns") or [row["text"]]
            dangers = row.get("dangers") or _dangers().get((name, number))
            yield Message(
                name,
                number,
                turns[-1],
                tuple(turns[:-1]),
                row["route"],
                frozenset(row["accept"]),
                frozenset(row.get("tags", ())),
                tuple(dangers) if dangers and row["route"] == "crisis" else None,
            )


def distinct(held: Iterable[Message], known: Iterable[Message]) -> list[Message]:
    """Return the messages that are not nearly the same as a known one, by shared word triples."""
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    sizes: list[int] = []
    for number, one in enumerate(known):
        shingles = _shingles(one)
        sizes.append(len(shingles))
        for shingle in shingles:
            index[shingle].append(number)
    kept = []
    for one in held:
        shingles = _shingles(one)
        shared = Counter(number for shingle in shingles for number in index.get(shingle, ()))
        if not any(n / (len(shingles) + sizes[number] - n) >= _NEAR for number, n in shared.items()):
            kept.append(one)
    return kept


def read_as(text: str) -> str:
    """Return a text as the classifier reads it."""
    return spelled(_normaliser().read(text).whole[0]).text


def _shingles(one: Message) -> set[tuple[str, ...]]:
    words = _WORD.findall(" ".join((*one.before, one.text)).lower())
    if len(words) < _SHINGLE:
        return {tuple(words)}
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@cache
def _split() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load((ROOT / "split.yaml").read_text(encoding="utf-8"))
    return listed


@cache
def _dangers() -> dict[tuple[str, int], Sequence[str]]:
    return {
        (row["file"], row["line"]): row["dangers"]
        for path in sorted((ROOT / "dangers").glob("*.jsonl"))
        for row in rows(path)
    }


@cache
def _normaliser() -> Normaliser:
    return Normaliser.load()
