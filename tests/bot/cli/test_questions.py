from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.cli.questions import app
from bot.clock import SystemClock
from bot.questions import NewQuestion, Question, SqliteQuestionStore
from bot.resources.schema import Entry, Status
from tests.bot.questions.conftest import question

ASKED = ("When is the Tuesday meeting?", "Is there parking [nearby]?", "=HYPERLINK(1)")


def on_store(database: Path, *questions: NewQuestion) -> tuple[Question, ...]:
    """Log questions as the bot does, and return what the log then holds."""

    async def run() -> tuple[Question, ...]:
        store = SqliteQuestionStore(
            database, state_dir=database.parent, clock=SystemClock(), redact=lambda text: text, budget_s=30
        )
        for each in questions:
            await store.log(each)
        held = await store.list()
        audited = [await store.get(each.id) for each in held]
        await store.close()
        return tuple(each for each in audited if each is not None)

    return asyncio.run(run())


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log with three questions, which the settings point to."""
    path = tmp_path / "state" / "questions.db"
    monkeypatch.setenv("SIGNPOST_DATABASE", str(path))
    on_store(path, *(question(text, str(n)) for n, text in enumerate(ASKED)))
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def the_one_about(database: Path, words: str) -> Question:
    return next(each for each in on_store(database) if words in each.text)


def test_list_shows_every_question(database: Path) -> None:
    result = run("list")
    assert result.exit_code == 0
    assert all(text in result.stdout for text in ASKED)


def test_list_filters_by_status(database: Path) -> None:
    run("dismiss", the_one_about(database, "parking").id)
    result = run("list", "--status", "dismissed", "--json")
    assert [each["text"] for each in json.loads(result.stdout)] == ["Is there parking [nearby]?"]


def test_list_says_when_there_is_nothing(database: Path) -> None:
    assert run("list", "--status", "claimed").stdout == "No questions.\n"


def test_show_tells_all(database: Path) -> None:
    wanted = the_one_about(database, "Tuesday")
    result = run("show", wanted.id)
    assert "When is the Tuesday meeting?" in result.stdout
    assert "find-a-meeting (0.41)" in result.stdout
    assert json.loads(run("show", wanted.id, "--json").stdout)["guild_id"] == "7"


def test_answer_prints_a_draft_that_the_file_takes(database: Path) -> None:
    wanted = the_one_about(database, "Tuesday")
    result = run("answer", wanted.id, "--by", "Rowan")
    (entry,) = yaml.safe_load(f"entries:\n{result.stdout}")["entries"]
    parsed = Entry.model_validate(entry)
    assert (parsed.id, parsed.status) == ("when-is-the-tuesday-meeting", Status.DRAFT)
    assert parsed.questions[0] == "When is the Tuesday meeting?"
    after = the_one_about(database, "Tuesday")
    assert (after.status, after.entry_id, after.audit[-1].by) == ("answered", parsed.id, "Rowan")


def test_answer_links_to_an_entry_that_is_there(database: Path) -> None:
    wanted = the_one_about(database, "Tuesday")
    result = run("answer", wanted.id, "--entry", "find-a-meeting")
    after = the_one_about(database, "Tuesday")
    assert result.stdout == ""
    assert (after.status, after.entry_id) == ("linked", "find-a-meeting")


def test_dismiss_keeps_the_note(database: Path) -> None:
    wanted = the_one_about(database, "Tuesday")
    assert run("dismiss", wanted.id, "--note", "not for us").exit_code == 0
    after = the_one_about(database, "Tuesday")
    assert (after.status, after.note) == ("dismissed", "not for us")


def test_an_export_as_csv_holds_no_formula(database: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export").stdout, newline="")))
    assert {row["text"] for row in rows} == {ASKED[0], ASKED[1], "'=HYPERLINK(1)"}


def test_an_export_as_json_lines_is_exact(database: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = run("export", "--format", "jsonl", "--out", str(out))
    assert "3 questions written" in result.stderr
    assert {json.loads(line)["text"] for line in out.read_text().splitlines()} == set(ASKED)
    assert out.stat().st_mode & 0o077 == 0


def test_an_export_that_cannot_be_written_is_told(database: Path, tmp_path: Path) -> None:
    result = run("export", "--out", str(tmp_path / "nowhere" / "x.csv"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("command", ["show", "answer", "dismiss"])
def test_an_unknown_id_exits_with_1(database: Path, command: str) -> None:
    result = run(command, "nowhere")
    assert result.exit_code == 1
    assert "no question nowhere" in result.stderr


def test_a_log_that_is_not_there_exits_with_2_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nothing" / "questions.db"
    result = run("list", "--database", str(path))
    assert result.exit_code == 2
    assert "no question log" in result.stderr
    assert not path.parent.exists()


@pytest.mark.parametrize("command", ["list", "show", "answer", "dismiss", "export"])
def test_every_command_has_an_example(command: str) -> None:
    result = run(command, "--help")
    assert f"signpost questions {command}" in result.stdout


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param("???", "question-", id="no-words"),
        pytest.param("यह क्या है", "question-", id="no-latin-letters"),
        pytest.param("off", "off", id="a-word-that-yaml-reads-as-false"),
        pytest.param("very long " * 300, "very-long-very-long", id="long"),
        pytest.param("a: b # c\n- d | 'e' \"f\"", "a-b-c-d-e-f", id="yaml-marks"),
    ],
)
def test_a_draft_is_sound_whatever_was_asked(database: Path, text: str, made: str) -> None:
    on_store(database, question(text, "new"))
    wanted = next(each for each in on_store(database) if each.text not in ASKED)
    (entry,) = yaml.safe_load(f"entries:\n{run('answer', wanted.id).stdout}")["entries"]
    assert Entry.model_validate(entry).id.startswith(made)
