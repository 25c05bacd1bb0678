"""The demo in a real browser: what a person who tries it sees and presses."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.running import CHROMIUM, OPEN, Conversation, Demo, browser, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def demo() -> Iterator[Demo]:
    with running() as started:
        yield started


@pytest.fixture
def members(demo: Demo, chromium: Browser) -> Iterator[Conversation]:
    page = chromium.new_page()
    yield Conversation(page, demo.members)
    page.close()


@pytest.fixture
def moderators(demo: Demo, chromium: Browser) -> Iterator[Conversation]:
    page = chromium.new_page()
    yield Conversation(page, demo.moderators)
    page.close()


def test_a_question_is_answered_and_its_card_opens(members: Conversation) -> None:
    members.write("How do I find a meeting?")
    members.wait_for("The moderators have an answer to that")
    members.press(OPEN)
    members.wait_for("There are many kinds, and you can try several.")
    members.wait_for("Only you can see this")


def test_a_private_card_is_not_shown_to_somebody_else(members: Conversation) -> None:
    members.write("How do I find a meeting?")
    members.wait_for("The moderators have an answer to that")
    members.press(OPEN)
    members.wait_for("There are many kinds, and you can try several.")
    members.view_as("sam")
    expect(members.there.get_by_text("There are many kinds")).to_have_count(0)


def test_a_medical_question_is_handed_to_people_who_can_answer(members: Conversation) -> None:
    members.view_as("sam")
    members.write("how much kratom and magnesium should I take?")
    members.wait_for("I don't answer those, but I can show who does.")
    members.press(OPEN)
    members.wait_for("I never answer those")
    members.press("That's not what I meant")
    dialog = members.page.locator("#modal-root")
    expect(dialog.get_by_text("Ask the moderators")).to_be_visible()
    expect(dialog.locator("textarea")).to_have_value("how much kratom and magnesium should I take?")


def test_the_form_is_sent_and_reaches_the_moderators(members: Conversation, moderators: Conversation) -> None:
    members.write("how much kratom should I take?")
    members.wait_for("I don't answer those")
    members.press(OPEN)
    members.wait_for("I never answer those")
    members.press("That's not what I meant")
    dialog = members.page.locator("#modal-root")
    dialog.locator("textarea").fill("What time does the garden project start?")
    dialog.get_by_role("button", name="Submit").click()
    members.wait_for("The moderators can read your question now")
    moderators.wait_for("What time does the garden project start?")


def test_danger_shows_the_number_and_alerts_the_moderators(
    members: Conversation, moderators: Conversation
) -> None:
    members.write("I want to kill myself tonight")
    members.wait_for("988 Suicide & Crisis Lifeline")
    moderators.wait_for("Someone may be in danger.")
    expect(moderators.there.get_by_text("kill myself")).to_have_count(0)


def test_what_nobody_knows_appears_on_the_moderators_page_by_itself(
    members: Conversation, moderators: Conversation
) -> None:
    members.write("What time does the garden project start?")
    members.wait_for("I've saved the question for the moderators")
    moderators.wait_for("A question I could not answer")


def test_a_command_can_be_used(members: Conversation) -> None:
    members.use("helplines")
    members.wait_for("Help lines for United States")


def test_three_things_to_try_are_printed(demo: Demo) -> None:
    for number in ("1.", "2.", "3."):
        assert number in demo.greeting


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_interrupted(demo: Demo, members: Conversation, how: signal.Signals) -> None:
    members.write("How do I find a meeting?")
    members.wait_for("The moderators have an answer to that")
    code, said = demo.end(how)
    assert code == 0
    assert "Traceback" not in said
    assert said.strip() == "The demo has ended. Nothing was kept."


def test_a_port_that_is_taken_is_a_clear_error(demo: Demo) -> None:
    taken = demo.members.split(":")[2].split("/")[0]
    with pytest.raises(AssertionError, match="The port is taken"), running("--port", taken):
        pass


def test_simcord_is_the_version_whose_inner_parts_the_demo_touches() -> None:
    assert version("simcord") == "3.2.1"
