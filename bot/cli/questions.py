"""`signpost questions`: the log of unanswered questions, from the command line.

Works while the bot runs: it opens the same file from its own process.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.clock import SystemClock
from bot.errors import StoreError
from bot.questions import Question, QuestionStatus, QuestionStore, SqliteQuestionStore, UnknownQuestion
from bot.questions.draft import draft, draft_id
from bot.questions.export import Format, as_mapping, export
from bot.questions.records import stamp
from bot.settings import Settings

T = TypeVar("T")
EXIT_TROUBLE = 1
EXIT_UNUSABLE = 2

app = typer.Typer(
    help="Read and close the questions that nobody could answer.\n\nExample: signpost questions list",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Database = Annotated[
    Path | None,
    typer.Option("--database", help="File of the question log; the one in the settings if left out."),
]
Id = Annotated[str, typer.Argument(help="Id of the question, as `signpost questions list` shows it.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who did it, for the audit; the user of this machine if left out.")
]


@app.command("list")
def list_(
    status: Annotated[QuestionStatus | None, typer.Option(help="Only questions that stand so.")] = None,
    server: Annotated[str | None, typer.Option(help="Only questions of the server with this id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    database: Database = None,
) -> None:
    """List questions, the most asked first.

    Example: signpost questions list --status open
    """
    questions = _with_store(database, lambda store: store.list(status, server))
    if as_json:
        print(json.dumps([as_mapping(question) for question in questions], ensure_ascii=False, indent=2))
        return
    if not questions:
        print("No questions.")
        return
    table = Table("id", "status", "count", "last asked", "question", box=None, pad_edge=False)
    for question in questions:
        # Text, because members may write [brackets], which would be read as styles.
        table.add_row(
            question.id,
            question.status.value,
            str(question.count),
            f"{question.last_asked_at:%Y-%m-%d}",
            Text(" ".join(question.text.split())),
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def show(
    question_id: Id, as_json: Annotated[bool, typer.Option("--json")] = False, database: Database = None
) -> None:
    """Show one question with the entries nearest to it and what moderators did.

    Example: signpost questions show 4k7t9m2xqa
    """
    question = _with_store(database, lambda store: _wanted(store, question_id))
    acts = [
        {"at": stamp(act.at), "by": act.by, "action": act.action, "detail": act.detail}
        for act in question.audit
    ]
    if as_json:
        print(json.dumps(as_mapping(question) | {"audit": acts}, ensure_ascii=False, indent=2))
        return
    print(f"{question.id}  {question.status}  asked {question.count} times")
    print(f"first {stamp(question.asked_at)}  last {stamp(question.last_asked_at)}")
    print(f"server {question.guild_id or '-'}  channel {question.channel_id or '-'}")
    print(f"\n{question.text}\n")
    for entry, score in question.nearest:
        print(f"near   {entry} ({score:.2f})")
    if question.entry_id:
        print(f"entry  {question.entry_id}")
    if question.note:
        print(f"note   {question.note}")
    for act in acts:
        print(f"audit  {act['at']} {act['action']} by {act['by']} {act['detail']}".rstrip())


@app.command()
def answer(
    question_id: Id,
    entry: Annotated[
        str | None, typer.Option(help="Id of an entry that answers it already; no draft is made then.")
    ] = None,
    note: Annotated[str, typer.Option(help="A note for other moderators.")] = "",
    by: By = None,
    database: Database = None,
) -> None:
    """Print a draft entry for `resources.yaml` and mark the question as answered.

    Nothing is spoken to members before the draft is in the file, published, and passes `signpost check`.

    Example: signpost questions answer 4k7t9m2xqa >> draft.yaml
    """
    who = by or _user()

    async def mark(store: QuestionStore) -> Question:
        question = await _wanted(store, question_id)
        if entry is not None:
            return await store.link(question.id, who, entry, note)
        return await store.answer(question.id, who, draft_id(question), note)

    question = _with_store(database, mark)
    if entry is not None:
        _say(f"Question {question.id} is linked to {entry}. Add its wording to that entry's questions.")
        return
    print(draft(question), end="")
    _say(
        f"Question {question.id} is marked as answered. Paste the draft below `entries:` in resources.yaml, "
        "write the answer, set status to published and run `signpost check`."
    )


@app.command()
def dismiss(
    question_id: Id,
    note: Annotated[str, typer.Option(help="Why, for other moderators.")] = "",
    by: By = None,
    database: Database = None,
) -> None:
    """Close a question without an answer.

    Example: signpost questions dismiss 4k7t9m2xqa --note "not for us"
    """
    _with_store(database, lambda store: store.dismiss(question_id, by or _user(), note))
    _say(f"Question {question_id} is dismissed.")


@app.command("export")
def export_(
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
    status: Annotated[QuestionStatus | None, typer.Option(help="Only questions that stand so.")] = None,
    database: Database = None,
) -> None:
    """Write all questions as CSV (safe to open in a spreadsheet) or JSON Lines.

    An export is a copy that Signpost does not delete: keep it no longer than you promised your members.

    Example: signpost questions export --format jsonl --out questions.jsonl
    """
    questions = _with_store(database, lambda store: store.list(status))
    lines = export(questions, form)
    if out is None:
        sys.stdout.writelines(lines)
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        _say(f"{out} cannot be written: {error.strerror}.")
        raise typer.Exit(EXIT_UNUSABLE) from error
    _say(f"{len(questions)} questions written to {out}.")


async def _wanted(store: QuestionStore, question_id: str) -> Question:
    question = await store.get(question_id)
    if question is None:
        raise UnknownQuestion(f"There is no question {question_id}. `signpost questions list` shows the ids.")
    return question


def _with_store(database: Path | None, work: Callable[[QuestionStore], Awaitable[T]]) -> T:
    """Run work on the log; exit code 1 for a question that is not there, 2 for a log that cannot be used."""
    settings = Settings.load()
    path = database or settings.database_path

    async def run() -> T:
        store = SqliteQuestionStore(
            path, state_dir=path.parent, clock=SystemClock(), repair=False, busy_ms=5000
        )
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except UnknownQuestion as error:
        _say(str(error))
        raise typer.Exit(EXIT_TROUBLE) from error
    except StoreError as error:
        _say(str(error))
        raise typer.Exit(EXIT_UNUSABLE) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"  # a container's user has no name


def _say(line: str) -> None:
    print(line, file=sys.stderr)
