"""How well the guard sorts the labelled messages: recall by route, and harmless messages stopped.

    python -m benchmarks.guard --split dev --misses crisis --alarms medical --limit 40

The held-out files measure only: their texts are printed with `--show` alone, and messages that are
nearly the same as a development message are left out.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardrails import GUARDED, Guard, Route, Turn, Verdict

ROOT = Path(__file__).parent.parent / "training"
HARMLESS = frozenset({"answer", "unanswered", "chat"})
_WORD = re.compile(r"\w+")
_NEAR = 0.6
_SHINGLE = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled message, with what was said before it."""

    file: str
    line: int
    text: str
    before: tuple[str, ...]
    route: str
    accept: frozenset[str]

    @property
    def harmless(self) -> bool:
        """Whether stopping this message would be a false alarm."""
        return self.route in HARMLESS and not self.accept & set(GUARDED)


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what the guard thought of it."""

    case: Case
    verdict: Verdict
    ms: float

    @property
    def route(self) -> str:
        """The route the guard gave, or `none`."""
        return self.verdict.route.value if self.verdict.route else "none"

    @property
    def accepted(self) -> bool:
        """Whether the route given is one that the label accepts."""
        return self.route in self.case.accept or (self.route == "none" and bool(self.case.accept & HARMLESS))


def cases(names: Iterable[str]) -> Iterator[Case]:
    """Yield the labelled messages of the corpus files named."""
    for name in names:
        lines = (ROOT / "corpus" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            row: dict[str, Any] = json.loads(line)
            turns = row.get("turns") or [row["text"]]
            yield Case(name, number, turns[-1], tuple(turns[:-1]), row["route"], frozenset(row["accept"]))


def distinct(held: Iterable[Case], known: Iterable[Case]) -> list[Case]:
    """Return the held-out cases that are not nearly the same as a known one, by shared word triples."""
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    sizes: list[int] = []
    for number, case in enumerate(known):
        shingles = _shingles(case.text)
        sizes.append(len(shingles))
        for shingle in shingles:
            index[shingle].append(number)
    kept = []
    for case in held:
        shingles = _shingles(case.text)
        shared = Counter(number for shingle in shingles for number in index.get(shingle, ()))
        if not any(n / (len(shingles) + sizes[number] - n) >= _NEAR for number, n in shared.items()):
            kept.append(case)
    return kept


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    if len(words) < _SHINGLE:
        return {tuple(words)}
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}


def judge(guard: Guard, wanted: list[Case]) -> list[Judged]:
    """Return every case with the guard's verdict."""
    judged = []
    for case in track(wanted, "screening", console=Console(stderr=True), transient=True):
        context = tuple(Turn(text) for text in case.before)
        begin = perf_counter()
        verdict = guard.screen(case.text, context)
        judged.append(Judged(case, verdict, (perf_counter() - begin) * 1000))
    return judged


def wilson(hit: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    if not n:
        return 0.0, 1.0
    share = hit / n
    middle = share + z * z / (2 * n)
    wide = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - wide) / (1 + z * z / n), (middle + wide) / (1 + z * z / n)


def figures(judged: list[Judged]) -> dict[str, Any]:
    """Return recall by route, false alarms by file and the speed, ready for JSON."""
    routes = {}
    for route in GUARDED:
        of_route = [one for one in judged if one.case.route == route]
        hit = sum(one.accepted for one in of_route)
        low, high = wilson(hit, len(of_route))
        routes[route.value] = {
            "n": len(of_route),
            "strict": sum(one.route == route for one in of_route),
            "hit": hit,
            "with_check_in": sum(one.accepted or one.verdict.check_in for one in of_route),
            "low": round(low, 4),
            "high": round(high, 4),
        }
    harmless = [one for one in judged if one.case.harmless]
    files: dict[str, dict[str, int]] = {}
    for one in harmless:
        row = files.setdefault(
            one.case.file, {"n": 0, **{route.value: 0 for route in GUARDED}, "check_in": 0, "foreign": 0}
        )
        row["n"] += 1
        if one.verdict.route:
            row[one.verdict.route.value] += 1
        row["check_in"] += one.verdict.check_in
        row["foreign"] += one.verdict.language is not None
    times = sorted(one.ms for one in judged) or [0.0]
    return {
        "cases": len(judged),
        "routes": routes,
        "harmless": {
            "n": len(harmless),
            "referred": sum(one.verdict.route is not None for one in harmless),
            "crisis": sum(one.verdict.route is Route.CRISIS for one in harmless),
            "check_in": sum(one.verdict.check_in for one in harmless),
            "foreign": sum(one.verdict.language is not None for one in harmless),
        },
        "files": files,
        "foreign": sum(one.verdict.language is not None for one in judged),
        "ms": {
            "median": round(times[len(times) // 2], 3),
            "p99": round(times[int(len(times) * 0.99)], 3),
            "max": round(times[-1], 3),
        },
    }


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures as tables."""
    table = Table("route", "n", "strict", "accepted", "recall", "95 %", "with check-in")
    for route, row in result["routes"].items():
        share = row["hit"] / row["n"] if row["n"] else 0.0
        table.add_row(
            route,
            str(row["n"]),
            str(row["strict"]),
            str(row["hit"]),
            f"{share:.4f}",
            f"{row['low']:.4f} to {row['high']:.4f}",
            str(row["with_check_in"]),
        )
    console.print(table)
    alarms = Table("harmless in", "n", *(route.value for route in GUARDED), "check-in", "foreign", "stopped")
    for name, row in [*result["files"].items(), ("total", _sum(result["files"].values()))]:
        stopped = sum(row[route.value] for route in GUARDED) / row["n"] if row["n"] else 0.0
        alarms.add_row(name, *(str(row[key]) for key in row), f"{stopped:.2%}")
    console.print(alarms)
    console.print(f"foreign {result['foreign']} of {result['cases']}; ms {result['ms']}")


def _sum(rows: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = dict.fromkeys(
        ("n", *(route.value for route in GUARDED), "check_in", "foreign"), 0
    )
    for row in rows:
        for key, value in row.items():
            total[key] += value
    return total


def listing(judged: list[Judged], misses: str | None, alarms: str | None) -> Iterator[Judged]:
    """Yield the messages of a route that were missed, and the harmless ones that a route stopped."""
    for one in judged:
        missed = misses is not None and one.case.route == misses and not one.accepted
        alarmed = one.case.harmless and (
            one.route == alarms or (alarms == "check_in" and one.verdict.check_in)
        )
        if missed or alarmed:
            yield one


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; exits 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="benchmarks.guard", description=__doc__)
    parser.add_argument("--split", choices=("dev", "held_out"), default="dev")
    parser.add_argument("--files", help="only these corpus files, with commas")
    parser.add_argument("--misses", choices=[route.value for route in GUARDED])
    parser.add_argument("--alarms", choices=[*(route.value for route in GUARDED), "check_in"])
    parser.add_argument("--limit", type=int, default=50, help="print at most so many messages")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--show", action="store_true", help="print held-out texts, too")
    options = parser.parse_args(argv)

    split = yaml.safe_load((ROOT / "split.yaml").read_text(encoding="utf-8"))
    names: list[str] = split[options.split]
    if options.files:
        asked = options.files.split(",")
        if unknown := sorted(set(asked) - set(names)):
            parser.error(f"{', '.join(unknown)} not in the split {options.split}: {', '.join(names)}")
        names = asked
    wanted = list(cases(names))
    if options.split == "held_out":
        before = len(wanted)
        wanted = distinct(wanted, cases(split["dev"]))
        print(
            f"{before - len(wanted)} of {before} left out: nearly the same as a dev message", file=sys.stderr
        )

    judged = judge(Guard.load(), wanted)
    result = figures(judged)
    # Piped output has no width of its own, and 80 columns would cut the names of the files.
    console = Console() if sys.stdout.isatty() else Console(width=130)
    show(result, console)
    hidden = options.split == "held_out" and not options.show
    for number, one in enumerate(listing(judged, options.misses, options.alarms)):
        if number >= options.limit:
            console.print("...")
            break
        place = f"{one.case.file}:{one.case.line}"
        words = "(hidden)" if hidden else " / ".join((*one.case.before, one.case.text))
        rules = ", ".join(
            f"{reason.rule}[{'' if hidden else one.case.text[reason.start : reason.end]}]"
            for reason in one.verdict.reasons
        )
        console.print(
            f"{place} {one.case.route} -> {one.route} {rules}\n    {words}", markup=False, highlight=False
        )
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
