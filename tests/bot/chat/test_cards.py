"""Every card that can be drawn is one that Discord takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.assistant import Assistant
from bot.chat.buttons import BUTTONS
from bot.chat.cards import Artist, Card
from bot.message import Decision
from bot.replies import Reply
from guardrails import Danger, Route
from tests.fakes import real_brain, real_library

GUILD = "1"
ASKER = 2**63
KEY = str(2**63)
MOST_TEXT = 4000
MOST_COMPONENTS = 40


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant(real_brain(), real_library().for_guild)


@pytest.fixture(scope="module")
def replies(assistant: Assistant) -> list[Reply]:
    return list(every_reply(assistant))


def every_reply(assistant: Assistant) -> Iterator[Reply]:
    """Yield a reply of every kind, for every region, danger and entry."""
    speaker = assistant.speaker(GUILD)
    entries = assistant.resources(GUILD).entries
    for entry in entries:
        yield speaker.entry(entry)
    for region in [None, *assistant.helplines.regions]:
        yield assistant.error_reply(GUILD, region)
        yield speaker.helplines(assistant.lines_of(GUILD, region, None), region)
        for danger in Danger:
            lines = assistant.helplines.for_dangers((danger,), region, limit=4)
            decision = Decision(Route.CRISIS, dangers=(danger,), referrals=lines, region=region)
            said = speaker.reply(decision)
            assert said is not None
            yield said
        lines = assistant.lines_for_unknown(GUILD, region)
        for decision in (
            Decision(Route.MEDICAL, referrals=lines, region=region, check_in=True, check_in_lines=lines[:1]),
            Decision(Route.SOURCING, referrals=lines, region=region),
            Decision(Route.ANSWER, choices=entries[:4], check_in=True, check_in_lines=lines[:1]),
            Decision(Route.UNANSWERED, choices=entries[:4], referrals=lines, language="es"),
        ):
            said = speaker.reply(decision)
            assert said is not None
            yield said


def drawn(assistant: Assistant, replies: list[Reply]) -> Iterator[Card]:
    artist: Artist = Artist(assistant.speaker(GUILD))
    for reply in replies:
        yield artist.private(reply, KEY, ASKER)
        yield artist.public(reply, KEY, ASKER)
        yield artist.shown_to_everyone(reply)


def parts_of(card: Card) -> Iterator[dict[str, Any]]:
    """Yield everything a card is made of, as it is sent."""
    components: list[dict[str, Any]] = card.to_components()  # type: ignore[no-untyped-call]
    return flat(components)


def flat(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from flat(component.get("components", []))


def test_no_card_is_larger_than_discord_takes(assistant: Assistant, replies: list[Reply]) -> None:
    for card in drawn(assistant, replies):
        parts = list(parts_of(card))
        assert len(parts) <= MOST_COMPONENTS
        assert sum(len(part.get("content", "")) for part in parts) <= MOST_TEXT


def test_no_row_is_empty_or_holds_more_than_five_buttons(assistant: Assistant, replies: list[Reply]) -> None:
    for card in drawn(assistant, replies):
        for part in parts_of(card):
            if part["type"] == 1:
                assert 1 <= len(part["components"]) <= 5


def test_no_text_is_empty(assistant: Assistant, replies: list[Reply]) -> None:
    for card in drawn(assistant, replies):
        texts = [part["content"] for part in parts_of(card) if part["type"] == 10]
        assert texts
        assert all(text.strip() for text in texts)


def test_every_button_has_a_label_and_a_way_back_to_its_code(
    assistant: Assistant, replies: list[Reply]
) -> None:
    templates = [button.__discord_ui_compiled_template__ for button in BUTTONS]
    for card in drawn(assistant, replies):
        ids = []
        for part in parts_of(card):
            if part["type"] != 2:
                continue
            assert 1 <= len(part["label"]) <= 80
            if "custom_id" in part:
                ids.append(part["custom_id"])
                assert len(part["custom_id"]) <= 100
                assert sum(bool(template.fullmatch(part["custom_id"])) for template in templates) == 1
        assert len(ids) == len(set(ids))


def test_a_card_never_ends_by_itself(assistant: Assistant, replies: list[Reply]) -> None:
    assert {card.timeout for card in drawn(assistant, replies[:5])} == {None}
