"""What came before: whether a danger or a question goes on in a message that alone says little.

A danger goes on unless the message says that help has come, that something harmless was meant, or
turns to something else; taking it back never ends it. A medical or sourcing question goes on to a
fragment ("and if I take two?"). Words and limits are data, in `policy/context.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from guardrails.data import POLICY, Source, read, texts
from guardrails.normalise import Normal
from guardrails.patterns import Compiler, Part, Search
from guardrails.verdict import Author, Route, Turn

MOST_TURNS = 5
OLDEST_S = 15 * 60.0
_NAMES = (
    "safe_now",
    "cleared_up",
    "elsewhere",
    "thanks",
    "retraction",
    "fragment",
    "nod",
    "about_them",
    "medical_topic",
    "sourcing_topic",
    "sourcing_ask",
)
_LIMITS = ("crisis", "fragment", "statement")


class Step(Enum):
    """What becomes of a danger with the next message."""

    GOES_ON = "goes on"
    QUIET = "a quiet line is due, and it may go on later"
    UNTOUCHED = "the message has nothing to do with it"
    CLEARED_UP = "something harmless was meant"
    SAFE = "help has come"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message stands to what came before it."""

    words: int
    asks: bool
    marked: bool
    safe_now: bool
    cleared_up: bool
    elsewhere: bool
    thanks: bool
    retracts: bool
    fragment: bool
    about_them: bool
    offers: bool

    @property
    def ends(self) -> bool:
        """Whether the message closes the subject before it."""
        return self.safe_now or self.cleared_up or self.elsewhere or self.thanks


@dataclass(frozen=True, slots=True)
class ContextPolicy:
    """The patterns that tell a follow-up from a new subject."""

    parts: Mapping[str, tuple[Part, ...]]
    most_words: Mapping[str, int]

    @classmethod
    def load(cls, policy: Path = POLICY, compiler: Compiler | None = None) -> ContextPolicy:
        """Return the context policy of a folder; raises `PolicyError`."""
        source = read(policy / "context.yaml", policy)
        compile_with = compiler or Compiler(policy)
        listed = source.mapping("patterns")
        parts = {}
        for name in _NAMES:
            path = ("patterns", name)
            patterns = texts(source, listed.get(name), *path)
            if not patterns:
                raise source.error(f"`{name}` has no patterns", "Add at least one.", *path)
            parts[name] = (compile_with.part(compile_with.expression(source, patterns, path)),)
        return cls(MappingProxyType(parts), MappingProxyType(_limits(source)))

    def recent(self, context: Sequence[Turn]) -> tuple[Turn, ...]:
        """Return the turns that still count, the oldest first."""
        return tuple(turn for turn in context[-MOST_TURNS:] if turn.age_s <= OLDEST_S and turn.text.strip())

    def manner(self, message: Normal, asks: bool) -> Manner:
        """Return how a message stands to what came before it."""
        search = Search(message)

        def has(name: str) -> bool:
            return search.anywhere(self.parts[name])

        short = message.words <= self.most_words["fragment"]
        offers = has("sourcing_ask")
        hangs = has("nod") or (has("fragment") and (asks or message.words <= self.most_words["statement"]))
        return Manner(
            message.words,
            asks or has("nod"),
            b"?" in message.everything,
            has("safe_now"),
            has("cleared_up"),
            has("elsewhere"),
            has("thanks"),
            has("retraction"),
            short and (hangs or offers),
            has("about_them"),
            offers,
        )

    def after_danger(self, manner: Manner, author: Author) -> Step:
        """Return what becomes of a danger that `author` named before this message."""
        short = manner.words <= self.most_words["crisis"]
        if author is Author.OTHER:
            return Step.GOES_ON if manner.about_them and short else Step.UNTOUCHED
        if manner.safe_now:
            return Step.SAFE
        if manner.cleared_up:
            return Step.CLEARED_UP
        if manner.retracts and not (manner.elsewhere and manner.asks):
            return Step.GOES_ON if short else Step.QUIET
        if manner.elsewhere or manner.thanks:
            return Step.QUIET
        whole = manner.marked or manner.words > self.most_words["statement"]
        alone = manner.asks and whole and not (manner.fragment or manner.about_them)
        return Step.GOES_ON if short and not alone else Step.QUIET

    def question_goes_on(self, manner: Manner) -> bool:
        """Return whether a medical or sourcing question goes on in a message."""
        return manner.fragment and not manner.ends

    def topic(self, earlier: Normal) -> frozenset[Route]:
        """Return what a fragment after this message would be a question about."""
        search = Search(earlier)
        return frozenset(
            route
            for route, name in ((Route.MEDICAL, "medical_topic"), (Route.SOURCING, "sourcing_topic"))
            if search.anywhere(self.parts[name])
        )


def _limits(source: Source) -> dict[str, int]:
    limits = source.mapping("most_words")
    for name in _LIMITS:
        if not isinstance(limits.get(name), int) or isinstance(limits.get(name), bool):
            raise source.error(
                f"`{name}` under `most_words` must be a whole number",
                "Write a number of words.",
                "most_words",
            )
    return {name: limits[name] for name in _LIMITS}
