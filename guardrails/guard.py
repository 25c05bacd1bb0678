"""The guard: text in, verdict out. Rules first, then other languages, what came before, and a second opinion.

Immutable once loaded, and safe to share between threads. Never raises for any text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from guardrails.classifier import Classifier
from guardrails.context import ContextPolicy
from guardrails.data import POLICY
from guardrails.findings import Finding, dangers_of, of_rules, route_of
from guardrails.followup import FollowUp
from guardrails.language import Languages
from guardrails.normalise import Normal, Normaliser
from guardrails.opinion import NoOpinion, Thresholds, scores_of
from guardrails.patterns import Compiler
from guardrails.rulefiles import load_rules
from guardrails.rules import RuleBook
from guardrails.verdict import GUARDED, Reason, Route, Surface, Turn, Verdict


@dataclass(frozen=True, slots=True)
class Guard:
    """Screens messages with one policy."""

    _normaliser: Normaliser
    _rules: RuleBook
    _follow_up: FollowUp
    _languages: Languages
    _thresholds: Thresholds
    _classifier: Classifier | None = None

    @classmethod
    def load(cls, policy: Path | None = None, classifier: Classifier | None = None) -> Guard:
        """Return a guard with the packaged policy, or another; raises `PolicyError` when it is damaged."""
        folder = policy or POLICY
        compiler = Compiler(folder)
        normaliser = Normaliser.load(folder)
        rules = load_rules(folder, compiler)
        return cls(
            normaliser,
            rules,
            FollowUp(normaliser, rules, ContextPolicy.load(folder, compiler)),
            Languages.load(folder),
            Thresholds.load(folder),
            classifier,
        )

    @property
    def whys(self) -> Mapping[str, str]:
        """The wordings that say to a member why the guard spoke, by their id."""
        return self._rules.whys

    def screen(self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
        """Return what the guard thinks of a message and of what it follows."""
        message = self._normaliser.read(text)
        language = self._languages.foreign(message.native.text)
        findings = [*of_rules(self._rules.hits(message), self.whys)]
        findings += self._foreign(message, language is not None)
        scores: Mapping[str, float] = MappingProxyType({})
        degraded = False
        if self._classifier is not None:
            try:
                scores = scores_of(self._classifier, text)
            except NoOpinion:
                degraded = True
            findings += self._thresholds.findings(scores, len(text), surface, self.whys)
        findings += self._follow_up.findings(message, findings, context, self.whys)
        return _verdict(findings, surface, scores, degraded, language)

    def _foreign(self, message: Normal, foreign: bool) -> list[Finding]:
        found = [
            Finding(Route.CRISIS, self._foreign_reason("danger", word.start, word.end), True, (word.danger,))
            for word in self._languages.danger(message.native)
            if word.danger is not None
        ]
        word = self._languages.medical(message.native, foreign)
        if word is not None:
            found.append(Finding(Route.MEDICAL, self._foreign_reason("medical", word.start, word.end)))
        return found

    def _foreign_reason(self, kind: str, start: int, end: int) -> Reason:
        name = f"foreign-{kind}"
        return Reason(f"language/{kind}", name, self.whys[name], start, end)


def _verdict(
    findings: Sequence[Finding],
    surface: Surface,
    scores: Mapping[str, float],
    degraded: bool,
    language: str | None,
) -> Verdict:
    watched = surface is Surface.WATCH_CHANNEL
    kept = [one for one in findings if one.watch or not watched or (one.sure and one.route is Route.CRISIS)]
    route = route_of(kept)
    crisis = [one for one in kept if one.route is Route.CRISIS]
    # What decided the route is told first; the order of the policy holds within.
    kept.sort(key=lambda one: (not (one.route is route and one.stops), GUARDED.index(one.route)))
    return Verdict(
        route,
        dangers_of(crisis),
        check_in=bool(crisis) and route is not Route.CRISIS,
        reasons=tuple(one.reason for one in kept),
        scores=scores,
        degraded=degraded,
        language=language,
    )


@cache
def _packaged() -> Guard:
    return Guard.load()


def screen(text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
    """Return the packaged guard's verdict; loads it on the first call."""
    return _packaged().screen(text, context, surface)
