"""Turns a classifier's probabilities into findings, by the thresholds of the policy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from guardrails.classifier import Classifier
from guardrails.data import POLICY, Source, read
from guardrails.findings import Finding
from guardrails.verdict import GUARDED, Danger, Reason, Route, Surface


class NoOpinion(Exception):
    """The classifier failed, or said something that is no probability."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on the classifier's word counts."""

    sure: Mapping[Route, float]
    check_in: float
    watch_check_in: float

    @classmethod
    def load(cls, policy: Path = POLICY) -> Thresholds:
        """Return the thresholds of a policy folder; raises `PolicyError`."""
        source = read(policy / "thresholds.yaml", policy)
        sure = source.mapping("sure")
        return cls(
            MappingProxyType({route: _share(source, sure, route.value, "sure") for route in GUARDED}),
            _share(source, source.content, "check_in"),
            _share(source, source.content, "watch_check_in"),
        )

    def findings(
        self, scores: Mapping[str, float], length: int, surface: Surface, whys: Mapping[str, str]
    ) -> tuple[Finding, ...]:
        """Return what the scores of a text of that length amount to."""
        found = []
        for route in GUARDED:
            score = scores.get(route.value, 0.0)
            quiet = self.watch_check_in if surface is Surface.WATCH_CHANNEL else self.check_in
            sure = score >= self.sure[route]
            if sure or (route is Route.CRISIS and score >= quiet):
                name = f"learned-{route.value}"
                reason = Reason(f"classifier/{route.value}", name, whys[name], 0, length)
                found.append(Finding(route, reason, sure, (Danger.UNKNOWN,) if route is Route.CRISIS else ()))
        return tuple(found)


def scores_of(classifier: Classifier, text: str) -> Mapping[str, float]:
    """Return the classifier's probabilities by name; raises `NoOpinion` whatever goes wrong."""
    try:
        scores = {str(route): float(score) for route, score in classifier.classify(text).items()}
    except Exception as exc:
        # Whatever a model throws, the rules must go on: the guard turns this into `degraded`.
        raise NoOpinion(f"the classifier failed: {type(exc).__name__}") from exc
    if not all(math.isfinite(score) and 0.0 <= score <= 1.0 for score in scores.values()):
        raise NoOpinion("the classifier gave something that is no probability")
    return MappingProxyType(scores)


def _share(source: Source, values: Mapping[str, object], key: str, *path: str) -> float:
    value = values.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise source.error(f"`{key}` must be a number above 0 and up to 1", "Write it like 0.75.", *path, key)
    return float(value)
