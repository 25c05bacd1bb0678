"""What came before: a danger goes on, a question goes on to fragments, a new subject ends both."""

from __future__ import annotations

import pytest

from guardrails import Author, Danger, Guard, Route, Surface, Turn, Verdict

GUARD = Guard.load(classifier=None)
SAID = {
    Route.CRISIS: "i dont see the point in waking up tomorrow",
    Route.MEDICAL: "is it ok to take gabapentin while coming off kratom",
    Route.SOURCING: "anyone near leeds selling bars",
}


def after(
    route: Route,
    text: str,
    author: Author = Author.SAME,
    *,
    age_s: float = 30.0,
    surface: Surface = Surface.MENTION,
) -> Verdict:
    """Return the verdict on a text after a message that was judged as `route`."""
    return GUARD.screen(text, (Turn(SAID[route], author, age_s, route),), surface)


@pytest.mark.parametrize(
    "text",
    [
        "haha dw about me",
        "nvm im fine",
        "jk",
        "lol stop messaging me im ok",
        "forget i said that",
        "Please ignore an old man. It is only the evenings.",
        "im just tired",
        "mostly",
        "he's drunk though and hes said sorry",
        "and my guitar",
    ],
)
def test_taking_it_back_does_not_lower_a_danger(text: str) -> None:
    """A retraction or a fragment after a disclosure is still a crisis."""
    assert after(Route.CRISIS, text).route is Route.CRISIS


@pytest.mark.parametrize(
    "text",
    [
        "thanks, calling them now",
        "im at the hospital now theyre keeping me in for obs",
        "ok ill ring the line",
        "he's with his mum and the crisis team now",
        "vet on the phone w us, on our way in now",
    ],
)
def test_a_danger_ends_when_help_has_come(text: str) -> None:
    """Nobody is shown the card again while they are being helped."""
    assert after(Route.CRISIS, text).route is None


@pytest.mark.parametrize(
    "text",
    [
        "what time is the zoom meeting tonight?",
        "thank you all for being here",
        "anyway who won the rugby",
    ],
)
def test_another_subject_after_a_danger_gets_the_quiet_line(text: str) -> None:
    """The question is handled, with one line beside it."""
    verdict = after(Route.CRISIS, text)
    assert (verdict.route, verdict.check_in) == (None, True)


def test_a_quiet_line_for_an_old_danger_is_not_spoken_in_watch_channels() -> None:
    """Where nobody addressed the bot the bar is higher."""
    verdict = after(Route.CRISIS, "what time is the zoom meeting tonight?", surface=Surface.WATCH_CHANNEL)
    assert verdict.check_in is False


def test_a_danger_stays_open_over_other_messages() -> None:
    """A retraction two messages later is judged by the danger before."""
    turns = (Turn(SAID[Route.CRISIS], route=Route.CRISIS), Turn("so is the meeting on zoom"))
    assert GUARD.screen("dw about me btw", turns).route is Route.CRISIS


def test_an_old_message_does_not_count() -> None:
    """After 15 minutes a message stands alone."""
    assert after(Route.CRISIS, "mostly", age_s=901).route is None


def test_only_the_last_five_turns_count() -> None:
    """What lies further back is gone."""
    chatter = tuple(Turn("we had soup for lunch", route=Route.CHAT) for _ in range(5))
    assert GUARD.screen("mostly", (Turn("x", route=Route.CRISIS), *chatter)).route is None


@pytest.mark.parametrize("text", ["is he ok?", "hes not answering anymore", "what do we do"])
def test_asking_after_somebody_in_danger_is_a_crisis(text: str) -> None:
    """Somebody else's danger goes on to those who ask after the person."""
    assert after(Route.CRISIS, text, Author.OTHER).route is Route.CRISIS


@pytest.mark.parametrize("text", ["sending hugs", "im fine", "same time tomorrow everyone?", "lol"])
def test_somebody_elses_danger_is_not_mine(text: str) -> None:
    """Another member who says something of their own gets no card."""
    verdict = after(Route.CRISIS, text, Author.OTHER)
    assert (verdict.route, verdict.check_in) == (None, False)


@pytest.mark.parametrize(
    "text", ["what about with food?", "and if i take two", "or half then?", "is that safe"]
)
@pytest.mark.parametrize("author", list(Author))
def test_a_medical_question_goes_on_to_fragments(text: str, author: Author) -> None:
    """Whoever asked first, and when it is a reply to the bot's own card."""
    assert after(Route.MEDICAL, text, author).route is Route.MEDICAL


@pytest.mark.parametrize(
    "text",
    [
        "thanks, i'll ask my pharmacist",
        "ok. where do i find a meeting then?",
        "got it, asking the pharmacist tomorrow",
        "anyone watching the rugby?",
        "how do i delete my message",
        "i made a huge pot of vegetable soup for my whole street and everyone came and it was lovely",
    ],
)
def test_a_medical_question_does_not_go_on_to_another_subject(text: str) -> None:
    """Thanks, a change of subject and a story of one's own are judged alone."""
    assert after(Route.MEDICAL, text).route is None


@pytest.mark.parametrize("text", ["how much for 3", "still got any?", "which one?"])
def test_sourcing_goes_on_to_fragments(text: str) -> None:
    """Who asks for the price after asking for drugs is asking for drugs."""
    assert after(Route.SOURCING, text).route in (Route.SOURCING, Route.MEDICAL)


def test_earlier_messages_without_a_route_are_screened() -> None:
    """The shell need not know what an earlier message was judged as."""
    turns = (Turn("how much gabapentin can i take with kratom"),)
    assert GUARD.screen("what about with food?", turns).route is Route.MEDICAL


def test_a_statement_makes_the_topic_of_a_question() -> None:
    """The drug stands in the first message, the question in the second."""
    assert (
        GUARD.screen("so half then?", (Turn("been on 24mg subs for a year, too sleepy at work"),)).route
        is Route.MEDICAL
    )


def test_the_words_of_the_bot_are_not_screened() -> None:
    """Its own card names dangers; only the route of its turn tells."""
    card = Turn("If you took too much kratom or want to die, call now. How much did you take?", Author.BOT)
    assert GUARD.screen("which one?", (card,)).route is None


def test_a_follow_up_names_the_danger_and_the_reason() -> None:
    """The dangers of the earlier message order the help lines of the later one."""
    turns = (Turn("my dog ate them", route=Route.CRISIS),)
    verdict = GUARD.screen("is he ok?", turns)
    assert verdict.dangers
    assert set(verdict.dangers) <= set(Danger)
    reason = verdict.reasons[-1]
    assert (reason.rule, reason.start, reason.end) == ("context/crisis", 0, 0) or reason.rule.startswith(
        "crisis/"
    )


def test_context_never_lowers_a_verdict() -> None:
    """A danger in the message itself stands, whatever came before."""
    turns = (Turn("thanks, calling them now", route=Route.CHAT), Turn("lol jk"))
    assert GUARD.screen("quiero morir", turns).route is Route.CRISIS
