"""Verdicts: precedence, strength, dangers, the second opinion, and that nothing ever raises."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guardrails
from guardrails import Author, Danger, Guard, Reason, Route, Surface, Turn
from guardrails.classifier import Classifier, Missing, Opinion
from guardrails.findings import Finding, route_of
from guardrails.normalise import Normal
from tests.guardrails.policies import CRISIS, policy

PACKAGED = Guard.load(classifier=None)


class Fixed:
    """A classifier for tests that always says the same."""

    def __init__(self, **scores: float) -> None:
        self._scores = scores

    def classify(
        self, message: Normal, before: Sequence[Normal] = (), spots: Sequence[tuple[int, int]] = ()
    ) -> Opinion:
        return Opinion(self._scores)


class Broken:
    """A classifier for tests that always fails."""

    def classify(
        self, message: Normal, before: Sequence[Normal] = (), spots: Sequence[tuple[int, int]] = ()
    ) -> Opinion:
        raise RuntimeError("damaged weights")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return policy(tmp_path_factory.mktemp("policy"))


@pytest.fixture(scope="module")
def guard(folder: Path) -> Guard:
    return Guard.load(folder, classifier=None)


def test_crisis_comes_before_medical_and_sourcing(guard: Guard) -> None:
    """All reasons are kept, and those of the route come first."""
    verdict = guard.screen("where to buy it? how much kratom? i want to die")
    assert verdict.route is Route.CRISIS
    assert [reason.rule for reason in verdict.reasons] == [
        "crisis/wants-to-die",
        "medical/dose",
        "sourcing/where-to-buy",
    ]


def test_medical_comes_before_sourcing() -> None:
    """A question for both is a medical one."""
    verdict = PACKAGED.screen("how much kratom should i take and where can i buy it")
    assert verdict.route is Route.MEDICAL
    assert any(reason.rule.startswith("sourcing/") for reason in verdict.reasons)


def test_an_unsure_medical_rule_stops_a_message_all_the_same(guard: Guard) -> None:
    assert guard.screen("how much kratom?").route is Route.MEDICAL


def test_dangers_are_joined_in_a_fixed_order(guard: Guard) -> None:
    """The order is that of the definition, whichever comes first in the text."""
    verdict = guard.screen("i want to die and i took them all")
    assert verdict.dangers == (Danger.OVERDOSE, Danger.SELF_HARM)


def test_an_unsure_crisis_is_a_check_in(guard: Guard) -> None:
    """It gives a quiet line and leaves the route to others."""
    verdict = guard.screen("im so tired of everything")
    assert (verdict.route, verdict.check_in) == (None, True)
    assert verdict.dangers == (Danger.SELF_HARM,)


def test_a_check_in_stands_beside_another_route(guard: Guard) -> None:
    """A medical question from somebody who may be in danger gets both."""
    verdict = guard.screen("so tired of everything. how much kratom can i take?")
    assert (verdict.route, verdict.check_in) == (Route.MEDICAL, True)
    assert verdict.reasons[0].rule == "medical/dose"


def test_a_sure_crisis_needs_no_check_in(guard: Guard) -> None:
    """The card is shown alone."""
    assert guard.screen("so tired of everything. i want to die").check_in is False


def test_a_rule_may_keep_quiet_in_watch_channels(guard: Guard) -> None:
    """`watch: false` is not heard where nobody addressed the bot; a sure crisis always is."""
    quiet = guard.screen("im so tired of everything", surface=Surface.WATCH_CHANNEL)
    assert (quiet.check_in, quiet.reasons) == (False, ())
    assert guard.screen("i want to die", surface=Surface.WATCH_CHANNEL).route is Route.CRISIS


def test_nothing_found_is_an_empty_verdict(guard: Guard) -> None:
    """A plain message is let through."""
    assert guard.screen("what time is the meeting?") == guardrails.Verdict(None)


def test_a_classifier_adds_its_word(folder: Path) -> None:
    """Above its threshold the route is given, with the scores."""
    guard = Guard.load(folder, classifier=Fixed(crisis=0.97, other=0.03))
    verdict = guard.screen("hello")
    assert verdict.route is Route.CRISIS
    assert verdict.dangers == (Danger.UNKNOWN,)
    assert verdict.scores["crisis"] == 0.97
    assert verdict.reasons[0].rule == "model/crisis"


def test_a_classifier_that_is_not_sure_gives_a_check_in(folder: Path) -> None:
    """Watch channels ask for more."""
    guard = Guard.load(folder, classifier=Fixed(crisis=0.6, other=0.4))
    assert guard.screen("hello").check_in is True
    assert guard.screen("hello", surface=Surface.WATCH_CHANNEL).check_in is False


def test_a_classifier_never_takes_a_rule_back(folder: Path) -> None:
    """The rules guarantee what must not be missed."""
    guard = Guard.load(folder, classifier=Fixed(other=1.0))
    assert guard.screen("i want to die").route is Route.CRISIS


@pytest.mark.parametrize(
    ("score", "route", "check_in"),
    [
        pytest.param(0.6, Route.CRISIS, False, id="agrees: the card"),
        pytest.param(0.2, None, True, id="wavers: the quiet line that the rule asks for"),
        pytest.param(0.05, None, False, id="doubts it: nothing"),
    ],
)
def test_an_unsure_crisis_rule_counts_as_far_as_the_classifier_agrees(
    folder: Path, score: float, route: Route | None, check_in: bool
) -> None:
    guard = Guard.load(folder, classifier=Fixed(crisis=score, other=1 - score))
    verdict = guard.screen("so tired of everything")
    assert (verdict.route, verdict.check_in) == (route, check_in)


@pytest.mark.parametrize(("score", "route"), [(0.3, Route.MEDICAL), (0.1, None)])
def test_an_unsure_referral_needs_the_classifiers_support(
    folder: Path, score: float, route: Route | None
) -> None:
    guard = Guard.load(folder, classifier=Fixed(medical=score, other=1 - score))
    assert guard.screen("how much kratom?").route is route


@pytest.mark.parametrize(
    ("score", "route", "check_in"), [(0.06, Route.CRISIS, False), (0.01, None, True), (0.0, None, True)]
)
def test_a_likely_crisis_rule_is_never_silenced(
    tmp_path: Path, score: float, route: Route | None, check_in: bool
) -> None:
    """A classifier that is sure of the contrary turns its card into the quiet line, and no further."""
    likely = CRISIS.replace("strength: sure", "strength: likely")
    guard = Guard.load(policy(tmp_path, crisis=likely), Fixed(crisis=score, other=1 - score))
    verdict = guard.screen("i want to die")
    assert (verdict.route, verdict.check_in) == (route, check_in)


def test_a_likely_rule_stands_where_there_is_no_classifier(tmp_path: Path) -> None:
    likely = CRISIS.replace("strength: sure", "strength: likely")
    guard = Guard.load(policy(tmp_path, crisis=likely), classifier=None)
    assert guard.screen("i want to die").route is Route.CRISIS


def test_a_guard_without_its_weights_says_so(folder: Path) -> None:
    """The rules go on, and each verdict is degraded."""
    guard = Guard.load(folder, classifier=Missing("encoder.onnx: is missing"))
    assert guard.problem == "encoder.onnx: is missing"
    assert guard.screen("i want to die").route is Route.CRISIS
    assert guard.screen("hello").degraded is True


@pytest.mark.parametrize("classifier", [Broken(), Fixed(crisis=float("nan")), Fixed(crisis=7.0)])
def test_a_failing_classifier_leaves_the_rules(folder: Path, classifier: Classifier) -> None:
    """The verdict says that it is degraded, and the rules go on."""
    verdict = Guard.load(folder, classifier=classifier).screen("i want to die")
    assert verdict.degraded is True
    assert verdict.route is Route.CRISIS


def test_a_guard_cannot_be_changed(guard: Guard) -> None:
    """It is shared between threads."""
    with pytest.raises((FrozenInstanceError, AttributeError)):
        guard._classifier = Broken()  # type: ignore[misc]


def test_threads_agree(guard: Guard) -> None:
    """Many threads get the same verdicts from one guard."""
    texts = ["i want to die", "how much kratom?", "hello", "where to buy it"] * 25
    alone = [guard.screen(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guard.screen, texts)) == alone


def test_every_reason_has_a_known_wording() -> None:
    """What a verdict says to a member is one of the guard's named wordings."""
    for text in ("i want to kill myself", "how much kratom should i take", "quiero morir", "cuantos mg"):
        for reason in PACKAGED.screen(text).reasons:
            assert PACKAGED.whys[reason.why_id] == reason.why


def test_the_module_function_is_the_packaged_guard() -> None:
    """`screen` needs no set-up, and has the packaged classifier."""
    verdict = guardrails.screen("how much kratom should i take")
    assert verdict == Guard.load().screen("how much kratom should i take")
    assert set(verdict.scores) == {"crisis", "medical", "sourcing", "other"}
    assert verdict.embedding is not None
    assert len(verdict.embedding) == 384


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("   \n\t ", id="blank"),
        pytest.param("😀🎉", id="emoji"),
        pytest.param("\ud83d", id="lone surrogate"),
        pytest.param("שלום مرحبا", id="right to left"),
        pytest.param("\u202e\u2066\u2069", id="bidi controls alone"),
        pytest.param("🇦" * 500, id="regional indicators"),
        pytest.param("||" * 1000, id="markup alone"),
        pytest.param("( [ { \\ ^ $ . * + ?" * 100, id="signs of patterns"),
        pytest.param("q9x zv!! " * 222, id="nonsense"),
    ],
)
def test_strange_texts_are_let_through(text: str) -> None:
    """Nothing raises, and nothing is found in what says nothing."""
    assert PACKAGED.screen(text, (Turn(text), Turn(text, Author.BOT))).route is None


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=120), st.sampled_from(list(Surface)))
def test_screen_never_raises(text: str, surface: Surface) -> None:
    """For any text, every place lies in the text and the verdict is sound."""
    verdict = PACKAGED.screen(text, (Turn(text, Author.OTHER), Turn("i want to die")), surface)
    assert verdict.route in (None, *guardrails.GUARDED)
    assert not (verdict.check_in and verdict.route is Route.CRISIS)
    assert all(0 <= reason.start <= reason.end <= len(text) for reason in verdict.reasons)


def test_the_public_face_is_complete() -> None:
    """Every name promised is there, and sorted lists stay true."""
    assert all(hasattr(guardrails, name) for name in guardrails.__all__)
    assert {"Guard", "screen", "redact", "review_text", "Claim", "PolicyError"} <= set(guardrails.__all__)


def test_a_sure_sourcing_rule_outranks_an_unsure_medical_one() -> None:
    reason = Reason("x/y", "x", "X.")
    unsure_medical = Finding(Route.MEDICAL, reason, sure=False)
    sure_medical = Finding(Route.MEDICAL, reason)
    sourcing = Finding(Route.SOURCING, reason)
    assert route_of([unsure_medical, sourcing]) is Route.SOURCING
    assert route_of([sure_medical, sourcing]) is Route.MEDICAL
    assert route_of([unsure_medical]) is Route.MEDICAL
