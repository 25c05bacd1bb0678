"""Checks of the entries: the same question twice, links between entries, and reviews that are due."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from bot.resources.notes import Notes
from bot.resources.positions import Path
from bot.resources.schema import Entry, ResourceFile, Status
from bot.resources.style import NearDuplicates

_ANCHOR = re.compile(r"\]\(\s*<?#([^)>\s]+)>?\s*\)")
_WORD = re.compile(r"\w+")


def normal(question: str) -> str:
    """Return a question without case, punctuation and spacing, as members' spelling varies."""
    return " ".join(_WORD.findall(question.casefold().replace("'", "").replace("’", "")))


def check_entries(file: ResourceFile, notes: Notes, today: dt.date, near: NearDuplicates) -> None:
    """Note what is wrong between entries, and which of them wait for a reviewer."""
    if not any(entry.status is Status.PUBLISHED for entry in file.entries):
        notes.warn(
            "search/nothing-published",
            ("entries",),
            "No entry is published, so every question goes to the log.",
            "Set status: published in the entries that may be spoken.",
        )
    _duplicate_questions(file, notes)
    _near_duplicates(file, notes, near)
    _dead_anchors(file, notes)
    _reviews(file, notes, today)


def _live(file: ResourceFile) -> Iterator[tuple[int, Entry]]:
    return ((at, entry) for at, entry in enumerate(file.entries) if entry.status is not Status.RETIRED)


def _apart(one: Entry, other: Entry) -> bool:
    """Return whether two entries can never be answers for the same member."""
    return None not in (one.region, other.region) and one.region != other.region


def _duplicate_questions(file: ResourceFile, notes: Notes) -> None:
    seen: dict[str, list[tuple[Entry, Path]]] = defaultdict(list)
    for at, entry in _live(file):
        for index, question in enumerate(entry.questions):
            path: Path = ("entries", at, "questions", index)
            key = normal(question) or question
            first = next((found for found in seen[key] if not _apart(found[0], entry)), None)
            if first is not None:
                where = "this entry" if first[0].id == entry.id else f"'{first[0].id}'"
                notes.error(
                    "search/duplicate-question",
                    path,
                    f'"{question}" is already a question of {where}, in line {notes.line(first[1])}.',
                    "Keep it in one place only.",
                )
            seen[key].append((entry, path))


def _near_duplicates(file: ResourceFile, notes: Notes, near: NearDuplicates) -> None:
    """Warn once for each two entries that share a question but for small words and spelling."""
    buckets: dict[tuple[str, ...], list[tuple[Entry, Path, tuple[str, ...], str]]] = defaultdict(list)
    for at, entry in _live(file):
        for index, question in enumerate(entry.questions):
            plain = normal(question)
            words = tuple(sorted({_stem(word) for word in plain.split() if word not in near.ignore}))
            if words:
                row = (entry, ("entries", at, "questions", index), words, plain)
                # Words that may be misspelt are keyed by their first letter: a typo seldom changes it.
                buckets[
                    tuple(sorted(word[0] if len(word) >= near.shortest_word else word for word in words))
                ].append(row)
    told: set[tuple[str, str]] = set()
    for rows in buckets.values():
        for (one, first, a, said), (other, second, b, says) in combinations(rows[: near.most_compared], 2):
            if one.id == other.id or said == says or (one.id, other.id) in told or _apart(one, other):
                continue
            if _alike(a, b, near):
                told.add((one.id, other.id))
                notes.warn(
                    "search/near-duplicate",
                    second,
                    f"This question is nearly one of '{one.id}' (line {notes.line(first)}); "
                    "search cannot tell the two entries apart by it.",
                    "Make the difference plain in both questions, or merge the entries.",
                )


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _alike(a: Sequence[str], b: Sequence[str], near: NearDuplicates) -> bool:
    return len(a) == len(b) and all(
        one == other
        or (min(len(one), len(other)) >= near.shortest_word and fuzz.ratio(one, other) >= near.spelling)
        for one, other in zip(a, b, strict=True)
    )


def _dead_anchors(file: ResourceFile, notes: Notes) -> None:
    """Note links to an entry, `[text](#entry-id)`, that lead to no published entry."""
    published = {entry.id for entry in file.entries if entry.status is Status.PUBLISHED}
    for at, entry in _live(file):
        answers: list[tuple[Path, str]] = [(("entries", at, "answer"), entry.answer)]
        answers += [(("entries", at, "answers", key), text) for key, text in entry.answers.items()]
        for path, text in answers:
            for match in _ANCHOR.finditer(text):
                if match[1] not in published:
                    notes.error(
                        "search/dead-anchor",
                        path,
                        f"The link leads to #{match[1]}, and no published entry has that id.",
                        "Mend the id, or write the name of the topic instead of a link.",
                        offset=match.start(1) - 1,
                    )


def _reviews(file: ResourceFile, notes: Notes, today: dt.date) -> None:
    for at, entry in enumerate(file.entries):
        if entry.status is not Status.PUBLISHED:
            continue
        if entry.reviewed is None:
            notes.warn(
                "review/never",
                ("entries", at),
                f"No moderator has reviewed '{entry.id}' yet.",
                "Read it, check its sources, then write reviewed: {by: your name, date: the day}.",
            )
        elif entry.reviewed.date > today:
            notes.warn(
                "review/future",
                ("entries", at, "reviewed", "date"),
                f"The review of '{entry.id}' is dated {entry.reviewed.date}, which is still to come.",
                "Write the day on which it was read.",
            )
        if entry.review_by is not None and entry.review_by < today:
            notes.warn(
                "review/overdue",
                ("entries", at, "review_by"),
                f"The review of '{entry.id}' was due by {entry.review_by}.",
                "Read it again, then set reviewed: and a new review_by:.",
            )
