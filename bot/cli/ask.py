"""`signpost ask` and `signpost chat`: the assistant in a terminal."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.cases import MessageCase, decision_json
from bot.cli.start import Parts, errors, load_parts
from bot.clock import SystemClock
from bot.message import Decision
from guardrails import Author, Surface, Turn

ResourcesOption = Annotated[
    Path | None, typer.Option(help="The moderated file or folder; the bundled one if left out.")
]
RegionOption = Annotated[str | None, typer.Option(help="Country code for help lines, like US.", metavar="CC")]

TURNS_KEPT = 5


def ask(
    question: Annotated[str, typer.Argument(help="What a member would write.")],
    resources: ResourcesOption = None,
    region: RegionOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show route, rules and scores.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask one question and print what a member would read.

    Example: signpost ask "how do I find a meeting near me?" --explain
    """
    parts = load_parts(resources)
    case = MessageCase(text=question, region=region.upper() if region else None)
    started = time.perf_counter()
    decision = parts.assistant.decide(case.message(SystemClock().now()))
    ms = (time.perf_counter() - started) * 1000
    reply = parts.assistant.reply(decision, None)
    if as_json:
        print(json.dumps(decision_json(None, decision, reply, ms), ensure_ascii=False, indent=2))
        return
    print(reply.text if reply else "(the bot stays silent)")
    if explain:
        _explain(decision, question)


def _explain(decision: Decision, question: str) -> None:
    out = Console(highlight=False, soft_wrap=True)
    rows = [f"route: {decision.route.value}"]
    if decision.dangers:
        rows.append("dangers: " + ", ".join(danger.value for danger in decision.dangers))
    if decision.check_in:
        rows.append("check-in line: yes")
    rows += [f"spoken: {entry.id}" for entry in decision.entries]
    rows += [f"offered: {entry.id}" for entry in decision.choices]
    rows += [f"help line: {referral.id}" for referral in decision.referrals]
    for reason in decision.reasons:
        span = question[reason.start : reason.end]
        rows.append(f"rule: {reason.rule}" + (f'  at {reason.start}-{reason.end}: "{span}"' if span else ""))
    rows += [f"nearest: {entry} {score:.2f}" for entry, score in decision.nearest]
    rows += [f"score: {name} {score:.2f}" for name, score in decision.scores.items()]
    out.print("\n" + "\n".join(rows), markup=False)


def chat(resources: ResourcesOption = None, region: RegionOption = None) -> None:
    """Talk to the bot in the terminal; it remembers the last five turns. Ctrl-D ends it.

    Example: signpost chat --region GB
    """
    parts = load_parts(resources)
    errors.print("Signpost in the terminal. Nothing is saved. Ctrl-D ends it.")
    turns: deque[Turn] = deque(maxlen=TURNS_KEPT)
    where = region.upper() if region else None
    while True:
        try:
            text = input("you> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return
        print(_answer(parts, text, turns, where) + "\n")


def _answer(parts: Parts, text: str, turns: deque[Turn], region: str | None) -> str:
    case = MessageCase(text=text, region=region, surface=Surface.MENTION)
    message = replace(case.message(SystemClock().now()), context=tuple(turns))
    decision = parts.assistant.decide(message)
    turns.append(Turn(text, Author.SAME, 0.0, decision.route))
    reply = parts.assistant.reply(decision, None)
    return reply.text if reply else "(the bot stays silent)"
