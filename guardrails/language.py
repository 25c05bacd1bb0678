"""Other languages: which one a text is in when that is sure, and words of danger in many.

The rules are measured on English alone. A text that is certainly in another language gets no
answer; a word of danger on the list counts even where the language is not sure.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import re2
from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from guardrails.data import POLICY, Source, read, texts
from guardrails.mapped import Mapped
from guardrails.native import native
from guardrails.verdict import Danger

_LETTER = r"[\pL\pM\pN]"
_NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA")
_WORD = re2.compile(r"\pL[\pL\pM']*")
_MOST_CHARACTERS = 600
_KINDS = ("medical", "substance", "common")


@dataclass(frozen=True, slots=True)
class ForeignWord:
    """A word of the list that was found: a danger, or None for a medical one; and its place."""

    danger: Danger | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Languages:
    """The detector with its limits, and the words of danger."""

    _detector: LanguageDetector
    _english: frozenset[str]
    _scripts: Mapping[str, str]
    _fewest_words: int
    _confidence: float
    _most_english: float
    _fewest_common: int
    _common: Mapping[str, frozenset[str]]
    _dangers: tuple[tuple[Danger, Any], ...]
    _medical: Any
    _substance: Any

    @classmethod
    def load(cls, policy: Path = POLICY) -> Languages:
        """Return the languages of a policy folder; raises `PolicyError`."""
        source = read(policy / "languages.yaml", policy)
        limits = source.mapping("detection")
        words = _words(source)
        dangers = tuple((danger, _any_of(words[danger])) for danger in Danger if words.get(danger))
        return cls(
            _detector(source, texts(source, limits.get("languages"), "detection", "languages")),
            frozenset(texts(source, limits.get("english"), "detection", "english")),
            MappingProxyType({name: str(code) for name, code in (limits.get("scripts") or {}).items()}),
            int(_number(source, limits, "fewest_words")),
            _number(source, limits, "confidence"),
            _number(source, limits, "most_english"),
            int(_number(source, limits, "fewest_common")),
            _common(source),
            dangers,
            _any_of(words.get("medical", ())),
            _any_of(words.get("substance", ())),
        )

    def danger(self, text: Mapped) -> tuple[ForeignWord, ...]:
        """Return the words of danger in a text, at most one for each danger."""
        found = ((danger, _find(pattern, text)) for danger, pattern in self._dangers)
        return tuple(ForeignWord(danger, *span) for danger, span in found if span is not None)

    def medical(self, text: Mapped, foreign: bool) -> ForeignWord | None:
        """Return a word of doses in a text; one of substances, too, where it is in another language."""
        span = _find(self._medical, text) or (_find(self._substance, text) if foreign else None)
        return None if span is None else ForeignWord(None, *span)

    def foreign(self, text: str) -> str | None:
        """Return the ISO 639-1 code of a text that is certainly not English, else None."""
        words = [match.group() for match in _WORD.finditer(text[:_MOST_CHARACTERS])]
        script = self._script(words)
        if script is not None:
            return script
        latin = [word for word in words if word.isascii() or _script_of(word) == "LATIN"]
        if len(latin) < self._fewest_words:
            return None
        if sum(word in self._english for word in latin) > self._most_english * len(latin):
            return None
        values = self._detector.compute_language_confidence_values(" ".join(latin))
        if not values or values[0].value < self._confidence:
            return None
        code = values[0].language.iso_code_639_1.name.lower()
        if sum(word in self._common.get(code, ()) for word in latin) < self._fewest_common:
            return None
        return code

    def _script(self, words: Iterable[str]) -> str | None:
        """Return the language of a text whose letters are mostly of another script."""
        letters: Counter[str] = Counter()
        for word in words:
            letters[_script_of(word)] += len(word)
        total = sum(letters.values())
        # A word of several scripts is a disguise ("kрatom"), not a language.
        others = total - letters["LATIN"] - letters["MIXED"]
        if not total or others * 2 <= total:
            return None
        del letters["LATIN"], letters["MIXED"]
        if letters["HIRAGANA"] or letters["KATAKANA"]:
            return self._scripts.get("HIRAGANA", "und")
        return self._scripts.get(letters.most_common(1)[0][0], "und")


def _script_of(word: str) -> str:
    """Return the script of a word from the names of its letters, or MIXED."""
    if word.isascii():
        return "LATIN"
    scripts = {
        unicodedata.name(char, "UNKNOWN").split(" ")[0].split("-")[0] for char in word if char.isalpha()
    } or {"UNKNOWN"}
    if scripts <= {"CJK", "HIRAGANA", "KATAKANA"}:
        return "HIRAGANA" if len(scripts) > 1 else scripts.pop()
    return scripts.pop() if len(scripts) == 1 else "MIXED"


def _common(source: Source) -> Mapping[str, frozenset[str]]:
    return MappingProxyType(
        {
            code: frozenset(
                native(word).text for word in texts(source, kinds.get("common"), "languages", code, "common")
            )
            for code, kinds in source.mapping("languages").items()
        }
    )


def _words(source: Source) -> dict[str, tuple[str, ...]]:
    known = (*Danger, *_KINDS)
    words: dict[str, tuple[str, ...]] = {}
    for code, kinds in source.mapping("languages").items():
        path = ("languages", code)
        if not isinstance(kinds, dict):
            raise source.error(
                f"`{code}` must hold kinds of words", "Write `self_harm: [...]` and so on.", *path
            )
        for kind in kinds:
            if kind not in known:
                raise source.error(f"`{kind}` is not known", f"Use one of: {', '.join(known)}.", *path, kind)
            words[kind] = words.get(kind, ()) + texts(source, kinds[kind], *path, kind)
    return words


def _any_of(terms: Iterable[str]) -> Any | None:
    """Return one expression for all terms: whole words, except where words have no spaces."""
    spaced: list[str] = []
    free: list[str] = []
    for term in dict.fromkeys(terms):
        folded = native(term.strip()).text
        escaped = r"\s+".join(re2.escape(word) for word in folded.strip("*").split())
        if any(_script_of(char) in _NO_SPACES for char in folded if char.isalpha()):
            free.append(escaped)
        else:
            before = f"{_LETTER}*" if folded.startswith("*") else ""
            after = f"{_LETTER}*" if folded.endswith("*") else ""
            spaced.append(f"{before}{escaped}{after}")
    if not spaced and not free:
        return None
    whole = rf"(?:^|[^\pL\pM\pN])({'|'.join(spaced)})(?:$|[^\pL\pM\pN])" if spaced else ""
    parts = [part for part in (whole, f"({'|'.join(free)})" if free else "") if part]
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 25
    return re2.compile("|".join(parts), options)


def _find(pattern: Any | None, text: Mapped) -> tuple[int, int] | None:
    match = pattern.search(text.text) if pattern is not None else None
    if match is None:
        return None
    group = next(number for number in range(1, len(match.groups()) + 1) if match.group(number) is not None)
    return text.span(match.start(group), match.end(group))


def _number(source: Source, limits: Mapping[str, Any], key: str) -> float:
    value = limits.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise source.error(f"`{key}` must be a number", "Write a number.", "detection", key)
    return float(value)


def _detector(source: Source, codes: Iterable[str]) -> LanguageDetector:
    known = []
    for code in codes:
        iso = getattr(IsoCode639_1, code.upper(), None)
        if iso is None:
            raise source.error(
                f"the language {code!r} is not known", "Use ISO 639-1 codes.", "detection", "languages"
            )
        known.append(iso)
    if len(known) < 2:
        raise source.error("two languages are needed at least", "List more.", "detection", "languages")
    return LanguageDetectorBuilder.from_iso_codes_639_1(*known).with_low_accuracy_mode().build()
