"""Settings: flag over environment over `candidate-import.toml`, typed.

Lives here: the only code that reads the environment. What a newcomer would question: a
profile names the environment variables that hold its secrets instead of holding them, so
that the file can be shared and put under version control; and no flag takes a secret,
because command lines stand in process lists and shell histories.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from importer.errors import SettingsError

US_HOST: Final = "https://api.bindbee.dev"
SETTINGS_FILE: Final = "candidate-import.toml"


class Profile(BaseModel):
    """One connector of `candidate-import.toml`: `[connectors.NAME]`.

    Attributes:
        api_key_env: Name of the environment variable that holds the API key.
        connector_token_env: Name of the variable that holds the connector token.
        notify_env: Name of the variable that holds the notification's address.
    """

    model_config = ConfigDict(extra="forbid")

    base_url: str | None = None
    api_key_env: str = "BINDBEE_API_KEY"
    connector_token_env: str = "BINDBEE_CONNECTOR_TOKEN"  # noqa: S105 - a name, no secret
    notify_env: str = "CANDIDATE_IMPORT_NOTIFY"
    ledger: str | None = None
    report_dir: str | None = None


class FileSettings(BaseModel):
    """The whole of `candidate-import.toml`."""

    model_config = ConfigDict(extra="forbid")

    connectors: dict[str, Profile] = Field(default_factory=dict)
    ledger: str | None = None
    report_dir: str | None = None
    patience_s: float | None = None
    timeout_s: float | None = None
    keep_reports: int | None = None
    notify_on: str | None = None
    limits: dict[str, float] = Field(default_factory=dict)


class Environment(BaseSettings):
    """What the environment may say; names in capitals, as written in the README."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    bindbee_api_key: SecretStr | None = None
    bindbee_connector_token: SecretStr | None = None
    bindbee_base_url: str | None = None
    candidate_import_ledger: str | None = None
    candidate_import_report_dir: str | None = None
    candidate_import_notify: SecretStr | None = None
    candidate_import_window: int | None = None


class Settings(BaseModel):
    """What a command works with.

    Attributes:
        base_url: Without a path at its end.
        ledger: A path, a database URL, or None for the place beside the mapping.
        report_dir: Each run writes a folder of its own in it.
        patience_s: How long an outage is waited for, in seconds.
        timeout_s: How long one answer is waited for, in seconds.
        window: Rows in flight at most; as many can end in doubt in one outage.
        notify: Where to tell of a run; holds credentials, so it has no flag.
        notify_on: Which runs to tell of (`core/verdict.py`).
        keep_reports: Run folders kept; None keeps all.
        limits: Reader limits by name.
    """

    model_config = ConfigDict(frozen=True)

    base_url: str = US_HOST
    api_key: SecretStr | None = None
    connector_token: SecretStr | None = None
    profile: str | None = None
    ledger: str | None = None
    report_dir: Path = Path("reports")
    notify: SecretStr | None = None
    notify_on: Literal["new", "always", "never"] = "new"
    patience_s: float = 7_200.0
    timeout_s: float = 60.0
    window: int = 5
    keep_reports: int | None = Field(default=None, ge=1)
    limits: Mapping[str, float] = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the base URL must start with https:// (or http:// for a sandbox)")
        if parts.username or parts.password:
            raise ValueError("the base URL must not hold a user name or password")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("plain http would send your token readable; use https")
        return value.rstrip("/")

    def secrets(self) -> tuple[str, str]:
        """The API key and the connector token.

        Raises:
            SettingsError: One of them is not set; says which variable to set.
        """
        missing = [
            name
            for name, value in (
                ("the API key", self.api_key),
                ("the connector token", self.connector_token),
            )
            if value is None or not value.get_secret_value().strip()
        ]
        if missing or self.api_key is None or self.connector_token is None:
            raise SettingsError(
                f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.".replace(
                    "the", "The", 1
                ),
                hint="Set BINDBEE_API_KEY and BINDBEE_CONNECTOR_TOKEN in the environment, or"
                " use --offline or --schema FILE to check without the ATS.",
            )
        return (
            self.api_key.get_secret_value().strip(),
            self.connector_token.get_secret_value().strip(),
        )


def load_settings(
    *,
    connector: str | None = None,
    flags: Mapping[str, Any] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Read settings from flags, the environment and `candidate-import.toml`.

    Args:
        connector: Profile asked for by flag or mapping; None: the environment's own names.
        flags: Settings given by flag, None where not given.
        folder: Where the file is looked for; the working directory by default.

    Raises:
        SettingsError: The file or a value is unusable, or the profile does not exist.
    """
    file = _load_file((folder or Path.cwd()) / SETTINGS_FILE)
    try:
        environment = Environment()
    except ValidationError as error:
        raise SettingsError(_first_error("the environment", error)) from None
    values: dict[str, Any] = {
        "ledger": file.ledger,
        "report_dir": file.report_dir,
        "patience_s": file.patience_s,
        "timeout_s": file.timeout_s,
        "keep_reports": file.keep_reports,
        "notify_on": file.notify_on,
        "limits": file.limits,
    }
    api_key, token, notify = (
        environment.bindbee_api_key,
        environment.bindbee_connector_token,
        environment.candidate_import_notify,
    )
    if connector is not None and (file.connectors or not api_key):
        profile = _profile(file, connector)
        values |= {
            k: v
            for k, v in (
                ("base_url", profile.base_url),
                ("ledger", profile.ledger),
                ("report_dir", profile.report_dir),
            )
            if v is not None
        }
        api_key = _secret(profile.api_key_env)
        token = _secret(profile.connector_token_env)
        notify = _secret(profile.notify_env)
    values |= {
        k: v
        for k, v in (
            ("base_url", environment.bindbee_base_url),
            ("ledger", environment.candidate_import_ledger),
            ("report_dir", environment.candidate_import_report_dir),
            ("window", environment.candidate_import_window),
        )
        if v is not None
    }
    values |= {"api_key": api_key, "connector_token": token, "notify": notify}
    values |= {k: v for k, v in (flags or {}).items() if v is not None}
    try:
        return Settings(profile=connector, **{k: v for k, v in values.items() if v is not None})
    except ValidationError as error:
        raise SettingsError(_first_error("the settings", error)) from None


def find_notify(connector: str | None) -> Settings:
    """The settings that tell whom to notify, of a run whose settings cannot be built.

    Unusable settings count as none, since their own error is what is to be told. Where the
    mapping could not be read, the only profile of the file is taken for its.
    """
    try:
        file = _load_file(Path.cwd() / SETTINGS_FILE)
    except SettingsError:
        file = FileSettings()
    profile = file.connectors.get(connector or "")
    if profile is None and len(file.connectors) == 1 and connector is None:
        profile = next(iter(file.connectors.values()))
    address = _secret(profile.notify_env if profile is not None else Profile().notify_env)
    policy = file.notify_on if file.notify_on in ("always", "never") else "new"
    return Settings(notify=address, notify_on=policy)


def _load_file(path: Path) -> FileSettings:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return FileSettings()
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.") from error
    try:
        return FileSettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name} is no valid TOML: {error}.") from None
    except ValidationError as error:
        raise SettingsError(_first_error(path.name, error)) from None


def _profile(file: FileSettings, name: str) -> Profile:
    if name not in file.connectors:
        known = ", ".join(sorted(file.connectors)) or "none"
        raise SettingsError(
            f"{SETTINGS_FILE} has no connector named {name!r} (it has: {known}).",
            hint=f"Add a section [connectors.{name}], or correct the name.",
        )
    return file.connectors[name]


def _secret(variable: str) -> SecretStr | None:
    value = os.environ.get(variable)
    return SecretStr(value) if value else None


def _first_error(where: str, error: ValidationError) -> str:
    # Only places and reasons: a value may be a secret.
    told = "; ".join(
        f"{'.'.join(str(p) for p in e['loc']) or 'value'}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors(include_input=False, include_url=False)
    )
    return f"Something in {where} is unusable: {told}."
