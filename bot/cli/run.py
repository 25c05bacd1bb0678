"""`signpost run`, `signpost demo` and `signpost version`."""

from __future__ import annotations

import asyncio
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import typer

from bot.app import build, serve
from bot.cli.start import errors, stop
from bot.ops.logging import configure
from bot.settings import Settings

WITHOUT_A_LOGIN = """DISCORD_TOKEN is not set, so Signpost cannot log in to Discord.

1. Open https://discord.com/developers/applications and choose New Application.
2. Under Bot, choose Reset Token and copy the token.
3. Start again with the token in the environment:

   DISCORD_TOKEN=... signpost run

To try the bot without a token or an account: signpost demo"""


def run() -> None:
    """Run the bot on Discord, with the token in DISCORD_TOKEN.

    Example: DISCORD_TOKEN=... SIGNPOST_RESOURCES=resources.yaml signpost run
    """
    settings = Settings.load()
    configure(settings.log_level)
    if settings.discord_token is None:
        stop(WITHOUT_A_LOGIN)
    asyncio.run(serve(build(settings), settings.discord_token.get_secret_value()))


def demo(
    resources: Annotated[
        Path | None, typer.Option(help="The moderated file; the bundled one if left out.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the local page; 0 takes any free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
) -> None:
    """Open the real bot in a local web page: no token, no account, nothing leaves this machine.

    Example: signpost demo --resources resources.yaml
    """
    try:
        from bot.demo import serve_demo
    except ModuleNotFoundError as exc:
        if exc.name is None or not exc.name.startswith("simcord"):
            raise
        stop("The demo needs its extra: pip install 'signpost-bot[demo]'")
    asyncio.run(serve_demo(resources, port=port, open_browser=open_browser, say=errors.print))


def version() -> None:
    """Print the version.

    Example: signpost version
    """
    print(version_of("signpost-bot"))
