"""The loader: every error of a file with its place, every value as it was written."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.resources.findings import Finding
from bot.resources.loader import Loaded, load, load_bytes
from bot.resources.schema import ResourceFile
from bot.resources.source import MAX_BYTES
from tests.bot.resources.files import GOOD, spoilt, write


def read(text: str) -> Loaded:
    return load_bytes(text.encode("utf-8"), "r.yaml")


def good(text: str) -> ResourceFile:
    loaded = read(text)
    assert loaded.findings == ()
    assert loaded.file is not None
    return loaded.file


def only(text: str) -> Finding:
    """Return the one finding of a file."""
    loaded = read(text)
    assert loaded.file is None
    assert len(loaded.findings) == 1, [finding.as_line() for finding in loaded.findings]
    return loaded.findings[0]


def at(finding: Finding) -> tuple[str, int, int]:
    return finding.rule, finding.line, finding.column


def test_a_correct_file_loads_without_findings() -> None:
    file = good(GOOD)
    assert [entry.id for entry in file.entries] == ["find-a-meeting", "server-rules"]
    assert file.entries[0].reviewed is not None
    assert file.entries[0].reviewed.date == dt.date(2026, 11, 1)


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "n", "Yes", "NO", "true", "False"])
def test_a_word_that_yaml_calls_a_boolean_is_the_text_as_written(word: str) -> None:
    file = good(spoilt("- are there online meetings", f"- {word}"))
    assert file.entries[0].questions[1] == word


@pytest.mark.parametrize("text", ["988", "000", "0800", "12:30", "1e3", "2026-11-01", "0x1F", "1_000", ".5"])
def test_a_number_without_quotes_is_the_text_as_written(text: str) -> None:
    assert good(spoilt('call: "988"', f"call: {text}")).referrals[0].call == text


def test_norway_is_a_country_and_norwegian_a_language() -> None:
    file = good(spoilt("region: US", "region: NO").replace("status: published", "answers: {no: nei}", 1))
    assert file.community.region == "NO"
    assert file.entries[0].answers == {"no": "nei"}


def test_a_reviewer_may_be_called_no() -> None:
    reviewed = good(spoilt("by: Robin", "by: No")).entries[0].reviewed
    assert reviewed is not None
    assert reviewed.by == "No"


def test_a_quoted_version_is_read() -> None:
    assert good(spoilt("version: 1", 'version: "1"')).version == 1


def test_an_optional_key_without_a_value_is_the_same_as_no_key() -> None:
    file = good(spoilt("    review_by: 2027-05-01", "    review_by:\n    tags: ~\n    sources: null"))
    assert (file.entries[0].review_by, file.entries[0].tags) == (None, ())


def test_a_source_may_be_a_place_on_the_server() -> None:
    file = good(spoilt("    review_by: 2027-05-01", '    sources: ["#welcome, pinned"]'))
    assert file.entries[0].sources == ("#welcome, pinned",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("title: Finding", "titel: Finding", ("schema/unknown-key", 7, 5), id="unknown-key"),
        pytest.param("id: find-a-meeting", "id: Find_It", ("schema/id", 6, 9), id="bad-id"),
        pytest.param("status: published", "status: publishd", ("schema/unknown-value", 15, 13), id="status"),
        pytest.param("version: 1", "version: 2", ("schema/version", 1, 10), id="version"),
        pytest.param("region: US", "region: usa", ("schema/region", 4, 11), id="region"),
        pytest.param("date: 2026-11-01", "date: soon", ("schema/date", 16, 33), id="date"),
        pytest.param("date: 2026-11-01", "date: 20261101", ("schema/date", 16, 33), id="seconds-since-1970"),
        pytest.param("date: 2026-11-01", "date: 2026-02-30", ("schema/date", 16, 33), id="no-such-day"),
        pytest.param('"https://na.org/meetingsearch"', "na.org", ("schema/url", 14, 38), id="url"),
        pytest.param("title: Finding a meeting", "title: ~", ("schema/no-value", 7, 5), id="no-value"),
        pytest.param("      - are there online meetings\n", "", ("schema/too-few", 8, 5), id="one-question"),
        pytest.param("id: server-rules", "id: find-a-meeting", ("schema/duplicate-id", 18, 9), id="same-id"),
        pytest.param('    call: "988"\n', "", ("schema/unreachable", 27, 5), id="no-way-to-reach"),
        pytest.param("kinds: [crisis]", "kinds: crisis", ("schema/list-expected", 28, 12), id="list"),
        pytest.param("  name: Test Harbour", "  name: [a]", ("schema/text-expected", 3, 9), id="text"),
        pytest.param(
            "- are there online",
            "- online: are there",
            ("schema/text-expected", 10, 9),
            id="colon-in-question",
        ),
        pytest.param(
            "  name: Test Harbour", "  name: A\n  name: B", ("schema/duplicate-key", 4, 3), id="key-twice"
        ),
    ],
)
def test_an_error_is_found_where_it_stands(old: str, new: str, expected: tuple[str, int, int]) -> None:
    findings = read(spoilt(old, new)).findings
    assert expected in [at(finding) for finding in findings], [finding.as_line() for finding in findings]


def test_the_nearest_known_key_is_named() -> None:
    findings = read(spoilt("questions:", "qestions:")).findings
    assert any("Did you mean 'questions'?" in finding.mend for finding in findings)


def test_all_errors_are_reported_with_their_entry() -> None:
    text = spoilt("title: Finding", "titel: Finding").replace("kinds: [crisis]", "kinds: [crisi]")
    found = {(finding.rule, finding.entry) for finding in read(text).findings}
    assert found == {
        ("schema/unknown-key", "find-a-meeting"),
        ("schema/missing-key", "find-a-meeting"),
        ("schema/unknown-value", "us-988"),
    }


def test_a_duplicate_key_names_both_lines() -> None:
    finding = only(spoilt("  name: Test Harbour", "  name: A\n  name: B"))
    assert finding.line == 4
    assert "line 3" in finding.message


def test_a_long_answer_says_how_long_it_is() -> None:
    finding = only(spoilt("The rules stand in the welcome channel.", "x" * 1801))
    assert finding.rule == "schema/too-long"
    assert "1,801" in finding.message
    assert "1,800" in finding.message


@pytest.mark.parametrize(
    ("text", "expected", "word"),
    [
        pytest.param("a:\n\tb: 1\n", ("schema/syntax", 2, 1), "tab", id="tab"),
        pytest.param("a: b: c\n", ("schema/syntax", 1, 5), "colon", id="colon"),
        pytest.param('a: "x\nb: 1\n', ("schema/syntax", 1, 4), "never closed", id="open-quote"),
        pytest.param("a: [1,2\nb: 3\n", ("schema/syntax", 1, 4), "bracket", id="open-bracket"),
        pytest.param("- **bold** x\n", ("schema/syntax", 1, 4), "star", id="markdown-bold"),
        pytest.param("a: @everyone\n", ("schema/syntax", 1, 4), "@", id="at-sign"),
        pytest.param('a: "\\q"\n', ("schema/syntax", 1, 5), "backslash", id="backslash"),
        pytest.param("- a\nb: 1\n", ("schema/syntax", 2, 1), "dash", id="no-dash"),
        pytest.param("a: *b\n", ("schema/alias", 1, 4), "points at nothing", id="dead-alias"),
        pytest.param("a: &a [*a]\n", ("schema/alias", 1, 8), "stands in", id="endless-alias"),
        pytest.param("a: !!python/object:os.system x\n", ("schema/tag", 1, 4), "tag", id="python-tag"),
        pytest.param("a: \x07\n", ("schema/control-character", 1, 4), "U+0007", id="bell"),
        pytest.param("- a\n", ("schema/not-a-mapping", 1, 1), "a list", id="list-on-top"),
        pytest.param("hello\n", ("schema/not-a-mapping", 1, 1), "one text", id="text-on-top"),
        pytest.param("", ("schema/empty", 1, 1), "empty", id="empty"),
        pytest.param(" \n\n", ("schema/empty", 1, 1), "empty", id="blank"),
        pytest.param("# only\n# comments\n", ("schema/empty", 1, 1), "comments", id="comments"),
    ],
)
def test_broken_yaml_is_explained_in_plain_words(
    text: str, expected: tuple[str, int, int], word: str
) -> None:
    finding = next(found for found in read(text).findings if found.rule == expected[0])
    assert at(finding) == expected
    assert word.lower() in finding.message.lower()
    assert finding.mend


def test_a_second_document_is_an_error() -> None:
    assert [f.rule for f in read(GOOD + "---\nversion: 1\n").findings] == ["schema/several-documents"]


def test_a_merge_key_takes_in_another_block() -> None:
    text = (
        GOOD + "  - <<: {kinds: [crisis], region: US, name: Text line}\n    id: us-text\n    text: 741741\n"
    )
    line = good(text).referrals[1]
    assert (line.name, line.text) == ("Text line", "741741")


def test_an_alias_may_repeat_a_value() -> None:
    text = spoilt("kinds: [crisis]", "kinds: &k [crisis]") + (
        '  - {id: us-two, kinds: *k, region: US, name: Two, call: "1"}\n'
    )
    assert good(text).referrals[1].kinds == good(text).referrals[0].kinds


def test_an_alias_bomb_is_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert only("\n".join(rows)).rule == "schema/alias-bomb"


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{b: " * 50_000, "- " * 5_000 + "x"])
def test_deep_nesting_is_refused(text: str) -> None:
    assert only(text).rule == "schema/too-deep"


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    loaded = load(tmp_path / "none.yaml")
    assert not loaded.readable
    assert "There is no file" in loaded.findings[0].message


def test_a_folder_is_unreadable(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert not loaded.readable
    assert "folder" in loaded.findings[0].message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.chmod(0)
    assert not load(path).readable


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    loaded = load(path)
    assert [finding.rule for finding in loaded.findings] == ["schema/too-large"]
    assert f"{MAX_BYTES // 1_000_000} MB" in loaded.findings[0].message


def test_latin_1_is_named_with_byte_and_line() -> None:
    loaded = load_bytes(b"version: 1\ncommunity: {name: Caf\xe9}\n", "r.yaml")
    finding = loaded.findings[0]
    assert at(finding) == ("schema/encoding", 2, 22)
    assert "byte 33" in finding.message
    assert "UTF-8" in finding.mend


def test_a_utf_8_mark_is_accepted() -> None:
    assert load_bytes(b"\xef\xbb\xbf" + GOOD.encode(), "r.yaml").findings == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_named(encoding: str) -> None:
    finding = load_bytes(GOOD.encode(encoding), "r.yaml").findings[0]
    assert finding.rule == "schema/encoding"
    assert encoding.upper()[:6] in finding.message


def test_a_nul_byte_is_named() -> None:
    finding = load_bytes(b"version: 1\ncommunity: {name: a\0b}\n", "r.yaml").findings[0]
    assert at(finding) == ("schema/encoding", 2, 20)


def test_windows_line_ends_do_not_move_the_places() -> None:
    text = spoilt("title: Finding", "titel: Finding").replace("\n", "\r\n")
    assert ("schema/unknown-key", 7, 5) in [at(finding) for finding in read(text).findings]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        pytest.param("answer: plain with target inside", "target", id="plain"),
        pytest.param("answer: plain over\n      two lines with target", "target", id="plain-folded"),
        pytest.param('answer: "say \\"hi\\" \\u00e9 target"', "target", id="double-quotes"),
        pytest.param('answer: "folded \\\n      on target"', "target", id="escaped-line-end"),
        pytest.param("answer: 'it''s on target'", "target", id="single-quotes"),
        pytest.param("answer: |\n      one\n\n        two target", "target", id="literal"),
        pytest.param("answer: >-\n      one\n      two\n\n      target", "target", id="folded"),
    ],
)
def test_a_word_inside_a_value_is_found_in_the_file(answer: str, word: str) -> None:
    text = spoilt("answer: The rules stand in the welcome channel.", answer)
    loaded = read(text)
    assert loaded.file is not None
    place = loaded.positions.within(("entries", 1, "answer"), loaded.file.entries[1].answer.index(word))
    assert text.splitlines()[place.line - 1][place.column - 1 :].startswith(word)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_random_bytes_give_findings_and_never_an_exception(data: bytes) -> None:
    loaded = load_bytes(data, "r.yaml")
    assert loaded.file is None
    assert loaded.findings
    assert all(finding.line >= 1 and finding.column >= 1 for finding in loaded.findings)


KEYS = st.sampled_from(
    ["version", "community", "name", "entries", "id", "questions", "answer", "links", "x", "<<"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=20)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(KEYS, DATA, max_size=6))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_yaml_gives_findings_and_never_an_exception(data: dict[str, object]) -> None:
    loaded = read(yaml.safe_dump(data, allow_unicode=True))
    assert loaded.file is not None or loaded.findings
    assert all(finding.message and finding.mend for finding in loaded.findings)


@given(st.integers(min_value=0, max_value=len(GOOD) - 1), st.text(max_size=3))
@settings(max_examples=200, deadline=None)
def test_a_good_file_with_a_slip_never_raises(place: int, slip: str) -> None:
    loaded = load_bytes((GOOD[:place] + slip + GOOD[place + 1 :]).encode("utf-8", "replace"), "r.yaml")
    assert loaded.file is not None or loaded.findings
