"""Named wordings: every sentence that is neither an entry nor a help line.

The packaged `wordings.yaml` is the whole vocabulary; a community may replace a text by name but
never add a name or drop a safety slot, so nothing can be said that is not in a file.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from bot.errors import ResourceError
from guardrails import Danger

MOST_TEXT = 1200
"""Longest replacement: a card holds 4,000 characters, and the help lines need their room."""

LAST_RESORT = (
    "If someone may be in danger, call your local emergency number now. Something went wrong on my side."
)
"""The one safety text compiled in: what is said when even the packaged wordings cannot be read."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One named text with the slots that it declares."""

    name: str
    text: str
    slots: frozenset[str]
    must_keep: frozenset[str] = frozenset()


def slots_of(text: str) -> frozenset[str]:
    """Return the names of the {slots} in a text; raises ValueError for unbalanced braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


class Wordings:
    """An immutable set of wordings by name, with a community's own texts laid over it."""

    def __init__(self, wordings: Mapping[str, Wording], danger_cards: Mapping[Danger, str]) -> None:
        self._wordings = MappingProxyType(dict(wordings))
        self._danger_cards = MappingProxyType(dict(danger_cards))

    def __getitem__(self, name: str) -> Wording:
        return self._wordings[name]

    def names(self) -> frozenset[str]:
        """Return every name that a community may replace."""
        return frozenset(self._wordings)

    def all(self) -> Iterable[Wording]:
        """Return every wording in force."""
        return self._wordings.values()

    def card_for(self, dangers: tuple[Danger, ...]) -> Wording:
        """Return the card of a crisis; the first danger decides."""
        danger = dangers[0] if dangers else Danger.UNKNOWN
        return self._wordings[self._danger_cards[danger]]

    def slots(self) -> Mapping[str, frozenset[str]]:
        """Return the slots that each wording may use."""
        return {name: wording.slots for name, wording in self._wordings.items()}

    def required_slots(self) -> Mapping[str, frozenset[str]]:
        """Return the slots that a replacement has to keep, for each safety wording."""
        return {name: wording.must_keep for name, wording in self._wordings.items() if wording.must_keep}

    def with_whys(self, whys: Mapping[str, str]) -> Wordings:
        """Return a set that also holds the guard's why texts, named `why:<id>`."""
        added = {f"why:{name}": Wording(f"why:{name}", text, frozenset()) for name, text in whys.items()}
        return Wordings({**self._wordings, **added}, self._danger_cards)

    def overlaid(self, texts: Mapping[str, str]) -> Wordings:
        """Return a set with a community's texts in place of the packaged ones.

        A text that is unknown, uses a slot the wording does not have, or drops a safety slot is
        left out: `check` reports it, and the packaged text stays in force.
        """
        replaced = dict(self._wordings)
        for name, text in texts.items():
            if name in self._wordings and not problems_with(self._wordings[name], text):
                old = self._wordings[name]
                replaced[name] = Wording(name, text, old.slots, old.must_keep)
        return Wordings(replaced, self._danger_cards)


def problems_with(wording: Wording, text: str) -> tuple[str, ...]:
    """Return what is wrong with a replacement text, in plain words; empty when it may be used."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return ("the braces are not balanced: write {{ and }} for plain braces",)
    if not text.strip() and wording.text:
        return ("it is empty",)
    if len(text) > MOST_TEXT:
        return (f"it is longer than {MOST_TEXT} characters",)
    if any(spec or conversion for _, _, spec, conversion in parts):
        return ("a slot holds more than its name: write {name} and nothing else in the braces",)
    used = slots_of(text)
    unknown = sorted(used - wording.slots)
    missing = sorted(wording.must_keep - used)
    return (
        *(f"there is no slot {{{slot}}} in '{wording.name}'" for slot in unknown),
        *(f"the safety slot {{{slot}}} is missing" for slot in missing),
    )


def parse_wordings(text: str) -> Wordings:
    """Read a wordings file; raises ResourceError when it is damaged."""
    try:
        data = yaml.safe_load(text)
        wordings = {
            name: Wording(
                name, row["text"].strip(), slots_of(row["text"]), frozenset(row.get("must_keep", ()))
            )
            for name, row in data["wordings"].items()
        }
        cards = {Danger(danger): name for danger, name in data["danger_cards"].items()}
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as exc:
        raise ResourceError(f"wordings.yaml is damaged ({exc}). Reinstall signpost-bot.") from exc
    unlinked = [name for name in cards.values() if name not in wordings]
    if unlinked or set(cards) != set(Danger):
        raise ResourceError("wordings.yaml: danger_cards must name a wording for every danger.")
    return Wordings(wordings, cards)


@cache
def packaged() -> Wordings:
    """Return the packaged wordings; raises ResourceError when the package is damaged."""
    try:
        text = (files("bot.resources") / "wordings.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ResourceError("wordings.yaml cannot be read. Reinstall signpost-bot.") from exc
    return parse_wordings(text)
