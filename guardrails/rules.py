"""The rules of the policy, and which of them a message matches.

Every part of a rule is first tried on all readings of the message at once; only a rule whose parts
are all found is looked at sentence by sentence, with its guards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from guardrails.normalise import Normal
from guardrails.patterns import Part, Search
from guardrails.verdict import Danger, Route


class Strength(StrEnum):
    """How much a rule may do by itself: everything, everything unless the classifier is sure of the
    contrary, or give evidence."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the policy, ready to be matched."""

    id: str
    route: Route
    strength: Strength
    dangers: tuple[Danger, ...]
    why: str
    whole: bool
    question: str
    watch: bool
    needed: tuple[Part, ...]
    unless: tuple[Part, ...]
    unless_message: tuple[Part, ...]
    match: tuple[str, ...]
    no_match: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether the rule gives its route where nobody contradicts it."""
        return self.strength is not Strength.UNSURE


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched, and the place in the original text where it did."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in order of their files (crisis, medical, sourcing), and the wordings they name."""

    rules: tuple[Rule, ...]
    whys: Mapping[str, str]
    asking: tuple[Part, ...]

    def hits(self, message: Normal) -> tuple[Hit, ...]:
        """Return every rule that matches, in the order of the policy."""
        search = Search(message)
        hits = (
            self._in_message(rule, search) if rule.whole else self._in_sentences(rule, search)
            for rule in self.rules
        )
        return tuple(hit for hit in hits if hit is not None)

    def asks(self, message: Normal) -> bool:
        """Return whether a message asks something."""
        return Search(message).anywhere(self.asking)

    def _in_sentences(self, rule: Rule, search: Search) -> Hit | None:
        everything = search.message.everything
        if not all(search.span(part, everything) is not None for part in rule.needed):
            return None
        if search.anywhere(rule.unless_message):
            return None
        if rule.question == "message" and not search.anywhere(self.asking):
            return None
        for sentence in search.message.sentences:
            span = search.together(rule.needed, sentence.readings, sentence.data)
            if span is None or search.within(rule.unless, sentence):
                continue
            if rule.question == "sentence" and not search.within(self.asking, sentence):
                continue
            return Hit(rule, *span)
        return None

    def _in_message(self, rule: Rule, search: Search) -> Hit | None:
        message = search.message
        span = search.together(rule.needed, message.whole, message.whole_data)
        if span is None or search.anywhere((*rule.unless, *rule.unless_message)):
            return None
        if rule.question and not search.anywhere(self.asking):
            return None
        return Hit(rule, *span)
