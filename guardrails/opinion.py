"""Weighs rules and the classifier against each other, by the bars of the policy.

Sure rules stand whatever the classifier says, likely ones unless it is sure of the contrary. An unsure
rule is evidence: with a classifier at hand it counts as far as the classifier agrees, and without one it
stops the message by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from guardrails.classifier import Classifier, Opinion
from guardrails.data import POLICY, Source, read
from guardrails.findings import Finding
from guardrails.normalise import Normal
from guardrails.verdict import GUARDED, Danger, Reason, Route, Surface

_BARS = ("sure", "supported", "followed", "contradicted", "hesitant")
_SINGLE = ("check_in", "watch_check_in", "doubted", "danger")


class NoOpinion(Exception):
    """The classifier failed, or said something that is no probability."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on the classifier's word counts.

    `sure` is for a message by itself, `supported` for one that an unsure rule or an earlier turn speaks
    for, `followed` for a message read after what its writer said before. Below `contradicted` a likely
    rule gives way: its crisis card becomes a check-in, its referral nothing. `check_in` and
    `watch_check_in` are for the quiet line; a check-in that a rule asks for is dropped below `doubted`.
    From `danger` on a danger is named; from `hesitant` on a message that nothing stops is not answered.
    """

    sure: Mapping[Route, float]
    supported: Mapping[Route, float]
    followed: Mapping[Route, float]
    contradicted: Mapping[Route, float]
    hesitant: Mapping[Route, float]
    check_in: float
    watch_check_in: float
    doubted: float
    danger: float

    @classmethod
    def load(cls, policy: Path = POLICY) -> Thresholds:
        """Return the thresholds of a policy folder; raises `PolicyError`."""
        source = read(policy / "thresholds.yaml", policy)
        sure, supported, followed, contradicted, hesitant = (
            MappingProxyType(
                {route: _share(source, source.mapping(name), route.value, name) for route in GUARDED}
            )
            for name in _BARS
        )
        check_in, watch_check_in, doubted, danger = (_share(source, source.content, name) for name in _SINGLE)
        return cls(
            sure, supported, followed, contradicted, hesitant, check_in, watch_check_in, doubted, danger
        )

    def weighed(self, findings: Sequence[Finding], opinion: Opinion) -> Iterator[Finding]:
        """Yield what is left of the rules' findings once the classifier has spoken."""
        for one in findings:
            score = _highest(one.route, opinion.scores, opinion.followed)
            if one.sure and (not one.likely or score >= self.contradicted[one.route]):
                yield one
            elif score >= self.supported[one.route]:
                yield replace(one, sure=True)
            elif one.route is Route.CRISIS and (
                # Beside much that is harmless a quiet word counts by its own sentence.
                one.sure or max(score, _highest(one.route, opinion.pointed)) >= self.doubted
            ):
                yield replace(one, sure=False)

    def carried(self, findings: Sequence[Finding], opinion: Opinion, retracts: bool) -> Iterator[Finding]:
        """Yield what is left of findings that go on from earlier turns, by the message read after them.

        A danger that somebody takes back stays a danger, whatever the classifier thinks.
        """
        for one in findings:
            score = _highest(one.route, opinion.scores, opinion.followed)
            if score >= self.contradicted[one.route] or (retracts and one.route is Route.CRISIS):
                yield one
            elif one.route is Route.CRISIS and score >= self.doubted:
                yield replace(one, sure=False)

    def findings(
        self, opinion: Opinion, length: int, surface: Surface, whys: Mapping[str, str]
    ) -> tuple[Finding, ...]:
        """Return what an opinion of a text of that length amounts to by itself."""
        found = []
        for route in GUARDED:
            score, after = opinion.scores.get(route.value, 0.0), opinion.followed.get(route.value, 0.0)
            sure = score >= self.sure[route] or after >= self.followed[route]
            quiet = self.watch_check_in if surface is Surface.WATCH_CHANNEL else self.check_in
            if sure or (route is Route.CRISIS and max(score, after) >= quiet):
                name = f"learned-{route.value}"
                begin, end = opinion.places.get(route.value, (0, length))
                reason = Reason(f"model/{route.value}", name, whys[name], begin, end)
                dangers = self.dangers(opinion) or (Danger.UNKNOWN,) if route is Route.CRISIS else ()
                found.append(Finding(route, reason, sure, dangers))
        return tuple(found)

    def hesitates(self, opinion: Opinion) -> bool:
        """Return whether a message is too near to one of the routes to be answered."""
        return any(
            _highest(route, opinion.scores, opinion.followed) >= bar for route, bar in self.hesitant.items()
        )

    def dangers(self, opinion: Opinion) -> tuple[Danger, ...]:
        """Return the dangers that the classifier is sure enough of; the likeliest when it is of none."""
        named = tuple(danger for danger, score in opinion.dangers.items() if score >= self.danger)
        if named or not opinion.dangers:
            return named
        likeliest = max(opinion.dangers, key=lambda danger: opinion.dangers[danger])
        return (likeliest,) if opinion.dangers[likeliest] >= self.danger / 2 else ()


def _highest(route: Route, *scores: Mapping[str, float]) -> float:
    return max(one.get(route.value, 0.0) for one in scores)


def opinion_of(
    classifier: Classifier,
    message: Normal,
    before: Sequence[Normal] = (),
    spots: Sequence[tuple[int, int]] = (),
) -> Opinion:
    """Return the classifier's opinion; raises `NoOpinion` whatever goes wrong."""
    try:
        opinion = classifier.classify(message, before, spots)
        shares = [*opinion.scores.values(), *opinion.followed.values(), *opinion.dangers.values()]
        shares += opinion.pointed.values()
        sound = all(math.isfinite(share) and 0.0 <= share <= 1.0 for share in shares)
    except Exception as exc:
        # Whatever a model throws, the rules must go on: the guard turns this into `degraded`.
        raise NoOpinion(f"the classifier failed: {type(exc).__name__}") from exc
    if not sound:
        raise NoOpinion("the classifier gave something that is no probability")
    return opinion


def _share(source: Source, values: Mapping[str, object], key: str, *path: str) -> float:
    value = values.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise source.error(f"`{key}` must be a number above 0 and up to 1", "Write it like 0.75.", *path, key)
    return float(value)
