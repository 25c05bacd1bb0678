"""Whatever breaks, whoever waits for a reply gets one, and it ends in help lines."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.assistant import Assistant, Brain
from bot.errors import StoreError
from bot.questions.records import NewQuestion
from bot.resources.wordings import LAST_RESORT
from guardrails import Surface, Turn, Verdict
from tests.conftest import OpenHouse
from tests.fakes import House, card, real_brain, real_library, words

QUESTION = "How do I find a meeting?"
UNKNOWN = "What time does the garden project start?"
DANGER = "I want to kill myself tonight"
WRONG = "Something went wrong on my side"
MESSAGES = "/channels/*/messages"


class BrokenGuard:
    """A guard that fails on every text, as damaged rules would."""

    whys: Mapping[str, str] = MappingProxyType({})

    def screen(self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
        raise RuntimeError("the rules are gone")


def broken_assistant() -> Assistant:
    brain = real_brain()
    broken = Brain(BrokenGuard(), brain.intent, brain.helplines, brain.wordings)
    return Assistant(broken, real_library().for_guild)


# -- the guard ---------------------------------------------------------------------------------------


async def test_a_failing_guard_gives_help_lines_and_no_answer(open_house: OpenHouse) -> None:
    house = await open_house(assistant=broken_assistant())
    reply = words(await house.mentions(house.robin, QUESTION))
    assert WRONG in reply
    assert "988" in reply
    assert "meeting" not in reply.casefold()


async def test_a_failing_guard_gives_help_lines_to_a_command(open_house: OpenHouse) -> None:
    house = await open_house(assistant=broken_assistant())
    shown = words(card(await house.asks(house.robin, QUESTION)))
    assert WRONG in shown
    assert "988" in shown


async def test_a_failing_guard_speaks_unasked_once_in_ten_minutes(open_house: OpenHouse) -> None:
    house = await open_house(assistant=broken_assistant())
    first = await house.says(house.robin, house.ask, QUESTION)
    second = await house.says(house.robin, house.ask, QUESTION)
    await house.env.advance_time(601)
    third = await house.says(house.robin, house.ask, QUESTION)
    assert [len(first), len(second), len(third)] == [1, 0, 1]


# -- Discord -----------------------------------------------------------------------------------------


async def test_a_refused_send_ends_in_the_error_card(house: House) -> None:
    house.env.inject_error("POST", MESSAGES, status=500)
    [reply] = await house.says(house.robin, house.ask, QUESTION)
    assert WRONG in words(reply)
    assert "988" in words(reply)


async def test_a_crisis_line_is_sent_again_when_discord_refuses_it_once(house: House) -> None:
    house.env.inject_error("POST", MESSAGES, status=503)
    [reply] = await house.says(house.robin, house.ask, DANGER)
    assert "988" in words(reply)


async def test_a_message_that_is_gone_is_answered_in_the_channel(house: House) -> None:
    house.env.inject_error("POST", MESSAGES, status=400, code=50035)
    [reply] = await house.says(house.robin, house.ask, DANGER)
    assert words(reply).startswith("**988**")
    assert reply.reference is None


async def test_a_channel_that_refuses_everything_stops_nothing_else(house: House) -> None:
    house.env.inject_error("POST", f"/channels/{house.ask.id}/messages", status=403, code=50013, times=None)
    assert await house.says(house.robin, house.ask, QUESTION) == []
    assert "Finding a meeting" in words(await house.mentions(house.sam, QUESTION))


async def test_a_refused_alert_does_not_cost_the_member_the_reply(house: House) -> None:
    path = f"/channels/{house.moderators.id}/messages"
    house.env.inject_error("POST", path, status=403, code=50001, times=None)
    [reply] = await house.says(house.robin, house.ask, DANGER)
    assert words(reply).startswith("**988**")


# -- interactions: the three doors -------------------------------------------------------------------


def break_the_desk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("something broke on the way")

    monkeypatch.setattr(house.bot.desk, "decide", fail)


async def test_a_failing_command_ends_in_the_error_card(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_the_desk(house, monkeypatch)
    shown = words(card(await house.asks(house.robin, QUESTION)))
    assert WRONG in shown
    assert "988" in shown
    assert house.env.errors


async def test_a_failing_button_ends_in_the_error_card(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = await house.mentions(house.robin, QUESTION)
    monkeypatch.setattr(house.bot.desk.assistant, "reply", lambda *_: 1 / 0)
    shown = words(card(await house.presses(house.robin, reply, "Open (only you see it)")))
    assert WRONG in shown
    assert "988" in shown


async def test_a_failing_form_ends_in_the_error_card(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = card(await house.asks(house.robin, "how much kratom should I take?"))
    form = await house.presses(house.robin, first, "That's not what I meant")
    break_the_desk(house, monkeypatch)
    shown = words(card(await house.submits(house.robin, form, UNKNOWN)))
    assert WRONG in shown
    assert "988" in shown
    assert house.env.errors


async def test_a_refused_response_is_survived(house: House) -> None:
    house.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062)
    await house.robin.slash(house.general, "ask", question=QUESTION)
    assert house.env.errors
    assert "Finding a meeting" in words(card(await house.asks(house.robin, QUESTION)))


# -- the log -----------------------------------------------------------------------------------------


async def test_a_log_that_cannot_be_written_goes_to_the_journal_and_says_so(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = await open_house()
    lock = _hold_the_lock(house.settings.database_path)
    try:
        [reply] = await house.says(house.robin, house.ask, UNKNOWN)
    finally:
        lock.close()
    assert "The question is noted for the moderators" in words(reply)
    assert await house.store.import_spilled() == 1
    [question] = await house.questions()
    assert question.text == UNKNOWN


def _hold_the_lock(path: Path) -> sqlite3.Connection:
    path.touch()
    connection = sqlite3.connect(path)
    connection.execute("create table if not exists somebody_elses (at text)")
    connection.commit()
    connection.execute("begin exclusive")
    return connection


async def test_a_log_that_fails_altogether_is_not_called_saved(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house()

    async def fail(question: NewQuestion) -> None:
        raise StoreError("neither log nor journal can be written")

    monkeypatch.setattr(house.store, "log", fail)
    [reply] = await house.says(house.robin, house.ask, UNKNOWN)
    assert "I could not save the question" in words(reply)
    assert house.notices() == []


async def test_a_failing_count_does_not_cost_the_member_the_reply(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(house.store, "count_guarded", fail)
    [reply] = await house.says(house.robin, house.ask, DANGER)
    assert words(reply).startswith("**988**")


async def test_a_failing_search_is_told_and_the_question_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.search import SearchIndex

    monkeypatch.setattr(SearchIndex, "search", lambda *_: 1 / 0)
    house.bot.desk.assistant.warm(None)
    [reply] = await house.says(house.robin, house.ask, QUESTION)
    assert "Something went wrong while I looked for an answer" in words(reply)
    [question] = await house.questions()
    assert question.text == QUESTION


async def test_an_event_that_fails_is_logged_without_the_words(
    house: House, monkeypatch: pytest.MonkeyPatch, log_lines: io.StringIO
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(UNKNOWN)

    message = await house.robin.send(house.ask, UNKNOWN)
    monkeypatch.setattr(house.bot.desk.handled, "pop", fail)
    house.said.append(UNKNOWN)
    await house.robin.delete(message)
    assert "event_failed" in log_lines.getvalue()
    assert house.env.errors


# -- when even the card cannot be made -----------------------------------------------------------------


def break_the_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the wordings are gone")

    monkeypatch.setattr(house.bot.desk.assistant, "speaker", fail)


async def test_without_any_wording_a_message_still_gets_the_compiled_in_line(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_the_words(house, monkeypatch)
    assert words(await house.mentions(house.robin, QUESTION)) == LAST_RESORT


@pytest.mark.parametrize("text", [QUESTION, UNKNOWN], ids=["at once", "after a defer"])
async def test_without_any_wording_a_command_still_gets_the_compiled_in_line(
    house: House, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    break_the_words(house, monkeypatch)
    assert words(card(await house.asks(house.robin, text))) == LAST_RESORT
    assert house.env.errors


async def test_a_failed_send_of_a_crisis_line_is_mended_every_time(house: House) -> None:
    for _ in range(3):
        house.env.inject_error("POST", MESSAGES, status=503)
        [reply] = await house.says(house.robin, house.ask, DANGER)
        assert "988" in words(reply)
