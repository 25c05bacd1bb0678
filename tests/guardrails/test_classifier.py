"""The packaged classifier: parity with training, windows, context, and what it is asked about."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from guardrails import Danger, Guard, Route
from guardrails.classifier import WINDOW, Learned, unmasked, windows
from guardrails.normalise import Normaliser

PARITY = json.loads((Path(__file__).parent / "parity.json").read_text(encoding="utf-8"))
NORMALISER = Normaliser.load()
FILLER = "The bus was late again, so we walked along the river and talked about the garden. "


@pytest.fixture(scope="module")
def learned() -> Learned:
    return Learned.load()


def test_the_reference_belongs_to_the_packaged_weights(learned: Learned) -> None:
    """`python -m training` writes both; a change of one alone is a mistake."""
    assert PARITY["version"] == learned.version
    assert len(PARITY["rows"]) >= 40


def test_eight_bits_say_what_training_said(learned: Learned) -> None:
    """Embeddings point the same way, and logits of the routes agree within a few tenths."""
    rows = PARITY["rows"]
    encoded = learned.encoder.encode([(row["text"], row["before"]) for row in rows])
    cosine = (encoded.embedding * np.array([row["embedding"] for row in rows])).sum(1)
    assert cosine.min() > 0.93
    assert cosine.mean() > 0.98
    gaps = np.abs(encoded.route - np.array([row["route"] for row in rows]))
    assert np.median(gaps) < 0.25
    same = encoded.route.argmax(1) == np.array([row["route"] for row in rows]).argmax(1)
    assert same.mean() >= 0.95


def test_a_text_is_encoded_the_same_alone_and_among_others(learned: Learned) -> None:
    texts = [("i feel so low", ""), (FILLER * 5, ""), ("and with food?", "can i take it with tea")]
    together = learned.encoder.encode(texts)
    for at, text in enumerate(texts):
        alone = learned.encoder.encode([text])
        assert np.abs(alone.route[0] - together.route[at]).max() < 0.8
        assert float((alone.embedding[0] * together.embedding[at]).sum()) > 0.98


def test_threads_agree(learned: Learned) -> None:
    texts = ["i feel so low", "how much can i take", "what time is it"] * 10
    alone = [learned.classify(NORMALISER.read(text)).scores for text in texts]
    with ThreadPoolExecutor(4) as pool:
        opinions = list(pool.map(lambda text: learned.classify(NORMALISER.read(text)), texts))
    assert [opinion.scores for opinion in opinions] == alone


def test_a_short_message_has_no_windows() -> None:
    assert windows(NORMALISER.read("what time is the meeting").whole[0]) == ()


@pytest.mark.parametrize("place", [0, 4, 9])
def test_windows_cover_every_word_of_a_long_message(place: int) -> None:
    parts = [FILLER] * 10
    parts[place] = "Xylophone quartz vampire. "
    reading = NORMALISER.read("".join(parts)).whole[0]
    covered = " ".join(part.text for part in windows(reading))
    assert "xylophone quartz vampire" in covered
    assert set(reading.text.split()) <= set(covered.split())
    assert all(len(part.text.split()) < 3 * WINDOW for part in windows(reading))


def test_a_long_message_without_full_stops_is_cut_all_the_same() -> None:
    reading = NORMALISER.read("and then " * 120).whole[0]
    assert len(windows(reading)) > 3


def test_a_long_message_is_as_grave_as_its_gravest_window(learned: Learned) -> None:
    clause = "He took all of the pills and I can't wake him up."
    text = FILLER * 5 + clause + " " + FILLER * 5
    opinion = learned.classify(NORMALISER.read(text))
    alone = [
        learned.classify(NORMALISER.read(part.text)).scores["crisis"]
        for part in windows(NORMALISER.read(text).whole[0])
    ]
    assert opinion.scores["crisis"] >= max(alone) - 0.05
    begin, end = opinion.places["crisis"]
    assert clause in text[begin:end]


def test_a_clause_in_the_middle_of_a_long_message_gets_its_card() -> None:
    text = FILLER * 5 + "I have decided to kill myself on Friday. " + FILLER * 5
    assert Guard.load().screen(text).route is Route.CRISIS


def test_what_was_said_before_is_heard(learned: Learned) -> None:
    before = [NORMALISER.read("can i take ibuprofen on top of my methadone")]
    message = NORMALISER.read("and if i take two?")
    opinion = learned.classify(message, before)
    assert opinion.followed["medical"] > 0.5
    assert learned.classify(message).followed == {}


def test_the_danger_is_named(learned: Learned) -> None:
    overdose = learned.classify(NORMALISER.read("he took the whole bottle of pills and he wont wake up"))
    assert overdose.dangers[Danger.OVERDOSE] > overdose.dangers[Danger.ABUSE]
    abuse = learned.classify(NORMALISER.read("my husband hit me again and i am scared to go home"))
    assert abuse.dangers[Danger.ABUSE] > abuse.dangers[Danger.OVERDOSE]


@pytest.mark.parametrize(
    ("text", "plainest"),
    [
        ("i w4nt to d1e", "i want to die"),
        ("so t.i.r.e.d of it all", "so tired of it all"),
        ("pleaseeee helppppp", "please help"),
    ],
)
def test_masked_words_are_read_plainly_too(text: str, plainest: str) -> None:
    assert plainest in [reading.text for reading in unmasked(NORMALISER.read(text))]


@pytest.mark.parametrize(
    "text", ["self-harm is a hard topic", "recieve my regards", "see you at 8 p.m.", "24/7"]
)
def test_ordinary_spelling_is_read_once(text: str) -> None:
    assert unmasked(NORMALISER.read(text)) == ()


@pytest.mark.parametrize("text", ["", " ", "😀", "\ud83d", "a" * 5000, "?\n" * 400])
def test_any_text_gets_an_opinion(learned: Learned, text: str) -> None:
    opinion = learned.classify(NORMALISER.read(text))
    assert set(opinion.scores) == {"crisis", "medical", "sourcing", "other"}
