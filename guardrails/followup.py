"""Walks through what came before a message and finds what goes on in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guardrails.context import ContextPolicy, Manner, Step
from guardrails.findings import Finding, dangers_of, of_rules, route_of
from guardrails.normalise import Normal, Normaliser
from guardrails.rules import RuleBook
from guardrails.verdict import Author, Danger, Reason, Route, Turn

_QUESTIONS = (Route.MEDICAL, Route.SOURCING)


@dataclass(frozen=True, slots=True)
class _Open:
    """A danger that was named and not yet laid to rest."""

    author: Author
    sure: bool
    dangers: tuple[Danger, ...]


@dataclass(frozen=True, slots=True)
class _Thread:
    """What is still open after the turns, and which rules spoke in them."""

    danger: _Open | None
    question: Route | None
    topics: frozenset[Route]
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier turn that still counts, as it is read; `learned` is what a classifier found in it."""

    turn: Turn
    message: Normal
    learned: tuple[Finding, ...] = ()

    @property
    def own_words(self) -> bool:
        """Whether whoever wrote the message wrote this turn, too."""
        return self.turn.author is Author.SAME


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Judges a message by the turns before it."""

    normaliser: Normaliser
    rules: RuleBook
    policy: ContextPolicy

    def earlier(self, context: Sequence[Turn]) -> tuple[Earlier, ...]:
        """Return the turns that still count, the oldest first."""
        return tuple(Earlier(turn, self.normaliser.read(turn.text)) for turn in self.policy.recent(context))

    def findings(
        self,
        message: Normal,
        manner: Manner,
        own: Sequence[Finding],
        turns: Sequence[Earlier],
        whys: Mapping[str, str],
    ) -> tuple[Finding, ...]:
        """Return what goes on in the message from the turns before it."""
        if not turns:
            return ()
        thread = self._walk(turns)
        danger = thread.danger
        found: list[Finding] = []
        if danger is not None and route_of(own) is not Route.CRISIS:
            step = self.policy.after_danger(manner, danger.author)
            if step in (Step.GOES_ON, Step.QUIET):
                sure = danger.sure and step is Step.GOES_ON
                # A thin echo of a danger is no reason to speak up where nobody addressed the bot.
                found.append(_finding(Route.CRISIS, whys, sure, danger.dangers, watch=sure))
        if route_of(own) is None and self.policy.question_goes_on(manner):
            route = thread.question or _asked(manner, thread.topics)
            if route is not None:
                found.append(_finding(route, whys))
        if not found and not manner.ends:
            known = thread.rules | {one.reason.rule for one in own}
            found += self._together(message, manner, turns, known, whys)
        return tuple(found)

    def manner(self, message: Normal) -> Manner:
        """Return how a message goes on from what was said before it."""
        return self.policy.manner(message, self.rules.asks(message))

    def _walk(self, turns: Sequence[Earlier]) -> _Thread:
        danger: _Open | None = None
        question: Route | None = None
        topics: frozenset[Route] = frozenset()
        spoke: set[str] = set()
        for one in turns:
            turn, earlier = one.turn, one.message
            # The bot's own words name dangers and medicines all the time: only its route tells.
            spoken = turn.author is not Author.BOT
            own = (*of_rules(self.rules.hits(earlier), self.rules.whys), *one.learned) if spoken else ()
            spoke |= {hit.reason.rule for hit in own}
            route = turn.route or route_of(own)
            crisis = [hit for hit in own if hit.route is Route.CRISIS]
            manner = self.manner(earlier)
            if route is Route.CRISIS or crisis:
                author = turn.author if spoken else Author.SAME
                named = dangers_of(crisis) or (Danger.UNKNOWN,)
                sure = route is Route.CRISIS
                if danger is None or sure or not danger.sure:
                    danger = _Open(author, sure, named)
            elif danger is not None and spoken:
                step = self.policy.after_danger(manner, danger.author)
                danger = None if step in (Step.CLEARED_UP, Step.SAFE) else danger
            topic = self.policy.topic(earlier) if turn.author is Author.SAME else frozenset()
            if route in _QUESTIONS:
                question = route
            elif route is Route.ANSWER or (spoken and manner.ends and not topic):
                question, topics = None, frozenset()
            topics |= topic
        return _Thread(danger, question, topics, frozenset(spoke))

    def _together(
        self,
        message: Normal,
        manner: Manner,
        turns: Sequence[Earlier],
        known: frozenset[str],
        whys: Mapping[str, str],
    ) -> list[Finding]:
        """Return what the last turns and a short message say only when they are read as one."""
        if manner.words > self.policy.most_words["crisis"]:
            return []
        said = [one.turn.text for one in turns if one.own_words]
        if not said:
            return []
        joined = self.normaliser.read(" ".join((*said, message.original)))
        return [
            Finding(
                one.route,
                Reason(one.reason.rule, one.reason.why_id, one.reason.why),
                one.sure,
                one.dangers,
                one.watch,
                one.likely,
            )
            for one in of_rules(self.rules.hits(joined), whys)
            if one.reason.rule not in known and (one.route is Route.CRISIS or manner.fragment)
        ]


def _asked(manner: Manner, topics: frozenset[Route]) -> Route | None:
    if Route.SOURCING in topics and manner.offers:
        return Route.SOURCING
    return Route.MEDICAL if Route.MEDICAL in topics and manner.asks else None


def _finding(
    route: Route,
    whys: Mapping[str, str],
    sure: bool = True,
    dangers: tuple[Danger, ...] = (),
    watch: bool = True,
) -> Finding:
    name = f"context-{route.value}"
    return Finding(route, Reason(f"context/{route.value}", name, whys[name]), sure, dangers, watch)
