"""Cuts a text into words that know where they stand and what stands between them.

Used to find people and places: whether a capital letter means anything in this text, and whether two
words belong together, is decided here. Nothing here knows a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

Phrase = tuple[str, ...]

_LETTER = r"(?:[^\W\d_]|[ऀ-෿])"
_WORD = re.compile(rf"{_LETTER}+(?:['’\-&]{_LETTER}+)*")
_PLAIN = str.maketrans("łøđıæœ’", "lodiao'")
_LOOKALIKE = str.maketrans("аеорсхуіјѕһкмтнв", "aeopcxyijshkmthb")
_ABBREVIATED = frozenset(("dr", "mr", "mrs", "ms", "mx", "st", "prof", "rev"))
_CONTRACTED = frozenset(("it", "he", "she", "that", "name", "who", "what", "there", "here", "let"))
_GLUE = frozenset((" ", "  ", "' ", "’ ", "'s ", "’s "))
_NEAR = " ,:-–—\"'’“”(~"
_FEW_WORDS = 6
_MOST_CAPITALS = 0.75


def key(word: str) -> str:
    """Return the form under which a word is looked up: lower case, no accents, no mixed alphabets."""
    lower = unicodedata.normalize("NFKD", word.casefold()).translate(_PLAIN)
    bare = "".join(char for char in lower if not unicodedata.combining(char))
    return bare.translate(_LOOKALIKE) if any("a" <= char <= "z" for char in bare) else bare


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text, where it stands, and its look-up form."""

    start: int
    end: int
    key: str
    capital: bool
    glued: bool  # only a space stands between it and the word before
    near: bool  # only a space, comma, dash, colon or quote stands between it and the word before
    owner: bool  # it was written with 's, so that what follows belongs to it


def follows(words: Sequence[Word], index: int, phrases: frozenset[Phrase]) -> bool:
    """Say whether one of the phrases stands right before the word."""
    if index == 0 or not words[index].near:
        return False
    for length in (1, 2, 3):
        part = words[max(0, index - length) : index]
        if (
            len(part) == length
            and tuple(word.key for word in part) in phrases
            and all(w.glued for w in part[1:])
        ):
            return True
    return False


def words_of(text: str, taken: bytearray) -> list[Word]:
    """Return the words; ones that a fixed form took are there, but can no longer be taken."""
    found = [match.span() for match in _WORD.finditer(text)]
    telling = _capitals_tell(text, [text[start:end] for start, end in found])
    words: list[Word] = []
    last = 0
    for start, end in found:
        said = text[start:end]
        owner = said[-2:].lower() in ("'s", "’s") and said[:-2].lower() not in _CONTRACTED
        said = said[:-2] if owner else said
        between = text[last:start]
        capital = telling and said[0].isupper() and not (said.isupper() and len(said) > 1)
        quiet = not any(taken[last:start])
        if between.startswith(".") and words and words[-1].key in _ABBREVIATED:
            between = between[1:]
        glued = quiet and between in _GLUE
        near = quiet and (glued or (len(between) < 5 and not between.strip(_NEAR)))
        words.append(Word(start, start + len(said), key(said), capital, glued, near, owner))
        last = start + len(said)
    return words


def _capitals_tell(text: str, words: Sequence[str]) -> bool:
    """Say whether a capital letter means anything here: not where most words have one."""
    long = [word for word in words if len(word) > 1]
    capitals = sum(1 for word in long if word[0].isupper())
    if len(long) < _FEW_WORDS:
        return not text.isupper()
    return capitals / len(long) <= _MOST_CAPITALS
