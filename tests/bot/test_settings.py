from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import ServerSettings, Settings, variable

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine that runs the tests leaks in."""
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_it_loads_with_nothing_set() -> None:
    settings = Settings.load()
    assert settings.ask_channels == ()
    assert settings.database_path == settings.state_dir / "questions.db"
    assert settings.health_file == settings.state_dir / "heartbeat"


def test_channels_are_read_as_a_comma_separated_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_ASK_CHANNELS", "1234567890123456789, 22")
    assert Settings.load().ask_channels == (1234567890123456789, 22)


def test_a_blank_value_is_the_same_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass unset variables on as empty ones."""
    for name in ("REGION", "MODERATORS_CHANNEL", "ASK_CHANNELS", "RESOURCES"):
        monkeypatch.setenv(f"SIGNPOST_{name}", "")
    settings = Settings.load()
    assert (settings.region, settings.moderators_channel, settings.ask_channels, settings.resources) == (
        None,
        None,
        (),
        None,
    )


def test_the_state_folder_carries_its_files_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_STATE_DIR", "/data")
    settings = Settings.load()
    assert (settings.database_path, settings.health_file) == (
        Path("/data/questions.db"),
        Path("/data/heartbeat"),
    )


def test_a_dotenv_file_in_the_working_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SIGNPOST_REGION=GB\nUNRELATED=1\n")
    assert Settings.load().region == "GB"


def test_the_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "abc.def.ghi")
    settings = Settings.load()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "abc.def.ghi"
    assert "abc.def" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        pytest.param(
            "SIGNPOST_ASK_CHANNELS", "12, general", r"SIGNPOST_ASK_CHANNELS \(part 2\)", id="channel"
        ),
        pytest.param("SIGNPOST_REGION", "Scotland", "SIGNPOST_REGION.*two letters", id="region"),
        pytest.param("SIGNPOST_RETENTION_DAYS", "0", "SIGNPOST_RETENTION_DAYS", id="too-small"),
        pytest.param("SIGNPOST_LOG_LEVEL", "LOUD", "SIGNPOST_LOG_LEVEL.*DEBUG, INFO", id="choice"),
        pytest.param("SIGNPOST_SERVERS", "{", "SIGNPOST_SERVERS is not JSON.*region", id="json"),
        pytest.param(
            "SIGNPOST_SERVERS", '{"7": {"regoin": "GB"}}', "server 7, regoin.*Known are region", id="server"
        ),
        pytest.param("SIGNPOST_WATCH_CHANEL", "1", "Did you mean SIGNPOST_WATCH_CHANNELS", id="misspelt"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_mend(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=told):
        Settings.load()


def test_a_wrong_value_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_REGION", "Scotland")
    with pytest.raises(ConfigError) as told:
        Settings.load()
    assert len(str(told.value).splitlines()) == 1


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token pasted into the wrong variable must not end in a log."""
    monkeypatch.setenv("SIGNPOST_MODERATORS_CHANNEL", "abc.def.ghi")
    with pytest.raises(ConfigError) as told:
        Settings.load()
    assert "abc.def" not in str(told.value)


def test_a_server_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_REGION", "US")
    monkeypatch.setenv("SIGNPOST_ASK_CHANNELS", "1")
    monkeypatch.setenv("SIGNPOST_SERVERS", '{"7": {"region": "GB", "watch_channels": ["8"]}}')
    settings = Settings.load()
    own, other = settings.for_guild("7"), settings.for_guild(9)
    assert (own.region, own.ask_channels, own.watch_channels) == ("GB", (1,), (8,))
    assert (other.region, settings.for_guild(None).region) == ("US", "US")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.load().region = "GB"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    """By its variable, its meaning word for word, and for a server's own settings a mark."""
    rows = dict(
        re.findall(r"^\| `([A-Z_]+)` \|(.+)\|$", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    )
    description = Settings.model_fields[field].description
    assert description
    assert description in rows[variable(field)]
    assert rows[variable(field)].rstrip().endswith("yes") == (field in ServerSettings.model_fields)


def test_no_documented_setting_is_gone() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert documented == sorted(documented, key=documented.index)
    assert set(documented) == {variable(field) for field in Settings.model_fields}
