"""The `signpost` command: puts the groups together and turns errors into exit codes."""

from __future__ import annotations

import sys

import typer

from bot.cli import ask, decide, evaluate, run
from bot.cli.check import check, schema
from bot.cli.questions import app as questions
from bot.errors import SignpostError
from bot.ops.logging import configure

HELP = """Signpost answers support-group questions from a moderated file, and sends danger and medical
questions to people who can help.

Exit codes: 0 fine, 1 something was found or failed, 2 could not be used.
"""

app = typer.Typer(
    name="signpost",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(run.run)
app.command()(run.demo)
app.command()(ask.chat)
app.command()(ask.ask)
app.command()(decide.decide)
app.command(name="eval")(evaluate.evaluate)
app.command()(check)
app.command()(schema)
app.add_typer(questions, name="questions")
app.command()(run.version)


def main() -> None:
    """Run the command line; an error of ours becomes one line on standard error and exit code 2."""
    # Without this, an error would be shown with the values around it: a member's words.
    configure("WARNING")
    try:
        app()
    except SignpostError as exc:
        print(exc, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)
