"""Checks of how a file speaks: plain words, no shouting, no hidden links, nothing that hurts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.resources.notes import Notes
from bot.resources.positions import MapNode, Node, Path, TextNode
from bot.resources.rail import Readable, readable_strings
from bot.resources.schema import ResourceFile, Status
from bot.resources.style import Style

_LINK = re.compile(r"https?://[^\s)>\]]+")
_MARKUP = re.compile(r"https?://\S+|[*_~`|>]+|^\s*(?:#{1,3}|-#|[-*]|\d+\.)\s+", re.MULTILINE)
_MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE_END = re.compile(r"[.!?:;]+(?:\s|$)|\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_HASH = re.compile(r"[ \t]+(#[^\s#]\S*)")


def check_style(file: ResourceFile, notes: Notes, style: Style) -> None:
    """Note what would confuse, hurt or shout at a member; all of it as warnings."""
    retired = {entry.id for entry in file.entries if entry.status is Status.RETIRED}
    for part in readable_strings(file):
        if part.owner in retired:
            continue
        _shouting(part, notes, style)
        _hurtful(part, notes, style)
        for match in _LINK.finditer(part.text):
            _short_link(part.path, match[0], match.start(), notes, style)
        if part.path[-1] == "answer":
            _reading_level(part, notes, style)
    for at, entry in enumerate(file.entries):
        for index, link in enumerate(entry.links):
            _short_link(("entries", at, "links", index, "url"), link.url, 0, notes, style)
    for at, line in enumerate(file.referrals):
        _short_link(("referrals", at, "url"), line.url or "", 0, notes, style)
    _cut_by_hash(notes)


def _shouting(part: Readable, notes: Notes, style: Style) -> None:
    for match in style.shout.finditer(part.text):
        if match[0].startswith("!") or len(style.shout_long.findall(match[0])) >= style.shout_long_words:
            notes.warn(
                "style/shouting",
                part.path,
                f'"{match[0][:60]}" reads as shouting.',
                "Write it in small letters; **bold** is enough to stress it.",
                offset=match.start(),
            )
            return


def _hurtful(part: Readable, notes: Notes, style: Style) -> None:
    for word in style.words:
        names = [match.span() for match in word.unless.finditer(part.text)] if word.unless else []
        for match in word.pattern.finditer(part.text):
            if not any(start <= match.start() and match.end() <= end for start, end in names):
                notes.warn(
                    "style/stigma",
                    part.path,
                    f'"{match[0]}" can hurt the people it speaks of.',
                    f"Say instead: {word.say}.",
                    offset=match.start(),
                )


def _short_link(path: Path, url: str, offset: int, notes: Notes, style: Style) -> None:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return
    if host in style.short_links:
        notes.warn(
            "style/short-link",
            path,
            f"{host} hides where the link leads, and the link can be changed later.",
            "Write the full address of the page.",
            offset=offset,
        )


def _reading_level(part: Readable, notes: Notes, style: Style) -> None:
    grade = reading_grade(part.text, style)
    if grade is not None and grade > style.highest_grade:
        notes.warn(
            "style/reading-level",
            part.path,
            f"This answer reads at school grade {grade:.1f}; grade {style.highest_grade} is the aim.",
            "Use shorter sentences and everyday words.",
        )


def reading_grade(text: str, style: Style) -> float | None:
    """Return the Flesch-Kincaid grade of an English text, or None when it is too short to tell."""
    plain = _MARKUP.sub(" ", _MARKDOWN_LINK.sub(r"\1", text))
    # Names are not hard words: a capital inside a sentence marks one.
    sentences = [found for part in _SENTENCE_END.split(plain) if (found := _WORD.findall(part))]
    words = [word for sentence in sentences for word in _common_words(sentence)]
    if len(words) < style.fewest_words or len(sentences) < style.fewest_sentences:
        return None
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _common_words(sentence: list[str]) -> Iterator[str]:
    return (word for at, word in enumerate(sentence) if at == 0 or not word[0].isupper() or word == "I")


def _syllables(word: str) -> int:
    lower = word.lower()
    count = len(_VOWELS.findall(lower))
    if (lower.endswith("e") and not lower.endswith(("le", "ee"))) or lower.endswith(("es", "ed")):
        count -= 1
    return max(count, 1)


def _cut_by_hash(notes: Notes) -> None:
    """Warn where YAML takes "#channel" in an unquoted text as a comment and drops it unseen."""
    for path, node in _texts(notes.positions.root, ()):
        if node.plain and node.text:
            match = _HASH.match(notes.positions.source, node.end)
            if match is not None:
                notes.warn(
                    "style/cut-by-hash",
                    path,
                    f'"{match[1]}" and what follows is left out: a # after a space starts a comment.',
                    "Put the whole text in double quotes; for a comment, leave a space after the #.",
                )


def _texts(node: Node | None, path: Path) -> Iterator[tuple[Path, TextNode]]:
    if isinstance(node, TextNode):
        yield path, node
    elif isinstance(node, MapNode):
        for key, (_, value) in node.pairs.items():
            yield from _texts(value, (*path, key))
    elif node is not None:
        for index, item in enumerate(node.items):
            yield from _texts(item, (*path, index))
