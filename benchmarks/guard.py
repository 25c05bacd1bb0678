"""How well the guard sorts the labelled messages: recall by route, and harmless messages stopped.

    python -m benchmarks.guard --split held_out --ablation
    python -m benchmarks.guard --split dev --misses crisis --alarms medical --limit 40

The held-out files choose bars and the unseen ones only measure: their texts are printed with `--show`
alone, and messages that are nearly the same as a development message are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.guard_figures import Judged, figures
from bot.cli.evaluate import wilson
from guardrails import GUARDED, Guard, Turn
from guardrails.rules import RuleBook
from training.messages import Message, distinct, messages, parts

LAYERS = ("rules", "model", "both without context", "both")


def share(hit: int, n: int) -> str:
    """Return `hit/n`, the share and its interval as a short text."""
    if not n:
        return "-"
    low, high = wilson(hit, n)
    return (
        f"{hit}/{n} {hit / n:.1%} ({low:.0%}-{high:.0%})"
        if n < 400
        else f"{hit}/{n} {hit / n:.1%} ({low:.1%}-{high:.1%})"
    )


def judge(guard: Guard, wanted: Sequence[Message], *, context: bool = True) -> list[Judged]:
    """Return every message with the guard's verdict."""
    judged = []
    for one in track(wanted, "screening", console=Console(stderr=True), transient=True):
        before = tuple(Turn(text) for text in one.before) if context else ()
        begin = perf_counter()
        verdict = guard.screen(one.text, before)
        judged.append(Judged(one, verdict, (perf_counter() - begin) * 1000))
    return judged


def layer(name: str) -> Guard:
    """Return a guard with some of its layers."""
    if name == "rules":
        return Guard.load(classifier=None)
    guard = Guard.load()
    if name != "model":
        return guard
    book = RuleBook((), guard._rules.whys, guard._rules.asking)
    return replace(guard, _rules=book, _follow_up=replace(guard._follow_up, rules=book))


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures as tables."""
    table = Table("register", "route", "accepted", "with check-in", "could be answered")
    for name, register in result["registers"].items():
        for route, row in register["recall"].items():
            if row["n"]:
                check = share(row["with_check_in"], row["n"]) if route == "crisis" else ""
                table.add_row(name, route, share(row["hit"], row["n"]), check, str(row["not_stopped"]))
    console.print(table)
    alarms = Table("harmless in", "n", "crisis card", "medical", "sourcing", "check-in", "foreign")
    for name, register in result["registers"].items():
        _alarm_row(alarms, name, register["alarms"])
    for name, row in result["files"].items():
        _alarm_row(alarms, f"  {name}", row)
    console.print(alarms)
    right = {name: share(**register["right"]) for name, register in result["registers"].items()}
    console.print(f"right or acceptable: {right}", highlight=False)
    console.print(
        f"help lines: { {name: share(**row) for name, row in result['dangers'].items()} }", highlight=False
    )
    console.print(f"foreign {result['foreign']} of {result['cases']}; ms {result['ms']}", highlight=False)


def _alarm_row(table: Table, name: str, row: dict[str, int]) -> None:
    if row["n"]:
        counts = [
            f"{row[key]} {row[key] / row['n']:.2%}"
            for key in (*(route.value for route in GUARDED), "check_in")
        ]
        table.add_row(name, str(row["n"]), *counts, str(row["foreign"]))


def show_details(result: dict[str, Any], console: Console) -> None:
    """Print recall by length, and the tags that do worst."""
    table = Table("words", *(route.value for route in GUARDED))
    for name, row in result["length"].items():
        table.add_row(name, *(share(row[route.value]["hit"], row[route.value]["n"]) for route in GUARDED))
    console.print(table)
    tags = Table("tag", "found (check-in counts)")
    for name, row in [*result["tags"].items()][:25]:
        tags.add_row(name, share(**row))
    console.print(tags)


def show_ablation(wanted: Sequence[Message], console: Console) -> dict[str, Any]:
    """Judge with each set of layers, print one table, and return the figures by layer."""
    out = {}
    found = [f"{route.value} found" for route in GUARDED]
    false = ["false card", "false referral", "false check-in"]
    table = Table("layers", *found, "crisis with check-in", *false, "right")
    for name in LAYERS:
        result = figures(judge(layer(name), wanted, context=name != "both without context"))
        out[name] = result["registers"]["all"]
        row, alarms = out[name]["recall"], out[name]["alarms"]
        table.add_row(
            name,
            *(f"{row[route.value]['hit'] / max(1, row[route.value]['n']):.1%}" for route in GUARDED),
            f"{row['crisis']['with_check_in'] / max(1, row['crisis']['n']):.1%}",
            f"{alarms['crisis'] / max(1, alarms['n']):.2%}",
            f"{(alarms['medical'] + alarms['sourcing']) / max(1, alarms['n']):.2%}",
            f"{alarms['check_in'] / max(1, alarms['n']):.2%}",
            f"{out[name]['right']['hit'] / max(1, out[name]['right']['n']):.1%}",
        )
    console.print(table)
    return out


def listing(judged: Sequence[Judged], misses: str | None, alarms: str | None) -> Iterator[Judged]:
    """Yield the messages of a route that were missed, and the harmless ones that a route stopped."""
    for one in judged:
        missed = misses is not None and one.message.route == misses and not one.accepted
        alarmed = one.message.harmless and (
            one.route == alarms or (alarms == "check_in" and one.verdict.check_in)
        )
        if missed or alarmed:
            yield one


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; exits 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="benchmarks.guard", description=__doc__)
    parser.add_argument("--split", choices=("dev", "held_out", "unseen"), default="dev")
    parser.add_argument("--files", help="only these corpus files, with commas")
    parser.add_argument("--layers", choices=LAYERS, default="both")
    parser.add_argument("--ablation", action="store_true", help="compare the layers")
    parser.add_argument("--details", action="store_true", help="by length and by tag, too")
    parser.add_argument("--misses", choices=[route.value for route in GUARDED])
    parser.add_argument("--alarms", choices=[*(route.value for route in GUARDED), "check_in"])
    parser.add_argument("--limit", type=int, default=50, help="print at most so many messages")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--show", action="store_true", help="print held-out texts, too")
    options = parser.parse_args(argv)

    split = parts()
    names = split[options.split]
    if options.files:
        names = tuple(options.files.split(","))
        if unknown := sorted(set(names) - set(split[options.split])):
            parser.error(f"{', '.join(unknown)} not in the split {options.split}: {split[options.split]}")
    wanted = list(messages(names))
    if options.split != "dev":
        before = len(wanted)
        wanted = distinct(wanted, messages(split["dev"]))
        print(
            f"{before - len(wanted)} of {before} left out: nearly the same as a dev message", file=sys.stderr
        )
    # Piped output has no width of its own, and 80 columns would cut the names of the files.
    console = Console() if sys.stdout.isatty() else Console(width=140)
    if options.ablation:
        ablation = show_ablation(wanted, console)
        if options.json:
            options.json.write_text(json.dumps(ablation, indent=2) + "\n", encoding="utf-8")
        return 0

    judged = judge(layer(options.layers), wanted, context=options.layers != "both without context")
    result = figures(judged)
    show(result, console)
    if options.details:
        show_details(result, console)
    hidden = options.split != "dev" and not options.show
    for number, one in enumerate(listing(judged, options.misses, options.alarms)):
        if number >= options.limit:
            console.print("...")
            break
        _show_one(one, console, hidden)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def _show_one(one: Judged, console: Console, hidden: bool) -> None:
    text = one.message.text
    words = "(hidden)" if hidden else " / ".join((*one.message.before, text))
    rules = ", ".join(
        f"{reason.rule}[{'' if hidden else text[reason.start : reason.end][:60]}]"
        for reason in one.verdict.reasons
    )
    scores = {name: round(score, 2) for name, score in one.verdict.scores.items() if name != "other"}
    place = f"{one.message.file}:{one.message.line}"
    console.print(
        f"{place} {one.message.route} -> {one.route} {scores} {rules}\n    {words}",
        markup=False,
        highlight=False,
    )


if __name__ == "__main__":
    sys.exit(main())
