"""A text in its own alphabet: for the words of other languages, where letters must not be folded."""

from __future__ import annotations

import re
import unicodedata

from guardrails.mapped import Mapped

APOSTROPHES = "‘’‛′´ʼ＇"
_ASCII = re.compile(r"[\x00-\x7f]+")
_NATIVE = {"ł": "l", "ø": "o", "ı": "i", "ß": "ss"}


def native(text: str) -> Mapped:
    """Return the text lower-case in its own alphabet, without accents on Latin letters."""
    if text.isascii():
        return Mapped(text.lower(), tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        plain = _ASCII.match(text, at)
        if plain is not None:
            # The last letter is left for below: a combining mark may follow it.
            length = plain.end() - at - (plain.end() < len(text))
            parts.append(text[at : at + length].lower())
            starts += range(at, at + length)
            ends += range(at + 1, at + length + 1)
            at += length
            if at == len(text):
                break
        end = at + 1
        while end < len(text) and unicodedata.category(text[end]) in ("Mn", "Mc", "Cf"):
            end += 1
        part = _native_cluster(text[at:end])
        parts.append(part)
        starts += [at] * len(part)
        ends += [end] * len(part)
        at = end
    return Mapped("".join(parts), tuple(starts), tuple(ends))


def _native_cluster(cluster: str) -> str:
    """Return one letter with its marks, as its own alphabet writes it."""
    kept: list[str] = []
    strip = False
    for char in unicodedata.normalize("NFKD", cluster.lower()):
        kind = unicodedata.category(char)
        if kind in ("Cf", "Cs") or (kind == "Mn" and strip):
            continue
        # Marks make other letters in Devanagari or kana, but are left out at will in Latin and Arabic.
        strip = char.isascii() or "\u0590" <= char <= "\u06ff"
        kept.append("'" if char in APOSTROPHES else _NATIVE.get(char, char))
    return unicodedata.normalize("NFC", "".join(kept))
