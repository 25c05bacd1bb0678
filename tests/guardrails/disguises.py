"""Ways in which people write so that filters miss them, all of which leave the words readable."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

_HOMOGLYPH = dict(zip("aeopcxyi", "аеорсхуі", strict=True))
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_ACCENT = {"a": "á", "e": "é", "o": "ö", "u": "ü", "i": "í", "n": "ñ"}
_MARKUP = ("||{}||", "**{}**", "~~{}~~", "`{}`")

Disguise = Callable[[str, random.Random], str]


def _words(text: str, rng: random.Random, change: Callable[[str], str], share: float) -> str:
    return " ".join(
        change(word) if rng.random() < share and len(word) > 3 and word.isalpha() else word
        for word in text.split(" ")
    )


def _letters(text: str, rng: random.Random, table: Mapping[str, str], share: float) -> str:
    return "".join(table.get(char, char) if rng.random() < share else char for char in text)


DISGUISES: Mapping[str, Disguise] = {
    "zero-width": lambda t, r: "".join(c + ("\u200b" if r.random() < 0.2 else "") for c in t),
    "homoglyphs": lambda t, r: _letters(t, r, _HOMOGLYPH, 0.5),
    "leetspeak": lambda t, r: _words(t, r, lambda word: "".join(_LEET.get(c.lower(), c) for c in word), 0.3),
    "spaced": lambda t, r: _words(t, r, lambda word: " ".join(word), 0.15),
    "dotted": lambda t, r: _words(t, r, lambda word: ".".join(word), 0.15),
    "repeated": lambda t, r: _words(t, r, lambda word: word[:-1] + word[-1] * 4, 0.3),
    "curly": lambda t, r: t.replace("'", "’").replace('"', "“"),
    "accents": lambda t, r: _letters(t, r, _ACCENT, 0.5),
    "markup": lambda t, r: _words(t, r, lambda word: r.choice(_MARKUP).format(word), 0.3),
    "upper": lambda t, r: t.upper(),
    "title": lambda t, r: t.title(),
    "struck": lambda t, r: "".join(c + ("\u0336" if c.isalpha() else "") for c in t),
    "full-width": lambda t, r: "".join(chr(ord(c) + 0xFEE0) if 33 <= ord(c) < 127 else c for c in t),
}
