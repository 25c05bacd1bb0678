"""What `check` finds in a file that loads: claims, unreachable entries, duplicates, reviews, style."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from bot.resources.check import check
from bot.resources.check_style import reading_grade
from bot.resources.findings import Finding, Severity, has_errors
from bot.resources.style import packaged_style
from guardrails import Guard
from tests.bot.resources.files import DOSE, GOOD, spoilt, write

TODAY = dt.date(2026, 11, 25)
RULES = "The rules stand in the welcome channel."


@cache
def guard() -> Guard:
    return Guard.load()


def found(folder: Path, text: str, rule: str, today: dt.date = TODAY) -> list[Finding]:
    """Return the findings of one rule, or of a whole name space."""
    findings = check(write(folder, text), guard(), today)
    return [finding for finding in findings if finding.rule.startswith(rule)]


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    assert check(write(tmp_path, GOOD), guard(), TODAY) == []


def test_a_dose_in_an_answer_is_an_error_at_its_word(tmp_path: Path) -> None:
    claims = found(tmp_path, spoilt(RULES, f"Hello there. {DOSE}"), "publication/")
    assert claims
    assert has_errors(claims)
    assert {(claim.line, claim.entry) for claim in claims} == {(23, "server-rules")}
    assert all(claim.column > len("    answer: Hello there.") for claim in claims)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("title: The rules here", f"title: {DOSE}", id="title"),
        pytest.param("title: Meeting search", f"title: {DOSE}", id="link-title"),
        pytest.param("status: published", f"tags: ['{DOSE}']\n    status: published", id="tag"),
        pytest.param(
            "status: published", f"answers: {{en: '{DOSE}'}}\n    status: published", id="translation"
        ),
        pytest.param("by: Robin", f"by: {DOSE}", id="reviewer"),
        pytest.param("name: Test Harbour", f"name: {DOSE}", id="community"),
        pytest.param("name: 988 Suicide & Crisis Lifeline", f"name: {DOSE}", id="line-name"),
        pytest.param("    verified:", f"    note: {DOSE}\n    verified:", id="line-note"),
        pytest.param(
            "referrals:", f"wordings: {{en: {{medical_public: '{DOSE}'}}}}\nreferrals:", id="wording"
        ),
    ],
)
def test_the_rail_reads_every_string_that_a_member_can_read(tmp_path: Path, old: str, new: str) -> None:
    assert has_errors(found(tmp_path, spoilt(old, new), "publication/"))


def test_a_retired_entry_is_left_alone(tmp_path: Path) -> None:
    text = spoilt(RULES, DOSE).replace(f"{DOSE}\n    status: published", f"{DOSE}\n    status: retired")
    assert found(tmp_path, text, "publication/") == []


def test_a_draft_with_a_claim_is_an_error(tmp_path: Path) -> None:
    text = spoilt(RULES, DOSE).replace(f"{DOSE}\n    status: published", f"{DOSE}\n    status: draft")
    assert has_errors(found(tmp_path, text, "publication/"))


def test_an_allow_never_lifts_a_dose(tmp_path: Path) -> None:
    rules = {claim.rule for claim in found(tmp_path, spoilt(RULES, DOSE), "publication/")}
    allowed = ", ".join(f'{{rule: {rule}, quote: "{DOSE}", by: Robin, why: trust me}}' for rule in rules)
    text = spoilt(RULES, f"{DOSE}\n    allow: [{allowed}]")
    assert {"publication/dose", "publication/idle-allow"} <= {
        f.rule for f in found(tmp_path, text, "publication/")
    }


def test_a_question_that_the_guard_stops_is_a_warning_with_the_rule(tmp_path: Path) -> None:
    text = spoilt("- is swearing allowed here", "- how much kratom should i take")
    blocked = found(tmp_path, text, "reachability/")
    assert [(f.rule, f.severity, f.line, f.column) for f in blocked] == [
        ("reachability/question-blocked", Severity.WARNING, 22, 9)
    ]
    assert "medical/" in blocked[0].message


def test_an_entry_whose_questions_are_all_stopped_is_an_error(tmp_path: Path) -> None:
    text = spoilt("- is swearing allowed here", "- how much kratom should i take")
    text = spoilt("- where are the rules", "- how many mg of xanax is safe", text)
    assert ("reachability/entry-unreachable", Severity.ERROR) in [
        (f.rule, f.severity) for f in found(tmp_path, text, "reachability/")
    ]


def test_the_same_question_twice_is_an_error_naming_the_first(tmp_path: Path) -> None:
    text = spoilt("- where are the rules", "- Are there ONLINE meetings?!")
    (finding,) = found(tmp_path, text, "search/duplicate-question")
    assert finding.severity is Severity.ERROR
    assert finding.line == 21
    assert "line 10" in finding.message
    assert "find-a-meeting" in finding.message


def test_entries_for_different_regions_may_share_a_question(tmp_path: Path) -> None:
    text = spoilt("- where are the rules", "- Are there ONLINE meetings?!")
    text = text.replace("    status: published", "    region: US\n    status: published", 1)
    text = text.replace(f"{RULES}\n", f"{RULES}\n    region: CA\n")
    assert found(tmp_path, text, "search/") == []


@pytest.mark.parametrize(
    "question", ["is there an online meeting", "are there online meatings", "meetings online?"]
)
def test_nearly_the_same_question_is_a_warning(tmp_path: Path, question: str) -> None:
    (finding,) = found(tmp_path, spoilt("- where are the rules", f"- {question}"), "search/")
    assert (finding.rule, finding.severity) == ("search/near-duplicate", Severity.WARNING)


def test_another_fellowship_is_another_question(tmp_path: Path) -> None:
    text = spoilt("- where are the rules", "- How do I find an AA meeting near me?")
    assert found(tmp_path, text, "search/") == []


def test_a_link_to_an_entry_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    text = spoilt(RULES, "'See [meetings](#find-a-meeting) and [steps](#steps).'")
    (finding,) = found(tmp_path, text, "search/dead-anchor")
    assert "#steps" in finding.message
    assert text.splitlines()[finding.line - 1][finding.column - 1 :].startswith("#steps")


def test_a_region_without_any_crisis_line_is_an_error(tmp_path: Path) -> None:
    text = spoilt("region: US", "region: AQ")
    assert [f.severity for f in found(tmp_path, text, "helpline/no-crisis-line")] == [Severity.ERROR]


def test_an_own_crisis_line_is_enough_for_an_unlisted_region(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD.replace("region: US", "region: AQ"), "helpline/") == []


def test_no_region_is_a_warning(tmp_path: Path) -> None:
    assert [f.severity for f in found(tmp_path, spoilt("  region: US\n", ""), "helpline/no-region")] == [
        Severity.WARNING
    ]


@pytest.mark.parametrize(
    ("today", "warned"),
    [(dt.date(2027, 5, 19), False), (dt.date(2027, 5, 20), True)],
    ids=["after-180-days", "after-181-days"],
)
def test_a_number_counts_as_verified_for_180_days(tmp_path: Path, today: dt.date, warned: bool) -> None:
    assert bool(found(tmp_path, GOOD, "helpline/unverified", today)) is warned


def test_a_number_that_nobody_rang_is_a_warning(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, spoilt("verified: 2026-11-20", "verified: null"), "helpline/unverified")
    assert finding.entry == "us-988"


@pytest.mark.parametrize(
    ("today", "warned"), [(dt.date(2027, 5, 1), False), (dt.date(2027, 5, 2), True)], ids=["due", "overdue"]
)
def test_a_review_is_overdue_after_its_day(tmp_path: Path, today: dt.date, warned: bool) -> None:
    assert bool(found(tmp_path, GOOD, "review/overdue", today)) is warned


def test_an_entry_without_a_review_is_a_warning(tmp_path: Path) -> None:
    text = spoilt("reviewed: {by: Robin, date: 2026-11-01}", "reviewed: null")
    assert [f.entry for f in found(tmp_path, text, "review/never")] == ["find-a-meeting"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param("https://na.org/meetingsearch", "https://bit.ly/x", "style/short-link", id="short-link"),
        pytest.param(RULES, "See https://www.tinyurl.com/x for more.", "style/short-link", id="in-answer"),
        pytest.param(RULES, "PLEASE READ THE RULES before posting.", "style/shouting", id="capitals"),
        pytest.param(RULES, "Read the rules!!!", "style/shouting", id="exclamation"),
        pytest.param(RULES, "This room is for addicts.", "style/stigma", id="addicts"),
        pytest.param(RULES, "He committed suicide.", "style/stigma", id="committed"),
        pytest.param("- where are the rules", "- what is posted in #general", "style/cut-by-hash", id="hash"),
    ],
)
def test_style_is_a_warning(tmp_path: Path, old: str, new: str, rule: str) -> None:
    findings = found(tmp_path, spoilt(old, new), "style/")
    assert {(f.rule, f.severity) for f in findings} == {(rule, Severity.WARNING)}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            "Alcoholics Anonymous meets at the AA and NA rooms, or try SMART or LGBTQ groups.", id="names"
        ),
        pytest.param("The list is on https://na.org/meetings today.", id="plain-link"),
        pytest.param("The rules are in the welcome channel. # checked in May", id="comment"),
    ],
)
def test_ordinary_words_are_no_style_matter(tmp_path: Path, answer: str) -> None:
    assert found(tmp_path, spoilt(RULES, answer), "style/") == []


def test_the_replacement_is_named(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, spoilt(RULES, "This room is for addicts."), "style/stigma")
    assert "person with an addiction" in finding.mend


def test_long_words_and_sentences_raise_the_grade(tmp_path: Path) -> None:
    hard = (
        "Participation necessitates comprehensive familiarity with organisational documentation, "
        "notwithstanding considerable administrative complexity, because inadequate preparation "
        "invariably compromises collaborative communication and interpersonal accountability among "
        "participating individuals. "
    )
    (finding,) = found(tmp_path, spoilt(RULES, hard * 2), "style/reading-level")
    assert finding.severity is Severity.WARNING


def test_plain_words_read_at_a_low_grade() -> None:
    text = "You can just turn up. You do not need to speak. Bring a friend if you want. " * 3
    grade = reading_grade(text, packaged_style())
    assert grade is not None
    assert grade < 4


def test_a_short_text_has_no_grade() -> None:
    assert reading_grade("Organisational documentation.", packaged_style()) is None


@pytest.mark.parametrize(
    ("wordings", "rule"),
    [
        pytest.param("{medical_publik: hello}", "schema/unknown-wording", id="unknown"),
        pytest.param("{crisis: I am glad you wrote.}", "schema/wording-slot", id="safety-slot-dropped"),
        pytest.param("{medical_public: 'hello {nobody}'}", "schema/wording-slot", id="no-such-slot"),
        pytest.param("{medical_public: 'hello {'}", "schema/wording-slot", id="open-brace"),
    ],
)
def test_a_wording_that_cannot_be_used_is_an_error(tmp_path: Path, wordings: str, rule: str) -> None:
    text = GOOD + f"wordings:\n  en: {wordings}\n"
    findings = found(tmp_path, text, "schema/")
    assert [(f.rule, f.severity, f.line) for f in findings] == [(rule, Severity.ERROR, 34)]


def test_a_file_that_does_not_load_gives_only_its_schema_errors(tmp_path: Path) -> None:
    findings = check(write(tmp_path, spoilt("version: 1", "version: 9")), guard(), TODAY)
    assert {finding.rule for finding in findings} == {"schema/version"}


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    assert [f.rule for f in check(tmp_path / "none.yaml", guard(), TODAY)] == ["schema/unreadable"]
