"""The rule format: what matches, what shields, and what a broken policy is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardrails import Guard, PolicyError
from tests.guardrails.policies import CRISIS, MEDICAL, policy


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    return Guard.load(policy(tmp_path_factory.mktemp("policy")), classifier=None)


def rules(guard: Guard, text: str) -> list[str]:
    return [reason.rule for reason in guard.screen(text).reasons]


def test_a_guard_shields_its_sentence(guard: Guard) -> None:
    """`unless` switches a rule off in the sentence of the idiom."""
    assert rules(guard, "i want to die lol") == []


@pytest.mark.parametrize(
    "text",
    ["lol. i want to die", "i want to die. that film was funny lol", "haha lol\ni want to die tonight"],
)
def test_a_guard_does_not_shield_another_sentence(guard: Guard, text: str) -> None:
    """A harmless idiom beside a danger hides nothing."""
    assert "crisis/wants-to-die" in rules(guard, text)


def test_a_message_guard_shields_the_message(guard: Guard) -> None:
    """`unless_message` switches a rule off from anywhere."""
    assert rules(guard, "i took them all. the biscuits i mean") == []


def test_all_parts_are_needed_in_one_sentence(guard: Guard) -> None:
    """`all` finds its parts together, not spread over sentences that do not ask."""
    assert "medical/dose" in rules(guard, "how much kratom is ok")
    assert "medical/dose" not in rules(guard, "i grow kratom at home. how much is the bus?")


def test_a_question_rule_needs_a_question(guard: Guard) -> None:
    """With `question: true` a plain statement is left alone."""
    assert "medical/dose" not in rules(guard, "yesterday i saw people take kratom")


def test_the_scope_of_a_message_rule_is_the_message(guard: Guard) -> None:
    """In a message rule the parts may be apart, and ^ and $ are the ends of the message."""
    assert "medical/apart" in rules(guard, "no more alcohol for me. a detox begins today")
    assert "medical/apart" in rules(guard, "Is it safe??")
    assert "medical/apart" not in rules(guard, "is it safe? i mean the bridge")


def test_a_reason_points_at_the_words(guard: Guard) -> None:
    """The place is in the original text, before any folding."""
    text = "Hëllo 😀 you. I ｗａｎｔ to d1e. ok"
    (reason,) = guard.screen(text).reasons
    assert text[reason.start : reason.end] == "ｗａｎｔ to d1e"
    assert reason.why == "This sounds like danger."


BROKEN = {
    "unknown slot": (CRISIS.replace("want to die\\b'", "want {substanse}'"), "{substance}"),
    "unknown guard": (CRISIS.replace("[joking]", "[jokin-g]"), "`jokin-g`"),
    "unknown why": (
        CRISIS.replace("why: danger\n    patterns: ['\\bwant", "why: dangr\n    patterns: ['\\bwant"),
        "`dangr`",
    ),
    "bad pattern": (CRISIS.replace("\\bwant to die\\b", "(want"), "cannot be read"),
    "look-ahead": (CRISIS.replace("\\bwant to die\\b", "want(?! to)"), "cannot be read"),
    "capital": (CRISIS.replace("\\bwant to die\\b", "Want to die"), "capital"),
    "matches everything": (CRISIS.replace("\\bwant to die\\b", "x*"), "everything"),
    "no examples": (
        CRISIS.replace("match: [i want to die, they want to die]", "match: [one]"),
        "two `match`",
    ),
    "no counter-example": (CRISIS.replace("no_match: [i want to dye my hair]", ""), "`no_match`"),
    "unknown danger": (CRISIS.replace("dangers: [self_harm]", "dangers: [sharks]", 1), "sharks"),
    "no danger": (CRISIS.replace("    dangers: [self_harm]\n", "", 1), "`dangers`"),
    "unknown key": (
        CRISIS.replace("    strength: sure", "    strenght: sure", 1),
        "Did you mean `strength`?",
    ),
    "unknown strength": (CRISIS.replace("strength: sure", "strength: certain", 1), "certain"),
    "route and id": (CRISIS.replace("route: crisis", "route: medical", 1), "Make them agree"),
    "no pattern": (CRISIS.replace("    patterns: ['\\bwant to die\\b']\n", ""), "`patterns` or `all`"),
    "bad id": (CRISIS.replace("crisis/wants-to-die", "crisis/Wants To Die"), "route/name"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_named(tmp_path: Path, what: str) -> None:
    """The error names the file, a line, the rule where there is one, and the trouble."""
    text, told = BROKEN[what]
    assert text != CRISIS, "the case must break something"
    with pytest.raises(PolicyError) as caught:
        Guard.load(policy(tmp_path, crisis=text))
    error = caught.value
    assert error.file == "crisis.yaml"
    assert error.line is not None
    assert error.rule is not None
    assert error.rule.startswith("crisis/")
    assert told in str(error)
    assert error.mend


def test_an_id_is_used_once(tmp_path: Path) -> None:
    """Two rules of one id would hide each other."""
    crisis = CRISIS.replace("crisis/took-them-all", "crisis/wants-to-die")
    with pytest.raises(PolicyError, match="already used"):
        Guard.load(policy(tmp_path, crisis=crisis))


def test_a_wording_is_named_once(tmp_path: Path) -> None:
    """A wording's name is unique over all files."""
    with pytest.raises(PolicyError, match="there twice"):
        Guard.load(policy(tmp_path, medical=MEDICAL.replace("medicine:", "danger:")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("version: 1\nrules: [", "not valid YAML", id="yaml"),
        pytest.param("rules: []", "version", id="version"),
        pytest.param("- 1", "no keys", id="list"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, told: str) -> None:
    """The error names the file and what is wrong."""
    with pytest.raises(PolicyError, match=told) as caught:
        Guard.load(policy(tmp_path, crisis=text))
    assert caught.value.file == "crisis.yaml"


def test_a_missing_rule_file_is_an_error(tmp_path: Path) -> None:
    """A guard without its crisis rules must not start."""
    folder = policy(tmp_path)
    (folder / "crisis.yaml").unlink()
    with pytest.raises(PolicyError, match="no rule for crisis"):
        Guard.load(folder)


def test_a_slot_that_uses_itself_is_an_error(tmp_path: Path) -> None:
    """Slots may use slots, but not in a circle."""
    folder = policy(tmp_path)
    (folder / "lexicon" / "loop.yaml").write_text(
        "version: 1\nslots: {loop_a: {patterns: ['{loop_b}']}, loop_b: {patterns: ['{loop_a}']}}"
    )
    with pytest.raises(PolicyError, match="uses itself"):
        Guard.load(folder)
