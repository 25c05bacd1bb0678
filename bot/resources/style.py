"""The data of the style checks, read from `style.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """When two questions count as the same one in other words."""

    ignore: frozenset[str]
    spelling: float
    shortest_word: int
    most_compared: int = 60
    """Questions with the same shape that are compared with each other; the rest is left out."""


@dataclass(frozen=True, slots=True)
class HurtfulWord:
    """A word that hurts, what to say instead, and the proper names in which it may stand."""

    pattern: re.Pattern[str]
    say: str
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Style:
    """Thresholds and word lists of the style checks."""

    highest_grade: float
    fewest_words: int
    fewest_sentences: int
    shout: re.Pattern[str]
    shout_long: re.Pattern[str]
    shout_long_words: int
    short_links: frozenset[str]
    words: tuple[HurtfulWord, ...]
    near: NearDuplicates


@cache
def packaged_style() -> Style:
    """Return the packaged thresholds and word lists."""
    data = yaml.safe_load((files("bot.resources") / "style.yaml").read_text(encoding="utf-8"))
    level, shouting, near = data["reading_level"], data["shouting"], data["near_duplicates"]
    more = shouting["words_in_a_row"] - 1
    marks = shouting["exclamation_marks"]
    return Style(
        highest_grade=level["highest_grade"],
        fewest_words=level["fewest_words"],
        fewest_sentences=level["fewest_sentences"],
        shout=re.compile(rf"\b[A-Z]{{2,}}(?:[ ,'-]+[A-Z]{{2,}}){{{more},}}\b|!{{{marks},}}"),
        shout_long=re.compile(rf"[A-Z]{{{shouting['abbreviation'] + 1},}}"),
        shout_long_words=shouting["long_words"],
        short_links=frozenset(data["short_links"]),
        words=tuple(
            HurtfulWord(
                re.compile(rf"\b(?:{row['pattern']})\b", re.IGNORECASE),
                row["say"],
                re.compile(row["unless"], re.IGNORECASE) if "unless" in row else None,
            )
            for row in data["words"]
        ),
        near=NearDuplicates(
            frozenset(near["ignore"]),
            near["spelling"],
            near["shortest_word"],
        ),
    )
