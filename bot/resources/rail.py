"""What of a file may be spoken: the publication rail over every readable string, and the guard
over every example question.

`check` prints what is found here; the library acts on it. Both see the same judgement.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from bot.resources.findings import Finding, Severity, in_order
from bot.resources.positions import Path, Positions
from bot.resources.schema import Allow, Entry, ResourceFile, Status
from guardrails import Claim, Surface, Verdict, review_text


class Screen(Hashable, Protocol):
    """The guard, as far as example questions need it."""

    def screen(self, text: str, *, surface: Surface = ...) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Readable:
    """One string that a member can read, with its place in the file and what it is."""

    path: Path
    text: str
    what: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rail and the guard think of a file.

    `barred` holds the paths of what may not be spoken: ("entries", 3), ("referrals", 0),
    ("wordings", "en", "name") or ("community",). `questions` holds, for each published entry, the
    example questions that the guard lets through.
    """

    findings: tuple[Finding, ...]
    barred: frozenset[Path]
    questions: Mapping[str, tuple[str, ...]]


def readable_strings(file: ResourceFile) -> Iterator[Readable]:
    """Yield every string of a file that a member can read."""
    yield Readable(("community", "name"), file.community.name, "name")
    for index, entry in enumerate(file.entries):
        yield from _of_entry(entry, ("entries", index))
    for index, line in enumerate(file.referrals):
        base: Path = ("referrals", index)
        for name in ("name", "call", "text", "hours", "note", "fallback"):
            value = getattr(line, name)
            if value:
                yield Readable((*base, name), value, "name" if name == "name" else "note", line.id)
        for at, number in enumerate(line.numbers):
            yield Readable((*base, "numbers", at, "label"), number.label, "note", line.id)
            yield Readable((*base, "numbers", at, "call"), number.call, "note", line.id)
    for language, texts in file.wordings.items():
        for name, text in texts.items():
            yield Readable(("wordings", language, name), text, "wording")


def _of_entry(entry: Entry, base: Path) -> Iterator[Readable]:
    yield Readable((*base, "title"), entry.title, "title", entry.id)
    yield Readable((*base, "answer"), entry.answer, "answer", entry.id)
    for language, text in entry.answers.items():
        yield Readable((*base, "answers", language), text, "answer", entry.id)
    for index, link in enumerate(entry.links):
        yield Readable((*base, "links", index, "title"), link.title, "link title", entry.id)
    for index, tag in enumerate(entry.tags):
        yield Readable((*base, "tags", index), tag, "tag", entry.id)
    if entry.reviewed is not None:
        yield Readable((*base, "reviewed", "by"), entry.reviewed.by, "name", entry.id)


# A file is judged anew at every save, and most of it is as it was: what moderators wrote is remembered.
_reviewed = lru_cache(maxsize=50_000)(review_text)


@lru_cache(maxsize=50_000)
def _screened(guard: Screen, question: str) -> Verdict:
    return guard.screen(question, surface=Surface.MENTION)


def judge(file: ResourceFile, positions: Positions, name: str, guard: Screen) -> Judgement:
    """Return what may not be spoken and which questions may be searched, with findings that say why."""
    findings: list[Finding] = []
    barred: set[Path] = set()
    lifted: set[tuple[int, int]] = set()
    for part in readable_strings(file):
        entry_at = part.path[1] if part.path[0] == "entries" and isinstance(part.path[1], int) else None
        entry = file.entries[entry_at] if entry_at is not None else None
        if entry is not None and entry.status is Status.RETIRED:
            continue
        for claim in _reviewed(part.text, what=part.what):
            by = _lifted_by(claim, part.text, entry.allow) if entry else None
            if by is not None and entry_at is not None:
                lifted.add((entry_at, by))
                continue
            barred.add(_owner_path(part.path))
            place = positions.within(part.path, claim.start)
            findings.append(
                Finding(
                    _namespaced(claim.rule, "publication"),
                    Severity.ERROR,
                    name,
                    *place,
                    part.owner,
                    _says(part, claim),
                    claim.mend,
                )
            )
    findings += _idle_permissions(file, positions, name, lifted)
    questions: dict[str, tuple[str, ...]] = {}
    for index, entry in enumerate(file.entries):
        if entry.status is Status.RETIRED:
            continue
        open_questions, found = _screen_questions(entry, index, positions, name, guard)
        findings += found
        if not open_questions:
            barred.add(("entries", index))
        if entry.status is Status.PUBLISHED:
            questions[entry.id] = open_questions
    return Judgement(in_order(findings), frozenset(barred), questions)


def _owner_path(path: Path) -> Path:
    """Return the path of what is held back when a string in it may not be published."""
    return {"entries": path[:2], "referrals": path[:2], "wordings": path[:3]}.get(str(path[0]), path[:1])


def _namespaced(rule: str, space: str) -> str:
    return rule if rule.startswith(f"{space}/") else f"{space}/{rule}"


def _says(part: Readable, claim: Claim) -> str:
    quote = " ".join(part.text[claim.start : claim.end].split())
    shown = quote if len(quote) <= 80 else quote[:77] + "..."
    return f'{claim.what} The words: "{shown}".'


def _lifted_by(claim: Claim, text: str, permissions: tuple[Allow, ...]) -> int | None:
    """Return which `allow` lifts a claim: the same rule, liftable, and a quote that covers it all."""
    if not claim.liftable:
        return None
    for index, permission in enumerate(permissions):
        if _namespaced(permission.rule, "publication") != _namespaced(claim.rule, "publication"):
            continue
        # A quote may be broken into lines otherwise than the answer is.
        words = [re.escape(word) for word in permission.quote.split()]
        for match in re.finditer(r"\s+".join(words), text) if words else ():
            if match.start() <= claim.start and claim.end <= match.end():
                return index
    return None


def _idle_permissions(
    file: ResourceFile, positions: Positions, name: str, lifted: set[tuple[int, int]]
) -> list[Finding]:
    return [
        Finding(
            "publication/idle-allow",
            Severity.WARNING,
            name,
            *positions.at(("entries", at, "allow", index)),
            entry.id,
            f"This allow lifts nothing: no liftable claim of rule '{permission.rule}' lies in its quote.",
            "Quote the claim word for word, or remove it. Doses, remedies and sourcing are never lifted.",
        )
        for at, entry in enumerate(file.entries)
        if entry.status is not Status.RETIRED
        for index, permission in enumerate(entry.allow)
        if (at, index) not in lifted
    ]


def _screen_questions(
    entry: Entry, at: int, positions: Positions, name: str, guard: Screen
) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the questions that the guard lets through, with a warning for each that it does not."""
    kept: list[str] = []
    findings: list[Finding] = []
    for index, question in enumerate(entry.questions):
        verdict = _screened(guard, question)
        if verdict.route is None:
            kept.append(question)
            continue
        by = f" ({verdict.reasons[0].rule})" if verdict.reasons else ""
        findings.append(
            Finding(
                "reachability/question-blocked",
                Severity.WARNING,
                name,
                *positions.at(("entries", at, "questions", index)),
                entry.id,
                f'"{question}" is never answered: the guard takes it as {verdict.route}{by}.',
                "Members who ask this get help lines. Ask it in other words, or remove it.",
            )
        )
    if not kept:
        findings.append(
            Finding(
                "reachability/entry-unreachable",
                Severity.ERROR,
                name,
                *positions.key(("entries", at, "questions")),
                entry.id,
                f"'{entry.id}' can never be answered: the guard stops all of its questions.",
                "Add questions that are not about danger, doses or medicines, or remove the entry.",
            )
        )
    return tuple(kept), findings
