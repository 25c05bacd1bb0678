"""Reads the packaged model files and compares them with the SHA-256 in their manifest.

A damaged file is an error with a name, never a strange opinion.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = Path(__file__).parent / "model"
"""The packaged model."""

MANIFEST = "manifest.json"
FILES = ("encoder.onnx", "tokenizer.json", "linear.npz")
_KEYS = ("files", "version", "routes", "dangers", "calibration")


class ModelError(Exception):
    """The classifier's weights cannot be used: says which file, what is wrong and how to mend it."""

    def __init__(self, file: Path, what: str) -> None:
        self.file = file
        self.what = what
        super().__init__(f"{file}: {what}. Install Signpost again, or make new weights with `make train`.")


@dataclass(frozen=True, slots=True)
class Weights:
    """The checked contents of a model folder."""

    folder: Path
    contents: Mapping[str, bytes]
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """A short name of these weights."""
        return str(self.manifest["version"])

    @classmethod
    def read(cls, folder: Path | None = None) -> Weights:
        """Return the files of a model folder, the packaged one if none is named; raises `ModelError`."""
        where = folder or MODEL
        manifest = _manifest(where / MANIFEST)
        files = manifest["files"]
        return cls(where, {name: _checked(where / name, str(files[name])) for name in FILES}, manifest)

    def damaged(self, name: str, exc: Exception) -> ModelError:
        """Return the error of a file that is the right one and cannot be used all the same."""
        return ModelError(self.folder / name, f"cannot be loaded ({type(exc).__name__})")


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ModelError(path, "is missing or cannot be read") from exc
    if not isinstance(manifest, dict) or any(key not in manifest for key in _KEYS):
        raise ModelError(path, f"must name {', '.join(_KEYS)}")
    if not isinstance(manifest["files"], dict) or any(name not in manifest["files"] for name in FILES):
        raise ModelError(path, f"must give the SHA-256 of {', '.join(FILES)}")
    return manifest


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ModelError(path, "is missing or cannot be read") from exc
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ModelError(path, f"is damaged: its SHA-256 is {found} and should be {digest}")
    return content
