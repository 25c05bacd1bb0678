"""The authored communities that search is fitted and measured on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.resources.loader import load
from bot.resources.schema import Entry, Status
from bot.search import SearchIndex
from bot.search.ranking import Ranker

TRAINING = Path(__file__).parent.parent / "training"


@dataclass(frozen=True, slots=True)
class Asked:
    """One member's message with the entries that would answer it; none when out of scope."""

    text: str
    accept: frozenset[str]
    tags: frozenset[str] = frozenset()

    @property
    def in_scope(self) -> bool:
        """Whether the file holds the answer."""
        return bool(self.accept)

    @property
    def far(self) -> bool:
        """Whether it is out of scope and of quite another topic."""
        return not self.accept and "far" in self.tags


@dataclass(frozen=True, slots=True)
class CommunityData:
    """A community's published entries and what its members ask."""

    name: str
    entries: tuple[Entry, ...]
    asked: tuple[Asked, ...]

    @property
    def questions(self) -> Mapping[str, Sequence[str]]:
        """Return the example questions by entry."""
        return {entry.id: entry.questions for entry in self.entries}

    def index(self, ranker: Ranker | None = None) -> SearchIndex:
        """Build the search index of the community."""
        return SearchIndex.build(self.entries, self.questions, ranker)

    def easy(self) -> tuple[Asked, ...]:
        """Return one slightly changed wording of each example question: a slip, a dropped first word."""
        out: list[Asked] = []
        for entry in self.entries:
            for number, question in enumerate(entry.questions):
                words = question.rstrip("?. ").split()
                if len(words) < 4:
                    continue
                if number % 2:
                    words = words[1:]
                else:
                    longest = max(range(len(words)), key=lambda at: (len(words[at]), at))
                    words[longest] = _slip(words[longest])
                out.append(Asked(" ".join(words).lower(), frozenset({entry.id}), frozenset({"easy"})))
        return tuple(out)


def split(name: str) -> tuple[str, ...]:
    """Return the names of the communities in `dev` or `held_out`."""
    listed = yaml.safe_load((TRAINING / "split.yaml").read_text(encoding="utf-8"))
    return tuple(listed["communities"][name])


def community(name: str) -> CommunityData:
    """Read one community; raises ValueError when its file cannot be used."""
    folder = TRAINING / "corpus" / "communities" / name
    loaded = load(folder / "resources.yaml")
    if loaded.file is None:
        raise ValueError(f"{folder / 'resources.yaml'}: {loaded.findings[0]}")
    entries = tuple(entry for entry in loaded.file.entries if entry.status is Status.PUBLISHED)
    asked: list[Asked] = []
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        accept = frozenset(row["accept"]) | ({row["entry"]} if row["entry"] else frozenset())
        asked.append(Asked(row["text"], accept if row["entry"] else frozenset(), frozenset(row["tags"])))
    return CommunityData(name, entries, tuple(asked))


def _slip(word: str) -> str:
    """Return a word with two letters in its middle changed round."""
    at = len(word) // 2
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if len(word) > 3 else word
