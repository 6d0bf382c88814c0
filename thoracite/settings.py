"""Settings: arguments > ``THORACITE_*`` environment > ``thoracite.toml`` > defaults.

Every value records its origin, which ``thoracite settings`` shows.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs
from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from thoracite.errors import UsageError

PACKAGE = Path(__file__).resolve().parent
"""Folder of the package; the bundled data stand below it."""

ONTOLOGIES = PACKAGE / "ontologies"
MODELS = PACKAGE / "models"

SECRETS = frozenset({"chat_key", "store_password", "token"})
"""Settings whose values are never printed."""

_PREFIX = "THORACITE_"


class _Outside(NamedTuple):
    """Sources besides the arguments: the environment, and a file other than the current folder's."""

    environment: Mapping[str, str] | None = None
    file: Path | None = None


_outside: ContextVar[_Outside | None] = ContextVar("outside", default=None)
"""Sources while :meth:`Settings.read` runs; pydantic-settings takes them from the class, not from a call."""


def _default_graph() -> Path:
    return Path(platformdirs.user_data_dir("thoracite")) / "graph"


class Settings(BaseSettings):
    """All settings.

    ``Settings(port=7000)`` takes other values from the environment and ``thoracite.toml``, like :meth:`read`.

    Parameters
    ----------
    graph : Path
        Folder of the embedded graph; the graph is built there if missing.
    store : str
        ``embedded``, or the address of a server: ``neo4j://…``, ``bolt://…``, ``http(s)://…`` (SPARQL), or of an
        installed plug-in (entry points ``thoracite.stores``).
    store_user : str
        User name on a server.
    store_password : SecretStr
        Password on a server; never printed.
    ledger : Path or None
        Folder of the private ledger of the graph's reports, which ``thoracite aggregate --ledger`` writes;
        ``ledger`` in the graph's folder unless given.
    generator : str
        ``template``, or the name of another generator.
    chat_key : SecretStr
        Key of a chat server (``openai:ADDRESS``), from the environment; never printed.
    chat_limit_s : float
        Time limit of a chat server's answer in seconds, above 0.
    encoder : str
        ``thoracite-mini``, or the name of another encoder.
    prevalence : Path or None
        CSV of how common findings are where the images come from; ChestX-ray14 unless given.
    risk : float or None
        Level of certified release, in (0, 1): statements about opacities that come too near to a verdict's limit become
        undecided. Off unless given.
    device : str
        Device for models: ``auto`` (a GPU where there is one), ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    query_limit_s : float
        Time limit of a query in seconds, above 0.
    max_pixels : int
        Largest image that is decoded, in pixels.
    max_bytes : int
        Largest file that is read, in bytes.
    host : str
        Address that ``thoracite serve`` listens on.
    port : int
        Port that ``thoracite serve`` listens on, 0 to 65535; 0 takes a free one.
    token : SecretStr
        Secret that ``thoracite serve`` asks of everyone, needed where ``host`` is more than this machine; never
        printed.
    similar : Path or None
        Folder of an index of images, which ``thoracite index images`` writes; similar ones are shown beside
        explanations. Off unless given.
    examples : Path or None
        Folder of example images on the page.

    Raises
    ------
    UsageError
        If a name is unknown, a value does not fit, or the file cannot be read.

    Examples
    --------
    >>> settings = Settings.read(arguments={"generator": "template"}, environment={"THORACITE_PORT": "7000"})
    >>> settings.port, settings.origin("port"), settings.origin("generator"), settings.origin("host")
    (7000, 'THORACITE_PORT', 'argument', 'default')
    >>> Settings(store_password="secret").store_password
    SecretStr('**********')
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=_PREFIX)

    graph: Path = Field(default_factory=_default_graph)
    store: str = "embedded"
    store_user: str = "neo4j"
    store_password: SecretStr = SecretStr("")
    ledger: Path | None = None
    generator: str = "template"
    chat_key: SecretStr = SecretStr("")
    chat_limit_s: float = Field(default=120.0, gt=0)
    encoder: str = "thoracite-mini"
    prevalence: Path | None = None
    risk: float | None = Field(default=None, gt=0, lt=1)
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")
    query_limit_s: float = Field(default=10.0, gt=0)
    max_pixels: int = Field(default=64_000_000, gt=0)
    max_bytes: int = Field(default=256_000_000, gt=0)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    token: SecretStr = SecretStr("")
    similar: Path | None = None
    examples: Path | None = None
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise UsageError(_explain(error, values, set(type(self).model_fields))) from error
        self._origins.update(_find_origins(values, set(type(self).model_fields)))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by one that reads a given mapping
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments before environment before file."""
        return init_settings, _EnvironmentSource(settings_cls, env_prefix=_PREFIX), _FileSource(settings_cls)

    def origin(self, name: str) -> str:
        """Return the origin of a value: ``argument``, the variable's name, the file's path or ``default``."""
        return self._origins.get(name, "default")

    @classmethod
    def read(
        cls,
        *,
        arguments: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Settings:
        """Read the settings.

        Parameters
        ----------
        arguments : mapping or None
            Values from the caller; None counts as not given.
        environment : mapping or None
            ``os.environ`` unless given.
        file : Path or None
            ``thoracite.toml`` in the current folder unless given; only a given file must exist.

        Raises
        ------
        UsageError
            If a name is unknown, a value does not fit, or the file cannot be read.
        """
        token = _outside.set(_Outside(environment, file))
        try:
            return cls(**{name: value for name, value in (arguments or {}).items() if value is not None})
        finally:
            _outside.reset(token)


class _EnvironmentSource(EnvSettingsSource):
    """Variables ``THORACITE_*`` of the given mapping, or of this process."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in _environment().items()}


class _FileSource(PydanticBaseSettingsSource):
    """The keys of ``thoracite.toml``, or of the given file."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - asked for by the base
        """Return one value of the file."""
        return _read_file().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        if "chat_key" in (read := _read_file()):
            raise UsageError(f"chat_key must not stand in {_file()}; set it in the environment as THORACITE_CHAT_KEY")
        return read


def _environment() -> Mapping[str, str]:
    given = (_outside.get() or _Outside()).environment
    return os.environ if given is None else given


def _file() -> Path:
    return (_outside.get() or _Outside()).file or Path("thoracite.toml")


def _read_file() -> dict[str, Any]:
    path = _file()
    if (_outside.get() or _Outside()).file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"settings file {path} cannot be read: {error}; expected TOML such as port = 7860") from error


def _find_origins(arguments: Mapping[str, Any], names: set[str]) -> dict[str, str]:
    """Return the origin of each value that is not a default."""
    variables = {variable.upper() for variable in _environment()}
    origins = dict.fromkeys(_read_file(), str(_file()))
    origins |= {name: variable for name in names if (variable := f"{_PREFIX}{name.upper()}") in variables}
    return origins | dict.fromkeys(arguments, "argument")


def _explain(error: ValidationError, arguments: Mapping[str, Any], names: set[str]) -> str:
    """Return the first fault as a sentence; a secret's value is not repeated."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    origin = _find_origins(arguments, names).get(name, "default")
    value = "…" if name in SECRETS else repr(first["input"])
    known = ", ".join(Settings.model_fields)
    return f"setting {name} = {value} (from {origin}) is wrong: {first['msg']}; known settings are {known}"


__all__ = ["MODELS", "ONTOLOGIES", "PACKAGE", "SECRETS", "Settings"]
