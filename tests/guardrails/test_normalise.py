"""Readings: disguises are seen through, and every place points into the original text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.native import native
from guardrails.normalise import Normaliser

NORMALISER = Normaliser.load()


def readings(text: str) -> set[str]:
    return {reading.text for sentence in NORMALISER.read(text).sentences for reading in sentence.readings}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kratom", id="plain"),
        pytest.param("KRATOM", id="capitals"),
        pytest.param("k r a t o m", id="spaced"),
        pytest.param("k.r.a.t.o.m", id="dotted"),
        pytest.param("k-r-a-t-o-m", id="hyphens"),
        pytest.param("k_r_a_t_o_m", id="underscores"),
        pytest.param("kra-tom", id="broken"),
        pytest.param("kr4tom", id="leetspeak"),
        pytest.param("kr@t0m", id="signs"),
        pytest.param("kraaaaatom", id="stretched"),
        pytest.param("kr\u200ba\u200dt\u2060om", id="zero width"),
        pytest.param("kra\u00adtom", id="soft hyphen"),
        pytest.param("k\u0336r\u0336a\u0336t\u0336o\u0336m\u0336", id="struck through"),
        pytest.param("krátöm", id="accents"),
        pytest.param("кrаtоm", id="cyrillic lookalikes"),
        pytest.param("κrατοm", id="greek lookalikes"),
        pytest.param("ｋｒａｔｏｍ", id="full width"),
        pytest.param("𝓴𝓻𝓪𝓽𝓸𝓶", id="mathematical"),
        pytest.param("ⓚⓡⓐⓣⓞⓜ", id="circled"),
        pytest.param("🅺🆁🅰🆃🅾🅼", id="squared"),
        pytest.param("🇰 🇷 🇦 🇹 🇴 🇲", id="regional indicators"),
        pytest.param("ᴋʀᴀᴛᴏᴍ", id="small capitals"),
        pytest.param("||kra||tom", id="spoiler"),
        pytest.param("**kra**tom", id="bold"),
        pytest.param("`kratom`", id="code"),
        pytest.param("```\nkratom\n```", id="code block"),
        pytest.param("> kratom", id="block quote"),
        pytest.param("\u202ekratom\u202c", id="bidi controls"),
        pytest.param("kra\U000e0074\U000e0061tom", id="tag characters"),
    ],
)
def test_a_disguised_word_is_read(text: str) -> None:
    """One of the readings is the plain word."""
    assert "kratom" in readings(text)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        pytest.param("I don’t “know” – really", 'i don\'t "know" - really', id="quotes and dashes"),
        pytest.param("1️⃣0️⃣ mg", "10 mg", id="keycaps"),
        pytest.param("½ pill", "1/2 pill", id="fraction"),
        pytest.param("50µg", "50ug", id="micro"),
        pytest.param("hi <@123456789> there", "hi there", id="mention"),
        pytest.param("<:pill:123456>", ":pill:", id="custom emoji"),
        pytest.param("[how to](https://example.org)", "how to (https://example.org)", id="link"),
        pytest.param("a   b\tc", "a b c", id="white space"),
        pytest.param("i need hellllp", "i need help", id="stretched"),
        pytest.param("20mg 7oh 4mmc b12 2x", "20mg 7oh 4mmc b12 2x", id="amounts stay"),
        pytest.param("k i l l  m y s e l f", "kill myself", id="two spaced words"),
        pytest.param("sewer slide", "suicide", id="misspelling of two words"),
        pytest.param("i k*ll it", "i kill it", id="starred letter"),
    ],
)
def test_a_text_has_the_reading(text: str, reading: str) -> None:
    """The reading expected is among the readings."""
    assert reading in readings(text)


def test_numbers_apart_are_not_glued() -> None:
    """Spaced digits stay numbers: they are amounts and not a word."""
    assert readings("1 2 3 4") == {"1 2 3 4"}


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("one. two! three?", ["one.", "two!", "three?"], id="marks"),
        pytest.param("ask dr. who about 0.5 mg. ok", ["ask dr. who about 0.5 mg.", "ok"], id="abbreviation"),
        pytest.param("no marks here at all", ["no marks here at all"], id="none"),
        pytest.param("see example.org now", ["see example.org now"], id="address"),
        pytest.param("i am fine\n\nreally", ["i am fine", "really"], id="paragraphs"),
    ],
)
def test_sentences_are_cut(text: str, sentences: list[str]) -> None:
    """Sentences end at marks and lines."""
    assert [one.text for one in NORMALISER.read(text).sentences if not one.joined] == sentences


def test_a_question_broken_over_lines_is_also_read_as_one() -> None:
    """Line breaks between the words hide nothing."""
    assert "how much kratom is safe" in readings("how much\nkratom\nis safe")


@pytest.mark.parametrize(
    "text",
    ["the kr\u200batom here", "a k r a t o m b", "x **kra**tom y", "𝓴𝓻𝓪𝓽𝓸𝓶", "so kraaaatom!", "kratum now"],
)
def test_the_place_of_a_word_is_in_the_original(text: str) -> None:
    """The place of a word in a reading covers its first and last letter in the original."""
    for sentence in NORMALISER.read(text).sentences:
        for reading in sentence.readings:
            at = reading.text.find("kratom")
            if at >= 0:
                start, end = reading.span(at, at + 6)
                assert NORMALISER.read(text[start:end]).words >= 1
                assert text[start : start + 1].strip()
                assert text[end - 1 : end].strip()


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "😀😀", "\ud800", "مرحبا " * 300, "a1b2" * 500, "\x00\x1b", "́"]
)
def test_no_text_is_too_strange(text: str) -> None:
    """Reading never raises, and the whole text is kept."""
    assert NORMALISER.read(text).original == text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=80))
def test_every_character_knows_its_place(text: str) -> None:
    """For any text, places lie in the original and never run backwards."""
    message = NORMALISER.read(text)
    for reading in (*(r for s in message.sentences for r in s.readings), message.native, *message.whole):
        assert len(reading.text) == len(reading.starts) == len(reading.ends)
        assert all(0 <= a <= b <= len(text) for a, b in zip(reading.starts, reading.ends, strict=True))
        assert list(reading.starts) == sorted(reading.starts)


def test_native_keeps_other_alphabets() -> None:
    """Danger words of other languages are looked up in their own alphabet, without Latin accents."""
    assert native("QUIERO MORÍR хочу मरना ガ").text == "quiero morir хочу मरना ガ"
