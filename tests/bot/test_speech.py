"""What may be said: only what stands in a file."""

from __future__ import annotations

import pytest

from bot.resources.schema import Kind, Referral
from bot.resources.wordings import Wording, packaged
from bot.speech import FromReferral, FromWording, ReferralPart, escape_discord


def test_a_wording_needs_exactly_its_slots() -> None:
    line = Wording("line", "Call {number}", frozenset({"number"}))
    row = Referral(id="a", kinds=(Kind.CRISIS,), region="US", name="A", call="123", text="HOME to 456")
    said = FromWording(line, {"number": (FromReferral(row, ReferralPart.CALL),)})
    assert said.text == "Call 123"
    with pytest.raises(ValueError, match="missing its slots"):
        FromWording(line)
    with pytest.raises(ValueError, match="has no slots"):
        FromWording(packaged()["unanswered"], {"number": (FromReferral(row, ReferralPart.CALL),)})


def test_a_text_line_is_split_into_word_and_number() -> None:
    row = Referral(id="a", kinds=(Kind.CRISIS,), region="US", name="A", text="HOME to 741741")
    assert FromReferral(row, ReferralPart.TEXT_WORD).text == "HOME"
    assert FromReferral(row, ReferralPart.TEXT_NUMBER).text == "741741"


def test_braces_in_a_value_are_not_slots() -> None:
    line = Wording("line", "Call {number}", frozenset({"number"}))
    row = Referral(id="a", kinds=(Kind.CRISIS,), region="US", name="A", call="{number}")
    assert FromWording(line, {"number": (FromReferral(row, ReferralPart.CALL),)}).text == "Call {number}"


@pytest.mark.parametrize(
    "text", ["@everyone", "**bold**", "<@123>", "[a](https://x)", "# big", "||spoiler||"]
)
def test_a_members_words_show_as_plain_text(text: str) -> None:
    escaped = escape_discord(text)
    assert escaped.replace("\\", "") == text
    assert escaped != text
