"""Write docs/reference from the docstrings and the command line; a test compares it with what is there.

Run ``make docs`` after changing a public name, a docstring or an option. Signatures are taken from the source as they
are written there, so that no value of this machine (a path, a version of Python's own rendering) gets into a page.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOMS = ("kg", "retrieval", "generation", "evaluation", "phantom", "ui")
REFERENCE = Path(__file__).resolve().parent / "reference"
HEADER = "<!-- written by docs/write_reference.py; do not edit -->"
WIDTH = 100
"""A signature longer than this has one parameter a line."""

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_ROLE = re.compile(r":\w+:`~?([^`]+)`(?:\\ )?")


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
    """A module's docstring and what it makes public, as Markdown."""
    module = importlib.import_module(name)
    parts = [f"## {name}", render_docstring(inspect.getdoc(module) or "")]
    constants = _find_constants(module)
    for public in getattr(module, "__all__", []):
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isfunction(inspect.unwrap(thing)):
            if thing.__module__ == name:  # re-exported names stand in their own module
                parts += render_thing(name, thing)
        elif public in constants:
            parts += [f"### {name}.{public}", render_docstring(constants[public])]
    return "\n\n".join(part for part in parts if part)


def render_thing(module: str, thing: type | object) -> Iterator[str]:
    """A function, or a class and its public methods."""
    name = getattr(thing, "__qualname__", "")
    yield f"### {module}.{name}"
    yield f"```python\n{render_signature(name, thing)}\n```"
    yield render_docstring(_find_docstring(thing))
    if not inspect.isclass(thing):
        return
    for method, value in vars(thing).items():
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if method.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
            continue
        if function.__module__ != module:  # written by a library into the class
            continue
        shown = f"{name}.{method}"
        yield f"#### {shown}"
        if not isinstance(value, property):
            yield f"```python\n{render_signature(shown, function)}\n```"
        yield render_docstring(inspect.cleandoc(function.__doc__))


def render_signature(name: str, thing: type | object) -> str:
    """Name, parameters and their defaults as the source has them; only the name where there is no source.

    Examples
    --------
    >>> render_signature("render_signature", render_signature)
    'render_signature(name: str, thing: type | object) -> str'
    """
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(thing)))).body[0]  # type: ignore[arg-type]
    except (OSError, TypeError):
        return name
    if isinstance(node, ast.ClassDef):
        made = next((m for m in node.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None)
        parameters, returned = (_split_parameters(made.args) if made else _find_fields(node, thing)), ""
        if not parameters:
            return f"class {name}({', '.join(ast.unparse(base) for base in node.bases)})".replace("()", "")
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parameters, returned = _split_parameters(node.args), f" -> {ast.unparse(node.returns)}" if node.returns else ""
    else:
        return name
    line = f"{name}({', '.join(parameters)}){returned}"
    if len(line) <= WIDTH or not parameters:
        return line
    return f"{name}(\n" + "".join(f"    {parameter},\n" for parameter in parameters) + f"){returned}"


def render_docstring(text: str) -> str:
    """A NumPy docstring as Markdown: prose, parameters as a list, examples as a session.

    Examples
    --------
    >>> print(render_docstring("Adds.\\n\\nParameters\\n----------\\na : int\\n    The first."))
    Adds.
    <BLANKLINE>
    *Parameters*
    <BLANKLINE>
    - `a`: `int`. The first.
    """
    prose, *sections = _SECTION.split(_ROLE.sub(r"``\1``", text))
    parts = [_render_prose(prose)]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        if title == "Examples":
            parts.append(f"```pycon\n{body.strip()}\n```")
        elif title in {"Parameters", "Attributes", "Returns", "Yields", "Raises"}:
            parts += [f"*{title}*", "\n".join(_render_items(body))]
        else:
            parts += [f"*{title}*", _render_prose(body)]
    return "\n\n".join(part for part in parts if part)


def _render_prose(text: str) -> str:
    """Paragraphs, their literal blocks fenced."""
    plain, fenced = [], False
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        body = paragraph.rstrip()
        if fenced and body.startswith("    "):
            plain.append(f"```text\n{textwrap.dedent(body)}\n```")
        elif body.startswith("===="):
            plain.append(f"```text\n{body}\n```")
        else:
            fenced = body.endswith("::")
            plain.append(re.sub(r"``([^`]+)``", r"`\1`", body[:-1] if fenced else body))
    return "\n\n".join(part for part in plain if part)


def _render_items(body: str) -> Iterator[str]:
    """``name : type`` with an indented text below it, as list items."""
    for entry in re.split(r"\n(?=\S)", body.strip("\n")):
        head, _, text = entry.partition("\n")
        name, colon, kind = head.partition(" : ")
        told = " ".join(re.sub(r"``([^`]+)``", r"`\1`", text).split())
        typed = f": `{kind}`." if colon else ":" if told else ""
        yield f"- `{name}`{typed} {told}".rstrip()


def _find_docstring(thing: object) -> str:
    """The thing's own docstring, never one that it inherits or that a library writes for it."""
    text = getattr(thing, "__doc__", None) or ""
    written_by_library = inspect.isclass(thing) and re.match(rf"{thing.__name__}\(", text)
    return "" if written_by_library else inspect.cleandoc(text)


def _split_parameters(arguments: ast.arguments) -> list[str]:
    """Each parameter as it is written; what stands for the object or its class is left out."""
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    parts = [_render_parameter(p, d) for p, d in zip(plain, defaults, strict=True) if p.arg not in {"self", "cls"}]
    if arguments.vararg:
        parts.append(f"*{_render_parameter(arguments.vararg, None)}")
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += [_render_parameter(p, d) for p, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return parts + ([f"**{_render_parameter(arguments.kwarg, None)}"] if arguments.kwarg else [])


def _render_parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    typed = f": {ast.unparse(parameter.annotation)}" if parameter.annotation else ""
    return parameter.arg + typed + (f" = {ast.unparse(default)}" if default else "")


def _find_fields(node: ast.ClassDef, thing: object) -> list[str]:
    """Fields of a noun, a named tuple or a data class, as they are written; other classes have none."""
    if not any(hasattr(thing, mark) for mark in ("__pydantic_fields__", "_fields", "__dataclass_fields__")):
        return []
    fields = [item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
    return [ast.unparse(item) for item in fields if not ast.unparse(item.target).startswith("_")]


def _find_constants(module: ModuleType) -> dict[str, str]:
    """Public values that have a text below them."""
    body = ast.parse(inspect.getsource(module)).body
    found: dict[str, str] = {}
    for item, below in itertools.pairwise(body):
        told = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and below.value.value
        if isinstance(told, str) and isinstance(item, ast.Assign | ast.AnnAssign):
            targets = item.targets if isinstance(item, ast.Assign) else [item.target]
            found |= {target.id: inspect.cleandoc(told) for target in targets if isinstance(target, ast.Name)}
    return found


def render_python() -> dict[str, str]:
    """One page a room, by file name."""
    pages: dict[str, list[str]] = {}
    for name in find_modules():
        room = name.split(".")[1]
        page = room if room in ROOMS else "thoracite"
        pages.setdefault(page, []).append(render_module(name))
    return {f"{page}.md": f"{HEADER}\n\n# {page}\n\n" + "\n\n".join(parts) + "\n" for page, parts in pages.items()}


def render_command_line() -> str:
    """Every command's help."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from thoracite.cli import app

    runner = CliRunner(env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    parts = [HEADER, "# Command line"]
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
    main()
