"""Finds the `resources.yaml` that comes with Signpost, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).with_name("bundled.yaml")
_CHECKOUT = Path(__file__).parents[2] / "resources.yaml"


def bundled_path() -> Path:
    """Return the path of the bundled file.

    A wheel carries it as package data; a checkout has only the original at its top.
    """
    return _PACKAGED if _PACKAGED.exists() else _CHECKOUT
