"""The command line: one module a command group, all mounted here."""

from bot.cli.app import app, main

__all__ = ["app", "main"]
