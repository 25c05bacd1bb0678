"""Keyed hashes of message ids: enough to know a message again, not enough to find it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
_FILE = "message-key"
_BYTES = 32


class MessageKeys:
    """Turns message ids into keys with a secret that never leaves the state folder."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def load(cls, state_dir: Path) -> MessageKeys:
        """Read the secret, or make it (mode 0600) where there is none.

        If the folder can be neither read nor written, a secret for this process alone is used:
        a repeated message is then still known again until the next start.
        """
        path = state_dir / _FILE
        try:
            return cls(_read(path) or _make(path))
        except OSError as error:
            _log.warning("message_key_not_kept", path=str(path), error=type(error).__name__)
            return cls(secrets.token_bytes(_BYTES))

    def of(self, message_id: str) -> str:
        """Return the key of one message id."""
        return hmac.new(self._secret, message_id.encode(), hashlib.sha256).hexdigest()


def _read(path: Path) -> bytes | None:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        return None
    return secret if len(secret) == _BYTES else None


def _make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_bytes(_BYTES)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, secret)
        os.fsync(handle)
    finally:
        os.close(handle)
    if path.exists() and _read(path) is None:
        path.unlink()  # cut short by a crash: it never keyed anything that can still be matched
    try:
        # link, not rename: of two processes that start together, the first one's secret stands.
        os.link(fresh, path)
    except FileExistsError:
        return _read(path) or secret
    finally:
        fresh.unlink()
    return secret
