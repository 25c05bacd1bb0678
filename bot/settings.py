"""Every setting of Signpost, with its default and what it does. Read once, at the start.

Settings come from the environment (and a `.env` file in the working folder). What one server sets
for itself in `SIGNPOST_SERVERS` wins over the rest. `docs/settings.md` lists them all.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from bot.errors import ConfigError

PREFIX = "SIGNPOST_"
_NAMES = {"database_path": "SIGNPOST_DATABASE", "discord_token": "DISCORD_TOKEN"}


def _split(value: object) -> object:
    """Read "1, 2" as two ids; an empty text is none."""
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Id = Annotated[int, Field(gt=0)]
Ids = Annotated[tuple[Id, ...], NoDecode, BeforeValidator(_split)]
MaybeId = Annotated[Id | None, BeforeValidator(_blank_is_none)]
MaybePath = Annotated[Path | None, BeforeValidator(_blank_is_none)]
Region = Annotated[str, Field(pattern="^[A-Z]{2}$")]
MaybeRegion = Annotated[Region | None, BeforeValidator(_blank_is_none)]


def _state_home() -> Path:
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "signpost"


class ServerSettings(BaseModel):
    """What may differ from server to server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: MaybeRegion = Field(
        None,
        description="Country whose help lines come first (two letters, such as GB), instead of the file's.",
    )
    ask_channels: Ids = Field(
        (), description="Channel ids, separated by commas, where every real question is handled."
    )
    watch_channels: Ids = Field(
        (), description="Channel ids, separated by commas, where Signpost speaks only to danger."
    )
    moderators_channel: MaybeId = Field(
        None, description="Id of the channel that gets alerts, new questions and the digest."
    )
    alert_role: MaybeId = Field(
        None, description="Id of the role that a crisis alert mentions; nobody is mentioned without it."
    )
    public_answers: bool = Field(
        False, description="Whether an answer to a public message is shown to everyone at once."
    )
    replies_per_person: int = Field(
        5, ge=1, description="Most replies to one person within the window; crisis is never held back."
    )
    replies_per_channel: int = Field(
        20, ge=1, description="Most replies in one channel within the window; crisis is never held back."
    )
    replies_window_s: float = Field(60.0, gt=0, description="Length of the window for replies, in seconds.")
    entry_cooldown_s: float = Field(
        30.0, ge=0, description="Seconds before the same entry is spoken in the same channel again."
    )
    check_in_every_s: float = Field(
        6 * 3600.0, gt=0, description="Seconds before the quiet check-in line is shown to a person again."
    )
    check_ins_per_channel_hour: int = Field(
        4, ge=0, description="Most check-in lines in a channel and hour; over it moderators are alerted."
    )


class Settings(BaseSettings, ServerSettings):
    """All settings of a process. Frozen; made by `Settings.load()`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    discord_token: SecretStr | None = Field(
        None, validation_alias=_NAMES["discord_token"], description="The bot's token; needed by `run` alone."
    )
    resources: MaybePath = Field(
        None,
        description="The moderated file, or a folder with one file a server; the bundled file if unset.",
    )
    state_dir: Path = Field(
        default_factory=_state_home,
        description="Folder for the question log, the spill journal and the last good file.",
    )
    database_path: Path = Field(
        default_factory=lambda known: known.get("state_dir", _state_home()) / "questions.db",
        validation_alias=_NAMES["database_path"],
        description="File of the question log; in the state folder if unset.",
    )
    health_file: Path = Field(
        default_factory=lambda known: known.get("state_dir", _state_home()) / "heartbeat",
        description="File whose age tells whether the process is alive; in the state folder if unset.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged: DEBUG, INFO, WARNING or ERROR. Never message text."
    )
    retention_days: int = Field(
        180, ge=1, le=3650, description="Days after which a logged question is deleted everywhere."
    )
    servers: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='What single servers set for themselves, as JSON: {"server id": {"region": "GB"}}.',
    )

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """Read the environment; raises `ConfigError` that names each variable and how to mend it."""
        _refuse_unknown(_given_names(env_file))
        try:
            settings = cls(_env_file=env_file)  # type: ignore[call-arg]
        except SettingsError as error:
            raise ConfigError(f"{PREFIX}SERVERS is not JSON. {_use('servers')}") from error
        except ValidationError as error:
            raise ConfigError(_explained(error)) from error
        for server in settings.servers:
            settings.for_guild(server)
        return settings

    def for_guild(self, guild_id: str | int | None) -> ServerSettings:
        """Return the settings that hold in one server: its own where it set any, else the environment's."""
        shared = {name: getattr(self, name) for name in ServerSettings.model_fields}
        own = self.servers.get(str(guild_id), {}) if guild_id is not None else {}
        try:
            return ServerSettings.model_validate(shared | own)
        except ValidationError as error:
            raise ConfigError(_explained(error, f"{PREFIX}SERVERS, server {guild_id}, ")) from error


def variable(field: str) -> str:
    """Return the environment variable of a setting."""
    return _NAMES.get(field, f"{PREFIX}{field.upper()}")


def _given_names(env_file: Path | None) -> Iterable[str]:
    in_file: Mapping[str, object] = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    return {name.upper() for name in (*os.environ, *in_file) if name.upper().startswith(PREFIX)}


def _refuse_unknown(given: Iterable[str]) -> None:
    """Stop at a misspelt name: a watch channel that is not watched would show only when it is too late."""
    known = {variable(field) for field in Settings.model_fields}
    for name in sorted(set(given) - known):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else "docs/settings.md lists all settings."
        raise ConfigError(f"{name} is not a setting of Signpost. {hint}")


def _explained(error: ValidationError, where: str = "") -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        if problem["type"] == "default_factory_not_called":
            continue  # only follows from another problem, which is in the list too
        field, *place = (str(part) for part in problem["loc"])
        model = ServerSettings if where else Settings
        info = model.model_fields.get(_field_of(field))
        name = field if where else variable(_field_of(field))
        at = f" (part {int(place[0]) + 1})" if place and place[0].isdigit() else ""
        use = info.description if info else f"Known are {', '.join(model.model_fields)}."
        lines.append(f"{where}{name}{at}: {problem['msg']}. {use}")
    return "\n".join(lines)


def _use(field: str) -> str | None:
    return Settings.model_fields[field].description


def _field_of(location: str) -> str:
    """Return the field that pydantic means; where there is an alias it names that instead."""
    return next((field for field, name in _NAMES.items() if name.lower() == location.lower()), location)
