"""Counts how often each rule is right on messages it was not written from, and what strength that allows.

    python -m training.precision            # a table
    python -m training.precision --write    # writes `strength` into the policy files

A rule is `sure` at 98 %; below that it is `likely` and gives way
to a classifier that is sure of the contrary. Rules that are `unsure` are left as they are. The files are
those that came after the rules (`more/`) and the held-out ones, of which no text is shown.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardrails.data import POLICY
from guardrails.normalise import Normaliser
from guardrails.rulefiles import load_rules
from guardrails.rules import Rule, Strength
from training.messages import messages, parts

# What names suicide or harm to oneself in so many words stands whatever the classifier thinks.
GUARDS_LIFE = frozenset(
    {
        "crisis/end-my-life",
        "crisis/self-harm",
        "crisis/someone-else-wants-to-die",
        "crisis/want-to-die-again",
    }
)
NEEDED = 0.98


@dataclass(slots=True)
class Count:
    """How often a rule hit what its route accepts, what another stops, and what is harmless."""

    right: int = 0
    other: int = 0
    harmless: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of hits that stopped no harmless message; one when the rule never hit."""
        hits = self.right + self.other + len(self.harmless)
        return 1 - len(self.harmless) / hits if hits else 1.0


def counts() -> dict[str, Count]:
    """Return what each rule hit."""
    found: dict[str, Count] = defaultdict(Count)
    normaliser, rules = Normaliser.load(), load_rules()
    names = parts()
    known = list(messages((*(name for name in names["dev"] if name.startswith("more/")), *names["held_out"])))
    for one in track(known, "screening", console=Console(stderr=True), transient=True):
        for hit in rules.hits(normaliser.read(one.text)):
            count = found[hit.rule.id]
            if hit.rule.route.value in one.accept:
                count.right += 1
            elif one.harmless:
                count.harmless.append(one.text if one.file.startswith("more/") else "(held out)")
            else:
                count.other += 1
    return found


def allowed(rule: Rule, count: Count) -> Strength:
    """Return the strength a rule may have."""
    if rule.strength is Strength.UNSURE:
        return Strength.UNSURE
    if rule.id in GUARDS_LIFE:
        return Strength.SURE
    return Strength.SURE if count.precision >= NEEDED else Strength.LIKELY


def rewrite(strengths: dict[str, Strength]) -> None:
    """Write strengths into the policy files, touching nothing else."""
    for path in sorted(POLICY.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for name, strength in strengths.items():
            rule = re.compile(rf"(  - id: {re.escape(name)}\n)((?:(?!  - id: ).*\n)*)")
            text = rule.sub(lambda match, s=strength: match.group(1) + _with(match.group(2), s), text)
        path.write_text(text, encoding="utf-8")


def _with(body: str, strength: Strength) -> str:
    line = re.compile(r"^    strength: \w+\n", re.MULTILINE)
    rest = line.sub("", body, count=1)
    if strength is Strength.SURE:
        return body if line.search(body) and "strength: sure" in body else rest
    return rest.replace("\n", f"\n    strength: {strength.value}\n", 1)


def main() -> None:
    """Print the table, and write strengths if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--show", type=int, default=0, help="harmless messages shown of each rule")
    given = parser.parse_args()
    rules = load_rules().rules
    found = counts()
    table = Table("rule", "strength", "allowed", "right", "other", "harmless", "precision")
    for rule in sorted(rules, key=lambda one: found[one.id].precision):
        count = found[rule.id]
        numbers = (count.right, count.other, len(count.harmless))
        strengths = (rule.strength.value, allowed(rule, count).value)
        table.add_row(rule.id, *strengths, *map(str, numbers), f"{count.precision:.1%}")
        for text in count.harmless[: given.show]:
            table.add_row("", "", "", "", "", "", text[:100])
    Console(width=200).print(table)
    if given.write:
        rewrite(
            {rule.id: allowed(rule, found[rule.id]) for rule in rules if rule.strength is not Strength.UNSURE}
        )


if __name__ == "__main__":
    main()
