"""Settings: arguments > ``THORACITE_*`` environment > ``thoracite.toml`` > defaults.

Every value knows where it came from, so that ``thoracite settings`` can say so.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from thoracite.errors import UsageError

PACKAGE = Path(__file__).resolve().parent
"""Where the package lies; the bundled data stand below it."""

ONTOLOGIES = PACKAGE / "ontologies"
MODELS = PACKAGE / "models"


def _default_graph() -> Path:
    return Path(platformdirs.user_data_dir("thoracite")) / "graph"


class Settings(BaseModel):
    """Everything that can be set.

    Parameters
    ----------
    graph : Path
        Folder of the embedded graph; built there when missing.
    store : str
        ``embedded``, or the address of a server: ``neo4j://…``, ``bolt://…``, ``http(s)://…`` (SPARQL).
    store_user, store_password : str
        For a server.
    generator : str
        ``template``, or the name of another generator.
    encoder : str
        ``thoracite-mini``, or the name of another encoder.
    query_limit_s : float
        Seconds a query may take.
    max_pixels : int
        Largest image that is decoded, in pixels.
    max_bytes : int
        Largest file that is read, in bytes.
    host, port : str, int
        Where ``thoracite serve`` listens.
    examples : Path or None
        Folder of images that the page offers to pick.

    Examples
    --------
    >>> settings = Settings.read(arguments={"generator": "template"}, environment={"THORACITE_PORT": "7000"})
    >>> settings.port, settings.origin("port"), settings.origin("generator"), settings.origin("host")
    (7000, 'THORACITE_PORT', 'argument', 'default')
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    graph: Path = Field(default_factory=_default_graph)
    store: str = "embedded"
    store_user: str = "neo4j"
    store_password: str = ""
    generator: str = "template"
    encoder: str = "thoracite-mini"
    query_limit_s: float = Field(default=10.0, gt=0)
    max_pixels: int = Field(default=64_000_000, gt=0)
    max_bytes: int = Field(default=256_000_000, gt=0)
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    examples: Path | None = None
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def origin(self, name: str) -> str:
        """Where a value came from: ``argument``, the variable's name, the file's path or ``default``."""
        return self._origins.get(name, "default")

    @classmethod
    def read(
        cls,
        *,
        arguments: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Settings:
        """Gather the settings.

        Parameters
        ----------
        arguments : mapping or None
            What the caller asks for; None values count as not given.
        environment : mapping or None
            ``os.environ`` unless given.
        file : Path or None
            ``thoracite.toml`` in the current folder unless given; may be missing unless given.

        Raises
        ------
        UsageError
            If a name is unknown, a value does not fit, or the file cannot be read.
        """
        layers = [
            _read_file(file),
            _read_environment(os.environ if environment is None else environment, set(cls.model_fields)),
            {name: (value, "argument") for name, value in (arguments or {}).items() if value is not None},
        ]
        merged: dict[str, tuple[Any, str]] = {}
        for layer in layers:
            merged.update(layer)
        try:
            settings = cls(**{name: value for name, (value, _) in merged.items()})
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            value, origin = merged[name]
            raise UsageError(
                f"setting {name} = {value!r} (from {origin}) is wrong: {first['msg']}; "
                f"known settings are {', '.join(cls.model_fields)}"
            ) from error
        settings._origins.update({name: origin for name, (_, origin) in merged.items()})
        return settings


def _read_environment(environment: Mapping[str, str], known: set[str]) -> dict[str, tuple[Any, str]]:
    found = {}
    for name in known:
        variable = f"THORACITE_{name.upper()}"
        if variable in environment:
            found[name] = (environment[variable], variable)
    return found


def _read_file(file: Path | None) -> dict[str, tuple[Any, str]]:
    path = file or Path("thoracite.toml")
    if file is None and not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"settings file {path} cannot be read: {error}; expected TOML such as port = 7860") from error
    return {name: (value, str(path)) for name, value in values.items()}


__all__ = ["MODELS", "ONTOLOGIES", "PACKAGE", "Settings"]
