"""Every rule's own examples, run through the whole guard with the packaged policy."""

from __future__ import annotations

from functools import cache

import pytest

from guardrails import GUARDED, Guard, Route
from guardrails.rulefiles import load_rules
from guardrails.rules import Rule

RULES = load_rules().rules
MATCH = [pytest.param(rule, text, id=f"{rule.id}-{n}") for rule in RULES for n, text in enumerate(rule.match)]
NO_MATCH = [
    pytest.param(rule, text, id=f"{rule.id}-{n}") for rule in RULES for n, text in enumerate(rule.no_match)
]


@cache
def packaged() -> Guard:
    return Guard.load(classifier=None)


@pytest.mark.parametrize(("rule", "text"), MATCH)
def test_a_rule_catches_its_examples(rule: Rule, text: str) -> None:
    """The rule itself speaks, and the route is at least as severe as its own."""
    verdict = packaged().screen(text)
    assert rule.id in {reason.rule for reason in verdict.reasons}
    if rule.route is Route.CRISIS and not rule.sure:
        assert verdict.check_in or verdict.route is Route.CRISIS
    elif not rule.sure:
        # An unsure medical rule gives way to a sure sourcing one; both end in a referral.
        assert verdict.route is not None
    else:
        assert verdict.route is not None
        assert GUARDED.index(verdict.route) <= GUARDED.index(rule.route)


@pytest.mark.parametrize(("rule", "text"), NO_MATCH)
def test_a_rule_leaves_its_counter_examples_alone(rule: Rule, text: str) -> None:
    """The rule does not speak; another rule may."""
    assert rule.id not in {reason.rule for reason in packaged().screen(text).reasons}


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])
def test_a_rule_points_into_the_message(rule: Rule) -> None:
    """The span of a reason is a part of the original text that is not empty."""
    text = rule.match[0]
    spans = [(r.start, r.end) for r in packaged().screen(text).reasons if r.rule == rule.id]
    assert all(0 <= start < end <= len(text) for start, end in spans)
