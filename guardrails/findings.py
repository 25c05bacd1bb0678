"""What one layer of the guard found, and how findings become a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guardrails.rules import Hit, Strength
from guardrails.verdict import GUARDED, Danger, Reason, Route


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason to stop a message; an unsure crisis gives a quiet line instead.

    `watch` is false for what is too thin to speak of where nobody addressed the bot. A `likely` one
    gives way to a classifier that is sure of the contrary.
    """

    route: Route
    reason: Reason
    sure: bool = True
    dangers: tuple[Danger, ...] = ()
    watch: bool = True
    likely: bool = False

    @property
    def stops(self) -> bool:
        """Whether the message gets this route: unsure medical and sourcing do, an unsure crisis does not."""
        return self.sure or self.route is not Route.CRISIS


def of_rules(hits: Iterable[Hit], whys: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return the findings of rules that matched."""
    return tuple(
        Finding(
            hit.rule.route,
            Reason(hit.rule.id, hit.rule.why, whys[hit.rule.why], hit.start, hit.end),
            hit.rule.sure,
            hit.rule.dangers,
            hit.rule.watch,
            hit.rule.strength is Strength.LIKELY,
        )
        for hit in hits
    )


def route_of(findings: Iterable[Finding]) -> Route | None:
    """Return the route that comes first among the findings that stop a message.

    A message that surely asks for drugs is not turned medical by a rule that is not sure; both
    end in a referral, and the surer one says what the message is about.
    """
    stopping = [one for one in findings if one.stops]
    sure = {one.route for one in stopping if one.sure}
    if Route.SOURCING in sure and Route.MEDICAL not in sure:
        stopping = [one for one in stopping if one.route is not Route.MEDICAL]
    return min((one.route for one in stopping), key=GUARDED.index, default=None)


def dangers_of(findings: Iterable[Finding]) -> tuple[Danger, ...]:
    """Return all dangers once, in the order in which they are defined."""
    found = {danger for one in findings for danger in one.dangers}
    return tuple(danger for danger in Danger if danger in found)
