"""Named wordings and what a community may do to them."""

from __future__ import annotations

import pytest

from bot.errors import ResourceError
from bot.resources.wordings import packaged, parse_wordings, problems_with
from guardrails import Danger

SAFETY = ["crisis", "emergency", "unsafe", "pet", "medical", "sourcing", "error", "check_in", "language"]
PERSON_FIRST = ["addict", "junkie", " clean ", "dirty", "committed suicide", "abuser"]


@pytest.mark.parametrize("name", SAFETY)
def test_a_safety_wording_keeps_its_help_lines(name: str) -> None:
    wording = packaged()[name]
    assert wording.must_keep & {"lines", "line"}
    assert problems_with(wording, "Please look after yourself.")


@pytest.mark.parametrize("danger", list(Danger))
def test_every_danger_has_a_card_with_help_lines(danger: Danger) -> None:
    assert "lines" in packaged().card_for((danger,)).slots


@pytest.mark.parametrize("name", ["crisis", "emergency", "unsafe"])
def test_the_number_comes_first_on_a_card_for_danger(name: str) -> None:
    assert packaged()[name].text.startswith("{lines}")


def test_an_overlay_replaces_a_text_by_name() -> None:
    assert packaged().overlaid({"unanswered": "Not yet."})["unanswered"].text == "Not yet."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("crisis", "You matter."),
        ("unanswered", "Ask {someone}."),
        ("unanswered", "An open {brace"),
        ("no_such_wording", "Hello."),
    ],
)
def test_an_overlay_that_would_break_a_card_is_left_out(name: str, text: str) -> None:
    overlaid = packaged().overlaid({name: text})
    assert overlaid.names() == packaged().names()
    assert all(overlaid[kept].text == packaged()[kept].text for kept in packaged().names())


def test_no_wording_uses_words_that_hurt() -> None:
    for wording in packaged().all():
        assert not [word for word in PERSON_FIRST if word in f" {wording.text.lower()} "], wording.name


@pytest.mark.parametrize("text", ["", "[]", "wordings: {}", "wordings: {a: {}}\ndanger_cards: {}", "a: ["])
def test_a_damaged_file_is_named(text: str) -> None:
    with pytest.raises(ResourceError, match=r"wordings\.yaml"):
        parse_wordings(text)
