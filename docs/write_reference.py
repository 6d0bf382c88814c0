"""Write docs/reference from the docstrings and the command line; a test compares it with what is there.

Run ``make docs`` after changing a public name, a docstring or an option.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import thoracite

ROOMS = ("kg", "retrieval", "generation", "evaluation", "phantom", "ui")
REFERENCE = Path(__file__).resolve().parent / "reference"


def find_modules() -> Iterator[str]:
    """Every module of the package, nouns first."""
    yield from ("thoracite.types", "thoracite.errors", "thoracite.settings", "thoracite.pipeline")
    for room in ROOMS:
        package = importlib.import_module(f"thoracite.{room}")
        yield package.__name__
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            if not module.name.startswith("_"):
                yield f"{package.__name__}.{module.name}"


def render_module(name: str) -> str:
    """A module's docstring and those of its public names, as Markdown."""
    module = importlib.import_module(name)
    parts = [f"## {name}", _doc(module)]
    for public in getattr(module, "__all__", []):
        thing = getattr(module, public)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            parts += [f"### {name}.{public}", f"```python\n{public}{_signature(thing)}\n```", _doc(thing)]
    return "\n\n".join(part for part in parts if part)


def _doc(thing: ModuleType | type | object) -> str:
    text = inspect.getdoc(thing) or ""
    return f"```text\n{text}\n```" if text else ""


def _signature(thing: object) -> str:
    try:
        return str(inspect.signature(thing)).replace(str(Path.home()), "~")  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""


def render_python() -> dict[str, str]:
    """One page a room, by file name."""
    pages: dict[str, list[str]] = {}
    for name in find_modules():
        room = name.split(".")[1]
        page = room if room in ROOMS else "thoracite"
        pages.setdefault(page, []).append(render_module(name))
    header = "<!-- written by docs/write_reference.py; do not edit -->\n\n"
    return {f"{page}.md": header + f"# {page}\n\n" + "\n\n".join(parts) + "\n" for page, parts in pages.items()}


def render_command_line() -> str:
    """Every command's help."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from thoracite.cli import app

    runner = CliRunner(env={"COLUMNS": "100", "TERM": "dumb"})
    parts = ["<!-- written by docs/write_reference.py; do not edit -->", "# Command line"]
    commands: list[list[str]] = [[]]
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        commands += [[name, *([sub] if sub else [])] for sub in getattr(command, "commands", None) or [""]]
    for words in commands:
        text = runner.invoke(app, [*words, "--help"], prog_name="thoracite").output.strip()
        parts.append(f"## {' '.join(['thoracite', *words])}\n\n```text\n{text}\n```")
    return "\n\n".join(parts) + "\n"


def render_reference() -> dict[str, str]:
    """Every reference page by file name."""
    return {**render_python(), "command-line.md": render_command_line()}


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in render_reference().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    assert thoracite.__version__
    main()
