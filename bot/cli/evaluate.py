"""`signpost eval`: labelled cases in, recall and precision by the outcome that was shown."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.assistant import Assistant
from bot.cli.cases import MessageCase, TurnLike
from bot.cli.start import EXIT_TROUBLE, errors, load_parts, stop
from bot.clock import Clock, SystemClock
from bot.message import Decision
from bot.search import SearchIndex
from guardrails import GUARDED, Route, Surface

Z95 = 1.959963984540054


class Case(BaseModel):
    """One labelled line: a route case (`route`) or a search case (`entry`)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | None = None
    text: str | None = None
    turns: tuple[TurnLike, ...] = ()
    route: Route | None = None
    entry: str | None = None
    accept: tuple[str, ...] = ()
    region: str | None = None
    surface: Surface = Surface.MENTION
    addressed: bool = True

    @model_validator(mode="after")
    def _whole(self) -> Case:
        if (self.text is None) == (not self.turns):
            raise ValueError("needs either text or turns")
        if self.route is None and "entry" not in self.model_fields_set:
            raise ValueError("needs a route, or an entry (null when no entry is right)")
        return self

    @property
    def is_search(self) -> bool:
        return self.route is None

    @property
    def shown_text(self) -> str:
        return self.text if self.text is not None else self.turns[-1].text

    def message_case(self) -> MessageCase:
        """Return the case as the pipeline takes it: the last turn judged after the others."""
        return MessageCase(
            text=self.shown_text,
            context=self.turns[:-1] if self.text is None else (),
            region=self.region,
            surface=self.surface,
            addressed=self.addressed,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case with what was shown for it."""

    case: Case
    decision: Decision

    @property
    def right(self) -> bool:
        accepted = set(self.case.accept) | ({self.case.route.value} if self.case.route else set())
        return self.decision.route.value in accepted


@dataclass(slots=True)
class SearchCounts:
    """What search did; `offered` counts only where the right entry was among the choices."""

    in_scope: int = 0
    right: int = 0
    wrong: int = 0
    offered: int = 0
    missed: int = 0
    out_of_scope: int = 0
    answered: int = 0
    offered_out: int = 0
    kept_silent: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, case: Case, spoken: Sequence[str], choices: Sequence[str]) -> None:
        """Count one search case by what was spoken and what was offered."""
        accepted = set(case.accept) | ({case.entry} if case.entry else set())
        if case.entry is None:
            self.out_of_scope += 1
            if spoken and spoken[0] not in accepted:
                self.answered += 1
            elif choices and not spoken:
                self.offered_out += 1
            else:
                self.kept_silent += 1
            return
        self.in_scope += 1
        if spoken:
            good = spoken[0] in accepted
            self.right += good
            self.wrong += not good
        elif accepted & set(choices):
            self.offered += 1
        else:
            self.missed += 1
        if not spoken or spoken[0] not in accepted:
            shown = spoken[0] if spoken else ", ".join(choices) or "nothing"
            self.misses.append(f"{case.entry}: {case.shown_text!r} -> {shown}")

    def as_json(self) -> dict[str, int]:
        """Return the counts in the documented format."""
        return {
            "in_scope": self.in_scope,
            "right": self.right,
            "wrong": self.wrong,
            "offered": self.offered,
            "missed": self.missed,
            "out_of_scope": self.out_of_scope,
            "answered": self.answered,
            "offered_out": self.offered_out,
            "kept_silent": self.kept_silent,
        }


def wilson(hit: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of hit out of n; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hit / n, Z95**2
    centre = share + z2 / (2 * n)
    spread = Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z2 / n)), min(1.0, (centre + spread) / (1 + z2 / n))


def evaluate(
    cases: Annotated[Path, typer.Argument(help="Labelled cases as JSON Lines.")],
    resources: Annotated[
        Path | None, typer.Option(help="The moderated file or folder; the bundled one if left out.")
    ] = None,
    search_only: Annotated[
        bool, typer.Option("--search-only", help="Measure search alone, without the guard.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the bot on labelled cases: recall and precision by route, and search.

    Example: signpost eval my-cases.jsonl --resources resources.yaml
    """
    read, bad = _read(cases)
    parts = load_parts(resources)
    clock = SystemClock()
    outcomes: list[Outcome] = []
    counts = SearchCounts()
    index = _whole_index(parts.assistant) if search_only else None
    todo = [case for case in read if case.is_search] if search_only else read
    for case in track(todo, "eval", console=errors, transient=True, disable=not errors.is_terminal):
        if index is not None:
            spoken, choices = _search(index, case)
            counts.add(case, spoken, choices)
            continue
        outcome = Outcome(case, _decide(parts.assistant, case, clock))
        if case.is_search:
            decision = outcome.decision
            counts.add(case, [e.id for e in decision.entries], [e.id for e in decision.choices])
        else:
            outcomes.append(outcome)
    report = _report(len(todo), outcomes, counts)
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print(report, outcomes, counts)
    for problem in bad:
        errors.print(problem, markup=False)
    if bad:
        raise typer.Exit(EXIT_TROUBLE)


def _read(path: Path) -> tuple[list[Case], list[str]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as exc:
        stop(f"{path} cannot be read: {exc.strerror}.")
    cases, bad = [], []
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(raw.decode("utf-8"))))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            bad.append(f"{path}:{number}: not a line of JSON in UTF-8. Left out.")
        except ValidationError as exc:
            problem = exc.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in problem["loc"])
            bad.append(f"{path}:{number}: {where + ': ' if where else ''}{problem['msg']}. Left out.")
    if not cases and not bad:
        stop(f"{path} holds no cases.")
    return cases, bad


def _decide(assistant: Assistant, case: Case, clock: Clock) -> Decision:
    return assistant.decide(case.message_case().message(clock.now()))


def _whole_index(assistant: Assistant) -> SearchIndex:
    resources = assistant.resources(None)
    # Without the guard every example question counts, also one that the guard would stop.
    questions = {entry.id: entry.questions for entry in resources.entries}
    return SearchIndex.build(resources.entries, questions)


def _search(index: SearchIndex, case: Case) -> tuple[list[str], list[str]]:
    found = index.search(case.shown_text, tuple(turn.text for turn in case.turns[:-1]))
    ids = [hit.entry_id for hit in found.entries]
    return (ids[:1], []) if found.outcome == "answer" else ([], ids if found.outcome == "choices" else [])


def _report(n: int, outcomes: list[Outcome], counts: SearchCounts) -> dict[str, Any]:
    routes: dict[str, dict[str, float]] = {}
    for route in Route:
        mine = [outcome for outcome in outcomes if outcome.case.route is route]
        hit = sum(outcome.right for outcome in mine)
        low, high = wilson(hit, len(mine))
        with_line = sum(outcome.right or outcome.decision.check_in for outcome in mine)
        routes[route.value] = {
            "n": len(mine),
            "hit": hit,
            "with_check_in": with_line,
            "low": round(low, 4),
            "high": round(high, 4),
        }
    guarded = {route.value for route in GUARDED}
    harmless = [
        outcome
        for outcome in outcomes
        if outcome.case.route not in GUARDED and not guarded & set(outcome.case.accept)
    ]
    return {
        "cases": n,
        "routes": routes,
        "harmless": {
            "n": len(harmless),
            "referred": sum(o.decision.route in (Route.MEDICAL, Route.SOURCING) for o in harmless),
            "crisis": sum(o.decision.route is Route.CRISIS for o in harmless),
            "check_in": sum(o.decision.check_in for o in harmless),
        },
        "search": counts.as_json(),
    }


def _print(report: dict[str, Any], outcomes: list[Outcome], counts: SearchCounts) -> None:
    out = Console(highlight=False, soft_wrap=True)
    if outcomes:
        out.print(_route_table(report, outcomes))
        out.print(_confusion_table(outcomes))
        harmless = report["harmless"]
        out.print(
            f"harmless: {harmless['n']}, referred {harmless['referred']}, "
            f"crisis card {harmless['crisis']}, check-in line {harmless['check_in']}"
        )
    if counts.in_scope or counts.out_of_scope:
        out.print("search: " + ", ".join(f"{name} {value}" for name, value in report["search"].items()))
    for outcome in outcomes:
        if not outcome.right:
            rules = ", ".join(reason.rule for reason in outcome.decision.reasons) or "no rule"
            wanted = outcome.case.route.value if outcome.case.route else ""
            line = f"miss: {wanted} -> {outcome.decision.route.value} ({rules}): {outcome.case.shown_text!r}"
            out.print(line, markup=False)
    for miss in counts.misses:
        out.print(f"search miss: {miss}", markup=False)


def _route_table(report: dict[str, Any], outcomes: list[Outcome]) -> Table:
    shown = Counter(outcome.decision.route for outcome in outcomes)
    good = Counter(outcome.decision.route for outcome in outcomes if outcome.right)
    table = Table(title="by route", box=None, title_justify="left")
    for column in ("route", "n", "hit", "recall", "95 % interval", "with check-in", "shown", "precision"):
        table.add_column(column, justify="left" if column == "route" else "right")
    for name, row in report["routes"].items():
        n, route = int(row["n"]), Route(name)
        recall = f"{row['hit'] / n:.3f}" if n else "-"
        interval = f"{row['low']:.3f}-{row['high']:.3f}" if n else "-"
        precision = f"{good[route] / shown[route]:.3f}" if shown[route] else "-"
        cells = (name, n, row["hit"], recall, interval, row["with_check_in"], shown[route], precision)
        table.add_row(*(str(cell) for cell in cells))
    return table


def _confusion_table(outcomes: list[Outcome]) -> Table:
    pairs = Counter((outcome.case.route, outcome.decision.route) for outcome in outcomes)
    table = Table(title="label (down) and what was shown (across)", box=None, title_justify="left")
    table.add_column("")
    for route in Route:
        table.add_column(route.value, justify="right")
    for label in Route:
        table.add_row(label.value, *(str(pairs[label, shown]) for shown in Route))
    return table
