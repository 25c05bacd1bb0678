"""Puts trained weights where the guard reads them, with their SHA-256 and what they were made of."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from guardrails.weights import FILES, MANIFEST
from training.export import write
from training.messages import CORPUS, DANGERS
from training.network import ROUTES, Params


def package(
    trained: Params, frozen: Params, tokenizer: Path, linear: bytes, target: Path, about: dict[str, Any]
) -> str:
    """Write the encoder, tokenizer, linear model and manifest into a folder; return the version."""
    target.mkdir(parents=True, exist_ok=True)
    write(trained, frozen, target / "encoder.onnx")
    shutil.copyfile(tokenizer, target / "tokenizer.json")
    (target / "linear.npz").write_bytes(linear)
    files = {name: sha256(target / name) for name in FILES}
    manifest = {**about, "files": files, "routes": list(ROUTES), "dangers": list(DANGERS)}
    manifest["version"] = files["encoder.onnx"][:12]
    (target / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return str(manifest["version"])


def reference(
    version: str, texts: Sequence[tuple[str, str]], out: Mapping[str, NDArray[Any]], target: Path
) -> None:
    """Write what the training-time model says of some texts; tests compare the packaged one with it."""
    rows = [
        {
            "text": text,
            "before": before,
            "route": [round(float(x), 4) for x in out["route"][at]],
            "embedding": [round(float(x), 4) for x in out["embedding"][at]],
        }
        for at, (text, before) in enumerate(texts)
    ]
    content = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    head = json.dumps(version)
    target.write_text(f'{{"version": {head}, "rows": [\n{content}\n]}}\n', encoding="utf-8")


def fingerprint(names: Iterable[str]) -> str:
    """Return one SHA-256 over the corpus files named, in order."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((CORPUS / f"{name}.jsonl").read_bytes())
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
