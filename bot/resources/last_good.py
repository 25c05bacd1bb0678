"""The last copy of each file that could be used, kept beside the database for a bad day."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from bot.resources.source import Source, read_source


class LastGood:
    """Copies in one folder, one for each server; without a folder nothing is kept."""

    def __init__(self, state_dir: Path | None) -> None:
        self._folder = state_dir / "last-good" if state_dir is not None else None

    def save(self, key: str, text: str) -> str | None:
        """Keep a copy so that it survives a crash at any moment; returns what went wrong, if anything."""
        if self._folder is None:
            return None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self._folder / f"{key}.yaml", text.encode("utf-8"))
        except OSError as exc:
            return exc.strerror or str(exc)
        return None

    def read(self, key: str) -> Source | None:
        """Return the kept copy, or None when there is none that can be read."""
        if self._folder is None:
            return None
        source = read_source(self._folder / f"{key}.yaml")
        return source if source.finding is None else None

    def servers(self) -> tuple[str, ...]:
        """Return the key of every server that has a kept copy."""
        if self._folder is None or not self._folder.is_dir():
            return ()
        return tuple(sorted(path.stem for path in self._folder.glob("*.yaml")))

    def forget(self, key: str) -> None:
        """Remove the copy of a file that a moderator has taken away."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / f"{key}.yaml").unlink(missing_ok=True)


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader, also after a power cut, sees the old or the new one in whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
