"""What the classifier reads: the plain reading of a message, with emoji and symbols spelled out."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from guardrails.mapped import Mapped

_KEPT = frozenset("£€$%°+=<>|~^`")


def spelled(reading: Mapped) -> Mapped:
    """Return a reading with each emoji and symbol replaced by its Unicode name in words."""
    if reading.text.isascii():
        return reading
    changes = [
        (at, at + 1, name)
        for at, char in enumerate(reading.text)
        if not char.isascii() and (name := _name(char))
    ]
    return reading.replaced(changes) if changes else reading


@lru_cache(maxsize=4096)
def _name(char: str) -> str:
    if char in _KEPT or unicodedata.category(char) not in ("So", "Sk", "Sm"):
        return ""
    name = unicodedata.name(char, "").lower()
    # Skin tones and the letters that make up flags say nothing.
    if "modifier" in name or "regional indicator" in name:
        return " "
    return f" {name.replace('-', ' ')} " if name else ""
