"""Small policy folders for tests: the packaged tables, with rules of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from guardrails.data import POLICY

KEPT = ("lookalikes.yaml", "asking.yaml", "languages.yaml", "lexicon")

CRISIS = r"""
version: 1
whys: {danger: This sounds like danger.}
rules:
  - id: crisis/wants-to-die
    route: crisis
    strength: sure
    dangers: [self_harm]
    why: danger
    patterns: ['\bwant to die\b']
    unless: [joking]
    match: [i want to die, they want to die]
    no_match: [i want to dye my hair]
  - id: crisis/took-them-all
    route: crisis
    dangers: [overdose]
    why: danger
    patterns: ['\btook them all\b']
    unless_message: ['\bbiscuits\b']
    match: [i took them all, she took them all]
    no_match: [i took the bus]
  - id: crisis/thin
    route: crisis
    strength: unsure
    dangers: [self_harm]
    why: danger
    watch: false
    patterns: ['\bso tired of everything\b']
    match: [im so tired of everything, so tired of everything]
    no_match: [tired]
"""

MEDICAL = r"""
version: 1
whys: {medicine: This sounds like a question about a medicine.}
rules:
  - id: medical/dose
    route: medical
    strength: unsure
    why: medicine
    question: true
    all: ['{kratom}', '\b(?:how much|take)\b']
    match: [how much kratom, can i take kratom]
    no_match: [kratom]
  - id: medical/apart
    route: medical
    why: medicine
    within: message
    patterns: ['^is it safe\W*$|\balcohol\b']
    all: ['\bdetox\b|^is it safe\W*$']
    match: ["is it safe?", "alcohol. then detox"]
    no_match: ["is it safe to cross"]
"""

SOURCING = r"""
version: 1
whys: {buying: This sounds like a question about buying drugs.}
rules:
  - id: sourcing/where-to-buy
    route: sourcing
    why: buying
    patterns: ['\bwhere to (?:buy|get)\b']
    match: [where to buy kratom, where to get it]
    no_match: [where to go]
"""

GUARDS = r"""
version: 1
guards: {joking: ['\blol\b']}
"""


THRESHOLDS = r"""
version: 1
whys: {learned-crisis: Danger., learned-medical: Medicine., learned-sourcing: Buying.}
sure: {crisis: 0.8, medical: 0.6, sourcing: 0.6}
supported: {crisis: 0.5, medical: 0.2, sourcing: 0.2}
followed: {crisis: 0.7, medical: 0.5, sourcing: 0.5}
contradicted: {crisis: 0.05, medical: 0.05, sourcing: 0.05}
hesitant: {crisis: 0.3, medical: 0.2, sourcing: 0.2}
check_in: 0.5
watch_check_in: 0.7
doubted: 0.1
danger: 0.4
"""


def policy(
    folder: Path,
    *,
    crisis: str = CRISIS,
    medical: str = MEDICAL,
    sourcing: str = SOURCING,
    guards: str = GUARDS,
    thresholds: str = THRESHOLDS,
) -> Path:
    """Write a policy folder and return it."""
    for name in KEPT:
        source = POLICY / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    shutil.copy(POLICY / "context.yaml", folder / "context.yaml")
    texts = {
        "crisis": crisis,
        "medical": medical,
        "sourcing": sourcing,
        "guards": guards,
        "thresholds": thresholds,
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
