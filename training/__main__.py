"""Makes the classifier's weights from the corpus: `make train`, or `python -m training --help`.

Learns from the development files alone; the held-out files calibrate, and `unseen` is not read.
The same seed and the same machine give the same weights.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import jax
import numpy as np

from guardrails.classifier import Calibration
from guardrails.ngrams import Linear, together
from guardrails.weights import MODEL
from training.base import NAME, base
from training.batches import Example, Tokens, example, passages, topics
from training.calibrate import calibration_error, share_of
from training.claims import with_claims
from training.fit import Lessons, Plan, fit, predict
from training.linear import fit_linear
from training.messages import CORPUS, ROOT, Message, communities, distinct, messages, parts, rows
from training.network import ROUTES, Params, start
from training.package import fingerprint, package, reference

OUT = ROOT / "out"
PLAN = Plan()
PARITY = ROOT.parent / "tests" / "guardrails" / "parity.json"


def lessons(known: list[Message]) -> Lessons:
    """Return everything that is learned from: messages, communities and draft answers."""
    taught = [topics(CORPUS / "communities" / name) for name in communities("dev")]
    fine = [topic.said[-1] for community in taught for topic in community]
    return Lessons([example(one) for one in known], taught, passages(drafts(), fine))


def drafts() -> list[dict[str, Any]]:
    """Return the labelled draft answers that may be learned from."""
    found = [*rows(CORPUS / "publication.jsonl")[:300], *rows(ROOT / "publication" / "own.jsonl")]
    for path in sorted((CORPUS / "more").glob("publication*.jsonl")):
        found += rows(path)
    return found


def main() -> None:
    """Train, calibrate, package and report."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--epochs", type=int, default=PLAN.epochs)
    parser.add_argument("--rate", type=float, default=PLAN.rate)
    parser.add_argument("--seed", type=int, default=PLAN.seed)
    parser.add_argument("--target", type=Path, default=MODEL, help="where the weights go")
    parser.add_argument("--package-only", action="store_true", help="use the parameters of the last training")
    given = parser.parse_args()
    began = perf_counter()
    files = base()
    tokens = Tokens(files.tokenizer)
    names = parts()
    corpus = fingerprint([*names["dev"], *names["held_out"]])
    known = list(messages(names["dev"]))
    held = distinct(messages(names["held_out"]), known)
    taught = lessons(known)
    plan = replace(PLAN, epochs=given.epochs, rate=given.rate, seed=given.seed)
    trained, frozen = start(files.weights, plan.seed)
    OUT.mkdir(exist_ok=True)
    if given.package_only:
        trained = pickle.loads((OUT / "params.pickle").read_bytes())
    else:
        print(f"{len(known)} messages to learn from, {len(held)} to calibrate on", flush=True)
        trained = fit(trained, frozen, taught, tokens, plan, _saved)
    trained = with_claims(trained, frozen, taught.claims, tokens)
    report = finish(
        trained, frozen, tokens, files.tokenizer, taught.routes, known, held, given.target, corpus, plan
    )
    report["minutes"] = round((perf_counter() - began) / 60, 1)
    (OUT / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


def finish(
    trained: Params,
    frozen: Params,
    tokens: Tokens,
    tokenizer: Path,
    taught: Sequence[Example],
    known: list[Message],
    held: list[Message],
    target: Path,
    corpus: str,
    plan: Plan,
) -> dict[str, Any]:
    """Fit the linear model and the calibration, write the model folder, and return the report."""
    linear = fit_linear(
        [together(one.text, one.before) for one in taught], [ROUTES.index(one.group) for one in known]
    )
    asked = [example(one) for one in held]
    encoder = predict(trained, frozen, [(one.text, one.before) for one in asked], tokens)["route"].astype(
        np.float64
    )
    counted = Linear.read(linear)
    letters = np.stack([counted.logits(together(one.text, one.before)) for one in asked]).astype(np.float64)
    share, scale, shift = share_of(encoder, letters, held)
    shares = Calibration(share, scale, shift).shares(encoder, letters)
    about = {
        "base": NAME,
        "made": datetime.now(UTC).date().isoformat(),
        "corpus": corpus,
        "plan": asdict(plan),
        "messages": len(known),
        "calibration": {
            "linear": share,
            "scale": [round(x, 5) for x in scale],
            "shift": [round(x, 5) for x in shift],
        },
    }
    version = package(trained, frozen, tokenizer, linear, target, about)
    shown = [(one.text, one.before) for one in taught[:: max(1, len(taught) // 60)]]
    reference(version, shown, predict(trained, frozen, shown, tokens), PARITY)
    return {**about, "held_out": len(held), "calibration_error": calibration_error(shares, held)}


def _saved(epoch: int, params: Params) -> None:
    del epoch
    (OUT / "params.pickle").write_bytes(pickle.dumps(jax.tree.map(np.asarray, params)))


if __name__ == "__main__":
    main()
