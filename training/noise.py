"""Changes messages as hurried fingers do, so that the classifier learns what stays the same."""

from __future__ import annotations

import random
import re

_NEXT = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo",
    "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et",
    "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_LETTER = re.compile(r"[a-z]")
_MARK = re.compile(r"[.,;:!?'\"]")


def noisy(text: str, rng: random.Random) -> str:
    """Return a text with one to three slips: letters, spaces or marks lost, doubled or changed."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = rng.choice(_SLIPS)(text, rng)
    return text


def _letter(text: str, rng: random.Random) -> str:
    places = [m.start() for m in _LETTER.finditer(text)]
    if len(places) < 6:
        return text
    at = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + rng.choice(_NEXT[text[at]]) + text[at + 1 :]
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


def _no_marks(text: str, _: random.Random) -> str:
    return _MARK.sub("", text)


def _space(text: str, rng: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char == " "]
    if len(places) < 3:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1 :]


_SLIPS = (_letter, _letter, _no_marks, _space)
