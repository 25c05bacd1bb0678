"""The search over a file: an entry, titles to choose from, or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.resources.schema import Entry, Status
from bot.search import Found, SearchIndex
from bot.search.index import SURE


def entry(entry_id: str, title: str, *questions: str, answer: str = "See the pinned post.") -> Entry:
    return Entry(id=entry_id, title=title, questions=questions, answer=answer, status=Status.PUBLISHED)


ENTRIES = (
    entry(
        "find-aa",
        "Finding an AA meeting",
        "How do I find an AA meeting near me?",
        "is there an app that lists AA meetings",
        answer="The Meeting Guide app lists Alcoholics Anonymous meetings by town.",
    ),
    entry(
        "find-na",
        "Finding an NA meeting",
        "How do I find an NA meeting near me?",
        "narcotics anonymous groups in my area",
        answer="Search by town on the Narcotics Anonymous website.",
    ),
    entry(
        "online",
        "Online meetings",
        "Are there online recovery meetings?",
        "zoom meetings around the clock",
        answer="There is a video meeting at almost every hour.",
    ),
    entry(
        "sponsor",
        "Finding a sponsor",
        "How do I get a sponsor?",
        "what does a sponsor do",
        answer="Ask somebody whose recovery you admire after a meeting.",
    ),
    entry(
        "insurance",
        "Treatment without insurance",
        "How can I get treatment with no insurance?",
        "rehab when you cannot pay",
        answer="State funded centres charge on a sliding scale.",
    ),
    entry(
        "privacy",
        "Staying anonymous here",
        "Can other people see my real name?",
        "how do I stay anonymous on this server",
        answer="Pick a nickname that is not your own before you post.",
    ),
)


def build(entries: tuple[Entry, ...] = ENTRIES) -> SearchIndex:
    return SearchIndex.build(entries, {e.id: e.questions for e in entries})


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return build()


def first(found: Found) -> str:
    return found.entries[0].entry_id


@pytest.mark.parametrize(
    ("wording", "wanted"),
    [(text, e.id) for e in ENTRIES for text in (e.title, *e.questions)],
)
def test_every_example_and_title_finds_its_own_entry(index: SearchIndex, wording: str, wanted: str) -> None:
    """Word for word, without case and punctuation, an example is answered with certainty."""
    for text in (wording, wording.upper(), f"  {wording.rstrip('?')}!! "):
        found = index.search(text)
        assert (found.outcome, first(found), found.entries[0].score) == ("answer", wanted, SURE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hwo do I get a sponsr?", id="slips"),
        pytest.param("how do i get a sponsor pls", id="please"),
        pytest.param("how do i get the sponsor", id="small-word"),
    ],
)
def test_a_slip_in_an_example_still_finds_it(index: SearchIndex, text: str) -> None:
    """A misspelt example is answered."""
    found = index.search(text)
    assert (found.outcome, first(found)) == ("answer", "sponsor")


def test_the_short_name_and_the_long_name_are_one(index: SearchIndex) -> None:
    """ "alcoholics anonymous" is "AA"."""
    found = index.search("how do i find an alcoholics anonymous mtg near me")
    assert (found.outcome, first(found)) == ("answer", "find-aa")


def test_another_fellowship_is_never_answered_by_this_one(index: SearchIndex) -> None:
    """One letter apart, and only one of the two may be spoken."""
    assert first(index.search("How do I find an NA meeting near me?")) == "find-na"
    assert index.search("is there an app that lists GA meetings").outcome != "answer"


def test_a_bare_topic_word_gets_choices(index: SearchIndex) -> None:
    """One word names a topic and does not ask one question."""
    found = index.search("meetings?")
    assert found.outcome == "choices"
    assert 2 <= len(found.entries) <= 4


@pytest.mark.parametrize(
    "text",
    ["what is the capital of france", "my sourdough starter wont rise", "best starter in the new pokemon"],
)
def test_what_the_file_does_not_hold_is_not_answered(index: SearchIndex, text: str) -> None:
    """A question about something else is left for the log."""
    assert index.search(text).outcome == "nothing"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("   \n ", id="blank"),
        pytest.param("🎉🎉🎉", id="emoji"),
        pytest.param("\u200b\u200d", id="zero-width"),
        pytest.param("?!...", id="punctuation"),
        pytest.param("qzxv jkwp " * 200, id="nonsense"),
        pytest.param("x" * 50_000, id="long-word"),
        pytest.param("أين أجد اجتماعا", id="right-to-left"),
        pytest.param("\ud800 lone surrogate", id="surrogate"),
        pytest.param("\n".join(f"line {n}: zblorp" for n in range(25)), id="paste"),
    ],
)
def test_odd_texts_are_survived_and_not_answered(index: SearchIndex, text: str) -> None:
    """Nothing that holds no question gets an answer."""
    assert index.search(text).outcome != "answer"


def test_a_fragment_is_read_with_the_turn_before(index: SearchIndex) -> None:
    """ "and online ones?" after a question on meetings offers the online meetings."""
    found = index.search("and online ones?", ("How do I find an AA meeting near me?",))
    assert "online" in {hit.entry_id for hit in found.entries}
    assert found.basis == ("and online ones?", "How do I find an AA meeting near me?")


def test_a_whole_question_ignores_the_turn_before(index: SearchIndex) -> None:
    """A new question is not coloured by the old one."""
    text = "can other members see my real name on this server?"
    assert index.search(text) == index.search(text, ("How do I find an AA meeting near me?",))


def test_the_question_is_found_within_a_long_message(index: SearchIndex) -> None:
    """The sentence that asks is what search relies on, and says so."""
    text = (
        "Hi all, long week here, the cat was ill and the boiler broke and my cousin came to stay. "
        "Anyway I am doing all right. How do I get a sponsor? Thank you for reading all this."
    )
    found = index.search(text)
    assert (found.outcome, first(found)) == ("answer", "sponsor")
    assert found.basis == ("How do I get a sponsor?",)


def test_two_entries_with_the_same_wording_are_offered() -> None:
    """Nobody can tell which was meant, so both titles are shown, in the order of the file."""
    twins = (
        entry("one", "First entry", "Where is the quiet room?", "quiet please"),
        entry("two", "Second entry", "where is the quiet room", "no noise"),
    )
    found = build(twins).search("Where is the quiet room?")
    assert (found.outcome, [hit.entry_id for hit in found.entries]) == ("choices", ["one", "two"])


def test_a_question_that_the_guard_withheld_is_not_an_example() -> None:
    """Only the questions handed over count, not the ones that stand in the entry."""
    index = SearchIndex.build(ENTRIES, {"sponsor": ("what does a sponsor do",)})
    assert index.search("How do I get a sponsor?").entries[0].score < SURE


def test_no_entries_find_nothing() -> None:
    """An empty file is searched without an error."""
    index = build(())
    assert (len(index), index.search("how do I get a sponsor?")) == (0, Found("nothing"))


def test_the_same_question_always_gives_the_same_result(index: SearchIndex) -> None:
    """Two builds and many threads agree to the last digit."""
    texts = ["meeting near me tonight", "who pays for rehab", "name hidden?", "sponsor"] * 8
    expected = [build().search(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(index.search, texts)) == expected


def test_scores_lie_between_nothing_and_certainty(index: SearchIndex) -> None:
    """Scores are chances, best first."""
    for text in ("meeting", "how to pay for treatment", "anonymous name", "zoom sponsor"):
        scores = [hit.score for hit in index.search(text).entries]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_one_of_three_thousand_entries_is_found() -> None:
    """The one right entry is found among 3,000 that share its words."""
    many = tuple(
        entry(f"topic-{n}", f"Topic number {n}", f"where is room {n} on floor {n % 7}", f"room {n} please")
        for n in range(3000)
    )
    found = build(many).search("where is room 2417 on floor 2")
    assert (found.outcome, first(found)) == ("answer", "topic-2417")
