"""The guard: text in, verdict out. Rules first, then other languages, what came before, and a second opinion.

Immutable once loaded, and safe to share between threads. Never raises for any text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from guardrails.classifier import Classifier, Learned, Missing, Opinion
from guardrails.context import ContextPolicy
from guardrails.data import POLICY
from guardrails.findings import Finding, dangers_of, of_rules, route_of
from guardrails.followup import Earlier, FollowUp
from guardrails.language import Languages
from guardrails.normalise import Normal, Normaliser
from guardrails.opinion import NoOpinion, Thresholds, opinion_of
from guardrails.patterns import Compiler
from guardrails.rulefiles import load_rules
from guardrails.rules import RuleBook
from guardrails.verdict import GUARDED, Author, Reason, Route, Surface, Turn, Verdict
from guardrails.weights import ModelError


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """Screens messages with one policy."""

    _normaliser: Normaliser
    _rules: RuleBook
    _follow_up: FollowUp
    _languages: Languages
    _thresholds: Thresholds
    _classifier: Classifier | None = None

    @classmethod
    def load(
        cls, policy: Path | None = None, classifier: Classifier | Literal["packaged"] | None = "packaged"
    ) -> Guard:
        """Return a guard with the packaged policy and classifier, or others; None leaves the rules alone.

        Raises `PolicyError` when the policy is damaged and `ModelError` when the packaged weights are.
        """
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
            Learned.load() if classifier == "packaged" else classifier,
        )

    @classmethod
    def load_anyhow(cls, policy: Path | None = None) -> Guard:
        """Return a guard, with rules alone when the packaged weights are damaged; raises `PolicyError`.

        Such a guard says so in `problem`, and each of its verdicts is `degraded`.
        """
        try:
            classifier: Classifier = Learned.load()
        except ModelError as exc:
            classifier = Missing(str(exc))
        return cls.load(policy, classifier)

    @property
    def problem(self) -> str | None:
        """Why the classifier cannot be used; None when it can, or when none was asked for."""
        return self._classifier.problem if isinstance(self._classifier, Missing) else None

    @property
    def whys(self) -> Mapping[str, str]:
        """The wordings that say to a member why the guard spoke, by their id."""
        return self._rules.whys

    def screen(self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
        """Return what the guard thinks of a message and of what it follows."""
        message = self._normaliser.read(text)
        language = self._languages.foreign(message.native.text)
        rules = of_rules(self._rules.hits(message), self.whys)
        foreign = self._foreign(message, language is not None)
        earlier = self._follow_up.earlier(context)
        manner = self._follow_up.manner(message)
        opinion = None
        degraded = False
        findings = [*rules, *foreign]
        if self._classifier is not None:
            try:
                opinion = self._opinion(self._classifier, message, rules, earlier)
                earlier = tuple(self._heard(self._classifier, one, surface) for one in earlier)
            except NoOpinion:
                degraded = True
        if opinion is not None:
            # A message that turns to something else counts by itself.
            own = replace(opinion, followed=MappingProxyType({})) if manner.ends else opinion
            findings = [
                *self._thresholds.weighed(rules, opinion),
                *foreign,
                *self._thresholds.findings(own, len(text), surface, self.whys),
            ]
        followed = self._follow_up.findings(message, manner, findings, earlier, self.whys)
        if opinion is not None and opinion.followed:
            followed = tuple(self._thresholds.carried(followed, opinion, manner.retracts))
        findings += followed
        verdict = _verdict(findings, surface, opinion, degraded, language)
        hesitant = verdict.route is None and opinion is not None and self._thresholds.hesitates(opinion)
        return replace(verdict, hesitant=hesitant)

    def _opinion(
        self, classifier: Classifier, message: Normal, rules: Sequence[Finding], earlier: Sequence[Earlier]
    ) -> Opinion:
        """Return the classifier's opinion of a message, also after what the same writer said before."""
        own = [one.message for one in earlier if one.own_words]
        open_rules = [
            one.reason for one in rules if one.route is Route.CRISIS and (one.likely or not one.sure)
        ]
        spots = [(reason.start, reason.end) for reason in open_rules]
        return opinion_of(classifier, message, own, spots)

    def _heard(self, classifier: Classifier, one: Earlier, surface: Surface) -> Earlier:
        """Return an earlier turn with what the classifier finds in it, unless its route is known."""
        if one.turn.route is not None or one.turn.author is Author.BOT:
            return one
        opinion = opinion_of(classifier, one.message)
        return replace(
            one, learned=self._thresholds.findings(opinion, len(one.turn.text), surface, self.whys)
        )

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
    opinion: Opinion | None,
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
        scores=opinion.scores if opinion else MappingProxyType({}),
        embedding=opinion.embedding if opinion else None,
        degraded=degraded,
        language=language,
    )


@cache
def _packaged() -> Guard:
    return Guard.load()


def screen(text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
    """Return the packaged guard's verdict; loads it on the first call."""
    return _packaged().screen(text, context, surface)
