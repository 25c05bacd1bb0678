"""Chooses the bars of `guardrails/policy/thresholds.yaml` on the held-out messages: `make thresholds`.

Each register has a budget of harmless messages stopped; within all budgets the bars that find the most are
taken. The whole guard is judged, rules and classifier together, exactly as it runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardrails.classifier import Learned
from guardrails.data import POLICY
from guardrails.normalise import Normaliser
from guardrails.opinion import opinion_of
from guardrails.rulefiles import load_rules
from guardrails.rules import Strength
from guardrails.verdict import GUARDED, Danger, Route
from guardrails.weights import MODEL
from training.messages import DANGERS, Message, distinct, messages, parts, register_of

# The share of harmless messages of a register that may get a crisis card, a medical or a sourcing referral,
# and a check-in.
BUDGETS = MappingProxyType(
    {
        "ordinary": (0.006, 0.006, 0.004, 0.02),
        "prose": (0.02, 0.03, 0.01, 0.12),
        "hard": (0.0125, 0.03, 0.02, 0.08),
    }
)
GRID = (0.02, 0.03, 0.05, 0.08, 0.1, 0.12, 0.14, 0.17, *(round(0.2 + 0.04 * step, 2) for step in range(20)))
HESITANT = 0.025
# After what came before, a danger needs less: the classifier was taught with dialogues of both kinds.
FOLLOWED_CRISIS = 0.35
DOUBTS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3)
EMERGENCY = frozenset({Danger.OVERDOSE, Danger.POISONING, Danger.MEDICAL_EMERGENCY, Danger.VIOLENCE})
"""What somebody may be dying of now."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What rules and classifier say of n messages; `rules` has columns sure, likely, unsure by route.

    `pointed` is the crisis score of the sentences that rules point at.
    """

    held: Sequence[Message]
    scores: dict[Route, NDArray[np.float64]]
    pointed: NDArray[np.float64]
    rules: dict[Route, Flags]
    dangers: NDArray[np.float64]
    harmless: Flags
    register: NDArray[np.str_]


def gather(held: Sequence[Message], model: Path = MODEL) -> Evidence:
    """Read every message with the rules and the classifier."""
    normaliser, book, learned = Normaliser.load(), load_rules(), Learned.load(model)
    scores: dict[Route, list[float]] = {route: [] for route in GUARDED}
    pointed = []
    rules: dict[Route, list[tuple[bool, bool, bool]]] = {route: [] for route in GUARDED}
    dangers = []
    for one in track(held, "reading", console=Console(stderr=True), transient=True):
        read = normaliser.read(one.text)
        hits = book.hits(read)
        open_hits = [
            hit for hit in hits if hit.rule.route is Route.CRISIS and hit.rule.strength is not Strength.SURE
        ]
        opinion = opinion_of(learned, read, (), [(hit.start, hit.end) for hit in open_hits])
        pointed.append(opinion.pointed.get("crisis", 0.0))
        dangers.append([opinion.dangers[danger] for danger in DANGERS])
        for route in GUARDED:
            scores[route].append(opinion.scores[route.value])
            strengths = {hit.rule.strength for hit in hits if hit.rule.route is route}
            rules[route].append(tuple(strength in strengths for strength in Strength))  # type: ignore[arg-type]
    registers = register_of()
    return Evidence(
        held,
        {route: np.array(values) for route, values in scores.items()},
        np.array(pointed),
        {route: np.array(values) for route, values in rules.items()},
        np.array(dangers),
        np.array([one.harmless for one in held]),
        np.array([registers[one.file] for one in held]),
    )


def stopped(found: Evidence, route: Route, sure: float, supported: float, contradicted: float) -> Flags:
    """Return which messages a route stops at these bars."""
    score, rules = found.scores[route], found.rules[route]
    out: Flags = (
        (score >= sure)
        | rules[:, 0]
        | (rules[:, 1] & (score >= contradicted))
        | (rules[:, 2] & (score >= supported))
    )
    return out


def within(found: Evidence, flags: Flags, column: int) -> bool:
    """Return whether every register keeps its budget."""
    return all(
        flags[found.harmless & (found.register == name)].mean() <= budget[column]
        for name, budget in BUDGETS.items()
    )


def choose(found: Evidence, route: Route) -> tuple[float, float, float]:
    """Return (sure, supported, contradicted) that find the most of a route within the budgets."""
    column = GUARDED.index(route)
    wanted = np.array([route.value == one.route for one in found.held])
    best, most = (0.98, 0.98, DOUBTS[-1]), -1.0
    for sure, supported, contradicted in product(GRID, GRID, DOUBTS):
        if supported > sure or contradicted > supported:
            continue
        flags = stopped(found, route, sure, supported, contradicted)
        if within(found, flags, column) and (share := float(flags[wanted].mean())) > most:
            best, most = (sure, supported, contradicted), share
    return best


def choose_check_in(found: Evidence, crisis: Flags) -> tuple[float, float]:
    """Return (check_in, doubted): the lowest bars for the quiet line within its budget."""
    score, rules = found.scores[Route.CRISIS], found.rules[Route.CRISIS]
    wanted = np.array([one.route == "crisis" for one in found.held])
    best, most = (0.9, 0.5), -1.0
    for bar, doubted in product(GRID, DOUBTS):
        flags = ~crisis & (
            (score >= bar) | rules[:, 1] | (rules[:, 2] & (np.maximum(score, found.pointed) >= doubted))
        )
        if within(found, flags, 3) and (share := float(flags[wanted].mean())) > most:
            best, most = (bar, doubted), share
    return best


def hesitant(found: Evidence, route: Route, sure: float) -> float:
    """Return the bar from which a message is offered entries and answered none: one FAQ question in forty."""
    plain = np.array([one.harmless and one.route == "answer" for one in found.held])
    return round(min(sure, max(0.01, float(np.quantile(found.scores[route][plain], 1 - HESITANT)))), 3)


def choose_danger(found: Evidence) -> float:
    """Return the bar from which a danger is named: emergency first where it must be, and not elsewhere."""
    known = [at for at, one in enumerate(found.held) if one.dangers]
    wanted = np.array([bool(set(found.held[at].dangers[:1] or ()) & EMERGENCY) for at in known])  # type: ignore[index]
    columns = [at for at, danger in enumerate(DANGERS) if danger in EMERGENCY]
    highest = found.dangers[known][:, columns].max(1)
    return max(
        GRID, key=lambda bar: 0.6 * (highest[wanted] >= bar).mean() + 0.4 * (highest[~wanted] < bar).mean()
    )


def main() -> None:
    """Choose, write and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--dry-run", action="store_true")
    given = parser.parse_args()
    names = parts()
    found = gather(distinct(messages(names["held_out"]), messages(names["dev"])), given.model)
    chosen = {route: choose(found, route) for route in GUARDED}
    flags = {route: stopped(found, route, *chosen[route]) for route in GUARDED}
    check_in, doubted = choose_check_in(found, flags[Route.CRISIS])
    values: dict[str, Any] = {
        **{
            name: {route.value: chosen[route][at] for route in GUARDED}
            for at, name in enumerate(("sure", "supported", "contradicted"))
        },
        "hesitant": {route.value: hesitant(found, route, chosen[route][0]) for route in GUARDED},
        "check_in": check_in,
        "doubted": doubted,
        "danger": choose_danger(found),
    }
    for route in GUARDED:
        for name in BUDGETS:
            there = found.register == name
            wanted = there & np.array([one.route == route.value for one in found.held])
            if wanted.any():
                share, alarms = flags[route][wanted].mean(), flags[route][there & found.harmless].mean()
                print(f"{route.value} {name}: {share:.1%} of {wanted.sum()}, false {alarms:.2%}")
    print(yaml.safe_dump(values, sort_keys=False))
    if not given.dry_run:
        path = POLICY / "thresholds.yaml"
        old = yaml.safe_load(path.read_text(encoding="utf-8"))
        head = {"version": 1, "whys": old["whys"]}
        values |= {
            "followed": {**values["sure"], "crisis": FOLLOWED_CRISIS},
            "watch_check_in": max(old["watch_check_in"], check_in),
        }
        today = datetime.now(UTC).date().isoformat()
        path.write_text(
            f"# From which probability on the classifier's word counts. Chosen on {today} by\n"
            "# `make thresholds` on messages that it was not trained on; guardrails/README.md tells more.\n"
            + yaml.safe_dump({**head, **values}, sort_keys=False, allow_unicode=True, width=110),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
