"""One text -> the readings that a rule may match, each character tied to the original text.

A reading is the text as a patient person would read it: alphabets that imitate Latin letters folded,
invisible characters and Discord markup gone. Where letters are spaced, dotted, doubled or swapped
for digits, further readings of the same sentence are added; none replaces the plain one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from guardrails.data import POLICY, read_if_there, texts
from guardrails.mapped import Mapped
from guardrails.markup import unwrap
from guardrails.native import APOSTROPHES, native
from guardrails.sentences import split

_UNDERSCORE = re.compile("[_\n]")
_SPACES = re.compile(r" {2,}")
_RUN = re.compile(r"([a-z])\1{2,}")
_SPACED = re.compile(r"(?<![^\W_])[a-z0-9@$](?:(?P<gap>[ .\-_*/|~+,:;'·]{1,3})[a-z0-9@$](?![^\W_])){2,}")
_GAPS = re.compile(r"[^a-z0-9@$]+")
_BROKEN = re.compile(r"(?<=[a-z])[.\-_*~|/+·](?=[a-z])")
_LEET = re.compile(r"(?<![a-z0-9@$!|+€£*])[a-z0-9@$!|+€£*]*[0-9@$!|+€£][a-z0-9@$!|+€£*]*")
_QUANTITY = re.compile(r"\d+(?:[a-z]{1,4})?|[a-z]{0,2}\d+|\d+x\d+|\W+|[a-z]+[!+$|]+|[+$!|@]+[a-z]+")
_TOKEN = re.compile(r"[a-z0-9*@$']+")
_PHRASE = 3
_CONTROLS = dict.fromkeys((*range(32), 127), " ") | {10: "\n", 11: "\n", 12: "\n", 13: " ", 0x85: "\n"}
_DASHES = "‐‑‒–—―−﹘﹣－"
_DOUBLE = "“”„‟″«»＂"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in all its readings, the plain one first; `data` are the same readings in UTF-8.

    `joined` is true for a sentence put together from several short or wrapped lines; its lines
    stand alone as sentences, too.
    """

    readings: tuple[Mapped, ...]
    data: tuple[bytes, ...]
    joined: bool = False

    @property
    def text(self) -> str:
        """The plain reading."""
        return self.readings[0].text


@dataclass(frozen=True, slots=True)
class Normal:
    """A message ready to be matched: its sentences, and the texts that rules search first.

    `everything` holds each reading of each sentence on a line of its own; `whole` the message as
    one text, once for each kind of reading. `native` keeps other alphabets as they are.
    """

    original: str
    sentences: tuple[Sentence, ...]
    everything: bytes
    whole: tuple[Mapped, ...]
    whole_data: tuple[bytes, ...]
    native: Mapped

    @property
    def words(self) -> int:
        """How many words the message has."""
        return len(self.whole[0].text.split())


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Makes readings; holds the tables of lookalike letters, leetspeak and misspellings."""

    letters: Mapping[str, str]
    leet: Mapping[str, str]
    leet_second: Mapping[str, str]
    spellings: Mapping[str, str]
    first_words: frozenset[str]

    @classmethod
    def load(cls, policy: Path = POLICY) -> Normaliser:
        """Return a normaliser with the tables of a policy folder; missing tables are empty."""
        letters: dict[str, str] = {}
        leet: list[dict[str, str]] = [{}, {}]
        looks = read_if_there(policy / "lookalikes.yaml", policy)
        if looks is not None:
            for latin, others in looks.mapping("letters").items():
                for char in "".join(texts(looks, others, "letters", latin)).replace(" ", ""):
                    letters[char] = latin
            for at, key in enumerate(("digits", "digits_second")):
                leet[at] = {sign: str(letter) for sign, letter in looks.mapping(key).items()}
        spellings: dict[str, str] = {}
        wrong = read_if_there(policy / "lexicon" / "misspellings.yaml", policy)
        if wrong is not None:
            for right, ways in wrong.mapping("misspellings").items():
                for way in texts(wrong, ways, "misspellings", right):
                    if way in spellings:
                        raise wrong.error(
                            f"{way!r} stands under `{right}` and under `{spellings[way]}`",
                            "Keep it in one place.",
                            "misspellings",
                            right,
                        )
                    spellings[way] = right
        return cls(
            MappingProxyType(letters),
            MappingProxyType(leet[0]),
            MappingProxyType({**leet[0], **leet[1]}),
            MappingProxyType(spellings),
            frozenset(way.split()[0] for way in spellings),
        )

    def read(self, text: str) -> Normal:
        """Return all readings of a text. Never raises, whatever the text holds."""
        unwrapped = unwrap(self._fold(text))
        sentences: list[Sentence] = []
        for begin, end, joined in split(unwrapped.text):
            readings = tuple(self._readings(unwrapped.cut(begin, end)))
            if readings:
                sentences.append(Sentence(readings, tuple(r.text.encode() for r in readings), joined))
        whole = _whole([s for s in sentences if not s.joined])
        return Normal(
            text,
            tuple(sentences),
            b"\n".join(dict.fromkeys(data for sentence in sentences for data in sentence.data)),
            whole,
            tuple(reading.text.encode() for reading in whole),
            native(text),
        )

    def _fold(self, text: str) -> Mapped:
        if text.isascii():
            places = range(len(text))
            return Mapped(_ascii(text), tuple(places), tuple(i + 1 for i in places))
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for at, char in enumerate(text):
            folded = char.lower() if char.isascii() else self._fold_char(char)
            parts.append(folded)
            starts += [at] * len(folded)
            ends += [at + 1] * len(folded)
        return Mapped(_ascii("".join(parts)), tuple(starts), tuple(ends))

    def _fold_char(self, char: str) -> str:
        direct = self.letters.get(char)
        if direct is not None:
            return direct
        if char in _DASHES:
            return "-"
        if char in APOSTROPHES:
            return "'"
        if char in _DOUBLE:
            return '"'
        kind = unicodedata.category(char)
        if kind in ("Cf", "Mn", "Me"):
            return ""
        if kind == "Cs":
            return "\ufffd"
        if kind in ("Zl", "Zp"):
            return "\n"
        if kind == "Zs" or char in "\u2800\u3164\u115f\u1160\uffa0":
            return " "
        folded: list[str] = []
        for part in unicodedata.normalize("NFKD", char):
            if unicodedata.combining(part) or unicodedata.category(part) in ("Mn", "Me", "Cf"):
                continue
            folded.append(self.letters.get(part) or self.letters.get(part.lower()) or part.lower())
        # A character that is nothing but a lone accent must not glue its neighbours together.
        return "".join(folded).replace("\u2044", "/")

    def _readings(self, sentence: Mapped) -> Iterator[Mapped]:
        plain = _tidy(sentence)
        if not plain.text:
            return
        seen = {plain.text}
        yield plain
        rejoined = [_rejoin(sentence)]
        if _LEET.search(rejoined[0].text):
            rejoined += [self._unleet(rejoined[0], table) for table in (self.leet, self.leet_second)]
        rejoined += [_single(reading) for reading in rejoined if _RUN.search(reading.text)]
        candidates = [_tidy(reading) for reading in rejoined]
        for reading in [*candidates, *(self._respell(reading) for reading in (plain, *candidates))]:
            if reading.text not in seen:
                seen.add(reading.text)
                yield reading

    def _unleet(self, reading: Mapped, table: Mapping[str, str]) -> Mapped:
        def letters(match: re.Match[str]) -> str:
            token = match.group()
            if _QUANTITY.fullmatch(token):
                return token
            return "".join(table.get(char, char) for char in token)

        return reading.sub(_LEET, letters)

    def _respell(self, reading: Mapped) -> Mapped:
        if self.first_words.isdisjoint(_TOKEN.findall(reading.text)):
            return reading
        tokens = list(_TOKEN.finditer(reading.text))
        changes: list[tuple[int, int, str]] = []
        at = 0
        while at < len(tokens):
            for length in range(min(_PHRASE, len(tokens) - at), 0, -1):
                begin, end = tokens[at].start(), tokens[at + length - 1].end()
                right = self.spellings.get(reading.text[begin:end])
                if right is not None:
                    changes.append((begin, end, right))
                    at += length
                    break
            else:
                at += 1
        return reading.replaced(changes) if changes else reading


def _ascii(text: str) -> str:
    """Lower-case a text without changing its length, and make every white space a space or a newline."""
    return "".join(text.lower() if len(text.lower()) == len(text) else map(_lower_one, text)).translate(
        _CONTROLS
    )


def _lower_one(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char


def _tidy(text: Mapped) -> Mapped:
    """Return the text on one line: one space between words, no letter more than twice in a row."""
    text = text.sub(_UNDERSCORE, " ").sub(_SPACES, " ").sub(_RUN, lambda match: match.group(1) * 2)
    begin = len(text.text) - len(text.text.lstrip())
    return text.cut(begin, max(begin, len(text.text.rstrip())))


def _single(text: Mapped) -> Mapped:
    """Return the text with every letter that is doubled by a stretched word cut to one."""
    return text.sub(_RUN, lambda match: match.group(1))


def _rejoin(text: Mapped) -> Mapped:
    """Return the text with spaced, dotted or hyphenated letters put together."""

    def together(match: re.Match[str]) -> str:
        letters = _GAPS.sub("", match.group())
        digits = sum(char.isdigit() for char in letters)
        return letters if digits * 2 < len(letters) else match.group()

    return text.sub(_SPACED, together).sub(_BROKEN, "")


def _whole(sentences: list[Sentence]) -> tuple[Mapped, ...]:
    """Return the message as one text for each kind of reading: n-th readings go with n-th readings."""
    kinds = max((len(sentence.readings) for sentence in sentences), default=1)
    return tuple(
        _joined([sentence.readings[min(kind, len(sentence.readings) - 1)] for sentence in sentences])
        for kind in range(kinds)
    )


def _joined(parts: list[Mapped]) -> Mapped:
    starts: list[int] = []
    ends: list[int] = []
    for part in parts:
        if starts:
            starts.append(ends[-1])
            ends.append(ends[-1])
        starts += part.starts
        ends += part.ends
    return Mapped("\n".join(part.text for part in parts), tuple(starts), tuple(ends))
