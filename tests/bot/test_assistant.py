"""The pipeline: what each kind of message leads to, and what happens when a part breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest

from bot.assistant import Assistant, Brain, no_resources
from bot.message import Message
from bot.replies import Saving
from bot.resources.library import Library
from bot.resources.schema import Community, Kind
from guardrails import Danger, Reason, Route, Surface, Turn, Verdict

Say = Callable[..., Message]


class FixedGuard:
    """Gives the same verdict to every text; stands in where the guard itself is not the question."""

    whys: Mapping[str, str] = MappingProxyType({})

    def __init__(self, verdict: Verdict | Exception) -> None:
        self._verdict = verdict

    def screen(self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


def with_guard(brain: Brain, library: Library, verdict: Verdict | Exception) -> Assistant:
    return Assistant(replace(brain, guard=FixedGuard(verdict)), library.for_guild)


def test_a_faq_question_is_answered_verbatim(assistant: Assistant, say: Say) -> None:
    decision = assistant.decide(say("how do i find a meeting near me?"))
    reply = assistant.reply(decision, None)
    assert decision.route is Route.ANSWER
    assert [entry.id for entry in decision.entries] == ["find-a-meeting"]
    assert reply is not None
    assert "Look at the **meeting list** in the pinned post." in reply.text
    assert [link.url for link in reply.links] == ["https://example.org/meetings"]


def test_a_draft_is_never_spoken(assistant: Assistant, say: Say) -> None:
    decision = assistant.decide(say("What about the unfinished thing?"))
    assert decision.route is Route.UNANSWERED
    assert not decision.entries
    assert not decision.choices


def test_an_entry_for_one_country_is_only_spoken_there(assistant: Assistant, say: Say) -> None:
    question = "When does the Dublin walking club meet?"
    assert not assistant.decide(say(question)).entries
    assert assistant.decide(say(question, region="IE")).entries[0].id == "only-in-ireland"


@pytest.mark.parametrize(
    "text",
    [
        "how much kratom and magnesium should i take",
        "kratom plus magnesium basically cured my anxiety, right?",
        "can i mix gabapentin with wine",
    ],
)
def test_a_medical_question_gets_a_referral_and_no_entry(assistant: Assistant, say: Say, text: str) -> None:
    decision = assistant.decide(say(text))
    assert decision.route is Route.MEDICAL
    assert decision.referrals
    assert not decision.entries
    assert not decision.choices
    assert not decision.log


@pytest.mark.parametrize("region", [None, "US", "IE", "XX"])
def test_danger_gets_help_lines_everywhere(assistant: Assistant, say: Say, region: str | None) -> None:
    decision = assistant.decide(say("i want to kill myself tonight", region=region))
    reply = assistant.reply(decision, None)
    assert decision.route is Route.CRISIS
    assert Danger.SELF_HARM in decision.dangers
    assert decision.referrals
    assert reply is not None
    assert not decision.log


def test_the_number_is_the_first_thing_on_a_crisis_card(assistant: Assistant, say: Say) -> None:
    reply = assistant.reply(assistant.decide(say("i want to kill myself tonight")), None)
    assert reply is not None
    assert reply.text.startswith("**116 123**")


def test_whoever_may_be_dying_sees_the_emergency_number_first(assistant: Assistant, say: Say) -> None:
    decision = assistant.decide(say("my friend took too much and he wont wake up, lips are blue"))
    assert decision.route is Route.CRISIS
    assert Kind.EMERGENCY in decision.referrals[0].kinds


def test_in_a_direct_message_no_country_is_guessed(assistant: Assistant, say: Say) -> None:
    decision = assistant.decide(say("i want to kill myself tonight", surface=Surface.DM))
    assert {referral.region for referral in decision.referrals} == {"*"}


def test_a_question_nobody_answered_is_to_be_logged(assistant: Assistant, say: Say) -> None:
    decision = assistant.decide(say("what time is the pottery evening on thursday?"))
    assert decision.route is Route.UNANSWERED
    assert decision.log


@pytest.mark.parametrize(
    ("saving", "words"),
    [
        (Saving.UNCLAIMED, "ask a moderator"),
        (Saving.SAVED, "I've saved the question"),
        (Saving.JOURNAL, "once my log is back"),
        (Saving.FAILED, "could not save"),
    ],
)
def test_saved_is_said_only_when_it_is_true(
    assistant: Assistant, say: Say, saving: Saving, words: str
) -> None:
    decision = assistant.decide(say("what time is the pottery evening on thursday?"))
    reply = assistant.reply(decision, None, saving)
    assert reply is not None
    assert words in reply.text
    assert ("saved" in reply.text) == (saving is Saving.SAVED)


def test_chat_is_left_alone_unless_addressed(assistant: Assistant, say: Say) -> None:
    heard = assistant.decide(say("good morning all", addressed=True))
    overheard = assistant.decide(say("good morning all", addressed=False, surface=Surface.ASK_CHANNEL))
    assert heard.route is overheard.route is Route.CHAT
    assert assistant.reply(heard, None) is not None
    assert assistant.reply(overheard, None) is None


@pytest.mark.parametrize("text", ["how much kratom should i take", "how do i find a meeting near me?"])
def test_a_watch_channel_hears_only_danger(assistant: Assistant, say: Say, text: str) -> None:
    decision = assistant.decide(say(text, addressed=False, surface=Surface.WATCH_CHANNEL))
    assert assistant.reply(decision, None) is None
    danger = assistant.decide(
        say("i want to kill myself tonight", addressed=False, surface=Surface.WATCH_CHANNEL)
    )
    assert assistant.reply(danger, None) is not None


def test_an_ask_channel_answers_without_being_named(assistant: Assistant, say: Say) -> None:
    decision = assistant.decide(
        say("how do i find a meeting near me?", addressed=False, surface=Surface.ASK_CHANNEL)
    )
    assert assistant.reply(decision, None) is not None


def test_the_quiet_line_goes_with_the_normal_reply(brain: Brain, library: Library, say: Say) -> None:
    verdict = Verdict(None, (Danger.SELF_HARM,), check_in=True)
    assistant = with_guard(brain, library, verdict)
    decision = assistant.decide(say("how do i find a meeting near me?"))
    reply = assistant.reply(decision, None)
    assert decision.check_in
    assert reply is not None
    assert "Look at the **meeting list**" in reply.text
    assert "**116 123**" in reply.text


def test_the_quiet_line_stands_alone_in_a_watch_channel(brain: Brain, library: Library, say: Say) -> None:
    assistant = with_guard(brain, library, Verdict(None, (Danger.SELF_HARM,), check_in=True))
    decision = assistant.decide(say("tired of it all", addressed=False, surface=Surface.WATCH_CHANNEL))
    reply = assistant.reply(decision, None)
    assert reply is not None
    assert "**116 123**" in reply.public_text
    assert not reply.choices


def test_the_quiet_line_on_a_medical_card_is_a_crisis_line(brain: Brain, library: Library, say: Say) -> None:
    """A poison line is no help to somebody who does not want to go on."""
    reason = Reason("medical/dose", "dose", "This sounds like a question about a dose.")
    verdict = Verdict(Route.MEDICAL, (Danger.SELF_HARM,), check_in=True, reasons=(reason,))
    decision = with_guard(brain, library, verdict).decide(say("how many is too many"))
    assert decision.route is Route.MEDICAL
    assert Kind.CRISIS in decision.check_in_lines[0].kinds


def test_an_unanswered_message_with_a_quiet_line_is_not_stored(
    brain: Brain, library: Library, say: Say
) -> None:
    assistant = with_guard(brain, library, Verdict(None, (Danger.SELF_HARM,), check_in=True))
    assert not assistant.decide(say("what time is the pottery evening?")).log


def test_a_guard_that_fails_gives_help_lines_and_no_answer(brain: Brain, library: Library, say: Say) -> None:
    assistant = with_guard(brain, library, RuntimeError("broken"))
    decision = assistant.decide(say("how do i find a meeting near me?"))
    reply = assistant.reply(decision, None)
    assert decision.referrals
    assert not decision.entries
    assert reply is not None
    assert "Something went wrong on my side" in reply.text
    assert "**116 123**" in reply.text


def test_a_guard_that_lost_a_layer_offers_and_does_not_answer(
    brain: Brain, library: Library, say: Say
) -> None:
    assistant = with_guard(brain, library, Verdict(None, degraded=True))
    decision = assistant.decide(say("how do i find a meeting near me?"))
    assert not decision.entries
    assert [entry.id for entry in decision.choices] == ["find-a-meeting"]
    assert decision.check_in


def test_a_foreign_text_is_offered_titles_and_never_answered(
    brain: Brain, library: Library, say: Say
) -> None:
    assistant = with_guard(brain, library, Verdict(None, language="es"))
    decision = assistant.decide(say("How do I find a meeting near me?"))
    assert not decision.entries
    assert decision.referrals


def test_a_search_that_fails_says_so_and_keeps_the_question(
    assistant: Assistant, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken index")

    monkeypatch.setattr(assistant, "_search", broken)
    decision = assistant.decide(say("how do i find a meeting near me?"))
    reply = assistant.reply(decision, None)
    assert decision.log
    assert reply is not None
    assert "Something went wrong while I looked" in reply.text


def test_a_sentence_that_search_relied_on_is_screened_again(brain: Brain, library: Library, say: Say) -> None:
    """An entry never outruns the guard: a sentence that is medical alone is medical in company."""

    class OnlyAlone:
        whys: Mapping[str, str] = MappingProxyType({})

        def screen(
            self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION
        ) -> Verdict:
            alone = "\n" not in text and "." not in text.strip(". ")
            return Verdict(Route.MEDICAL if alone else None)

    assistant = Assistant(replace(brain, guard=OnlyAlone()), library.for_guild)
    long = "It rained all day and the bus was late again. My neighbour brought soup for us all. "
    decision = assistant.decide(say(long * 3 + "How do I find a meeting near me?"))
    assert decision.route is Route.MEDICAL
    assert not decision.entries


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "🙂", "?!?!", "\ud83d", "a" * 2000, "\u202eabc"])
def test_no_text_breaks_it(assistant: Assistant, say: Say, text: str) -> None:
    decision = assistant.decide(say(text))
    assert assistant.reply(decision, None) is not None


def test_without_a_file_help_lines_still_run(brain: Brain, say: Say) -> None:
    empty = no_resources(Community(name="Nowhere"))
    assistant = Assistant(brain, lambda guild_id: empty)
    decision = assistant.decide(say("i want to kill myself tonight"))
    assert decision.route is Route.CRISIS
    assert decision.referrals


def test_a_community_may_change_a_wording(brain: Brain, library: Library, say: Say) -> None:
    ours = replace(library.for_guild(None), wordings_overlay={"en": {"unanswered": "Not yet, friend."}})
    assistant = Assistant(brain, lambda guild_id: ours)
    decision = assistant.decide(say("what time is the pottery evening on thursday?"))
    reply = assistant.reply(decision, None)
    assert reply is not None
    assert reply.text == "Not yet, friend."
