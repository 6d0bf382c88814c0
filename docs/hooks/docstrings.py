"""What the site's reader of Python is told: roles become links, literal blocks fenced ones, fields a signature.

MkDocs reads the source and imports nothing, so it knows neither what pydantic makes of a noun's fields nor the roles
(``:class:`…` ``) that NumPy's style allows.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

import griffe

_ROLE = re.compile(r":(?:class|func|meth|mod|attr|data|exc):`(~?)([\w.]+)`(?:\\ )?")
_LITERAL = re.compile(r"::\n\n((?:(?: {4}.*)?\n)+)")
_TABLE = re.compile(r"^(={4,}(?:  =+)*\n(?:.+\n)+?={4,}(?:  =+)*)$", re.MULTILINE)


class PlainMarkdown(griffe.Extension):
    """Rewrites docstrings and classes once everything is loaded, so that names can be resolved."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Go through the package."""
        _visit(pkg)


def _visit(owner: griffe.Module | griffe.Class) -> None:
    for member in list(owner.members.values()):
        if member.is_alias:
            continue
        if member.docstring:
            member.docstring.value = _rewrite(member.docstring.value, member)
        if isinstance(member, griffe.Module | griffe.Class):
            _visit(member)
        if isinstance(member, griffe.Class) and _has_fields(member) and not _names_parameters(member):
            _add_signature(member)


def _rewrite(text: str, owner: griffe.Object | griffe.Alias) -> str:
    text = _LITERAL.sub(lambda block: f":\n\n```text\n{textwrap.dedent(block[1]).strip(chr(10))}\n```\n\n", text + "\n")
    text = _TABLE.sub(r"```text\n\1\n```", text)
    return _ROLE.sub(lambda role: _link(role[1], role[2], owner), text).rstrip("\n")


def _link(short: str, name: str, owner: griffe.Object | griffe.Alias) -> str:
    """A reference that stays plain text where the site does not have the name."""
    try:
        path = owner.resolve(name)
    except griffe.NameResolutionError:
        path = name
    shown = name.rsplit(".", 1)[-1] if short else name
    return f'<autoref identifier="{path}" optional><code>{shown}</code></autoref>'


def _has_fields(found: griffe.Class) -> bool:
    """Whether calls of the class take its annotated attributes: nouns, settings and named tuples."""
    bases = {str(base).rsplit(".", 1)[-1] for base in found.bases}
    return bool(bases & {"Noun", "BaseModel", "BaseSettings", "NamedTuple"})


def _names_parameters(found: griffe.Class) -> bool:
    """Whether the class has an ``__init__`` of its own that does more than to pass ``**values`` on."""
    own = found.members.get("__init__")
    passed = griffe.ParameterKind.var_keyword
    return isinstance(own, griffe.Function) and any(
        parameter.kind is not passed for parameter in own.parameters if parameter.name != "self"
    )


def _add_signature(found: griffe.Class) -> None:
    parameters = griffe.Parameters(*_list_parameters(found))
    found.set_member("__init__", griffe.Function("__init__", parameters=parameters, parent=found))


def _list_parameters(found: griffe.Class) -> Iterator[griffe.Parameter]:
    by_name = not any(str(base).endswith("NamedTuple") for base in found.bases)
    kind = griffe.ParameterKind.keyword_only if by_name else griffe.ParameterKind.positional_or_keyword
    for name, field in found.attributes.items():
        if field.annotation is not None and not name.startswith("_") and "property" not in field.labels:
            yield griffe.Parameter(name, annotation=field.annotation, kind=kind, default=_find_default(field))


def _find_default(field: griffe.Attribute) -> str | griffe.Expr | None:
    """The default that a field has; ``...`` where it is made anew for each object."""
    value = field.value
    if not isinstance(value, griffe.ExprCall) or str(value.function) != "Field":
        return value
    given = {argument.name: argument.value for argument in value.arguments if isinstance(argument, griffe.ExprKeyword)}
    plain = [argument for argument in value.arguments if not isinstance(argument, griffe.ExprKeyword)]
    return "..." if "default_factory" in given else given.get("default", plain[0] if plain else None)
