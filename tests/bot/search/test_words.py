"""What search makes of words: endings, spellings, related words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.words import MAX_TOKENS, Words, sentences, stem, tokens


@pytest.mark.parametrize(
    "forms",
    [
        ("meeting", "meetings"),
        ("stop", "stopped", "stopping", "stops"),
        ("policy", "policies"),
        ("drive", "driving", "drives"),
        ("sponsor", "sponsors", "sponsored"),
        ("insure", "insured", "insures"),
        ("organize", "organise", "organising"),
    ],
    ids=lambda forms: forms[0],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    """Endings do not keep two forms apart."""
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("aa", "na"), ("group", "grope"), ("bus", "busy"), ("sober", "sobbed"), ("2019", "2020")],
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    """What is not one word stays two."""
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("alcoholics anonymous mtgs", "AA meetings", id="abbreviation"),
        pytest.param("can u dm my gf", "can you DM my girlfriend", id="chat"),
        pytest.param("can\u2019t sleep", "can't sleep", id="curly-apostrophe"),
        pytest.param("self-exclude", "self exclude", id="hyphen"),
        pytest.param("**A\u200bA** meeting", "aa meeting", id="markup-and-zero-width"),
        pytest.param("ｍｅｅｔｉｎｇ", "meeting", id="full-width"),
        pytest.param("<@123> meeting https://example.org/aa", "meeting", id="mention-and-link"),
    ],
)
def test_spellings_of_one_thing_are_equal(one: str, other: str) -> None:
    """Case, markup, chat spelling and short names do not matter."""
    words = Words.load()
    assert [stem(t) for t in words.analyse(one).tokens] == [stem(t) for t in words.analyse(other).tokens]


def test_words_without_a_topic_are_left_out() -> None:
    """Only words that carry a topic are compared."""
    assert Words.load().analyse("Please, how do I get to the meetings?").content == ("meet",)


@pytest.mark.parametrize(
    ("text", "concept"),
    [("i am skint", "poor"), ("fell off the wagon", "lapse"), ("my landlord is evicting us", "housing")],
)
def test_related_words_touch_one_group(text: str, concept: str) -> None:
    """Idioms and synonyms lead to the group they belong to."""
    assert concept in Words.load().analyse(text).concepts


def test_sentences_keep_their_wording() -> None:
    """A text is cut at sentence ends and line breaks, nothing else."""
    assert sentences("Hi all. Where is it?\n\nthanks!") == ("Hi all.", "Where is it?", "thanks!")


def test_no_word_is_listed_twice_as_a_spelling() -> None:
    """A spelling that is itself rewritten would depend on the order of the list."""
    same = Words.load().same
    assert not [key for key, put in same.items() if put in same and key != put]


@given(st.text(max_size=3000))
def test_any_text_is_analysed(text: str) -> None:
    """No text breaks the analysis, and its length is bounded."""
    analysed = Words.load().analyse(text)
    assert len(tokens(text)) <= MAX_TOKENS
    assert len(analysed.content) <= len(analysed.tokens)
