"""Every small change of one line of code on which its behaviour hangs.

``<`` becomes ``<=``, a number one higher, a condition is turned round, two arguments swapped. Type hints, docstrings,
decorators, assertions and the words of errors stay as they are.

A library was tried first. mutmut 3 changes no constants of modules and no decorated methods. More than half of what
cosmic-ray 8 changes in the stores, the verifier and the ranking is one arithmetic operator for each of eleven others,
a sixth lies in type hints, and nothing returns None, drops a ``not`` or a condition, cuts a slice or swaps arguments.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

_SWAPPED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,), ast.Add: (ast.Sub,), ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.BitOr: (ast.BitAnd,), ast.BitAnd: (ast.BitOr,),
}  # fmt: skip
_SYMMETRIC = frozenset({"max", "min", "isinstance", "zip", "getattr", "cast"})
"""Calls whose arguments are not swapped: nothing would change, or nothing would run."""

_NOTHING = frozenset({"None", "False", "0", "''", "()", "[]", "{}", "set()"})
"""What is returned instead of None without a difference to most callers."""

_PASSED_OVER = frozenset({"annotation", "returns", "decorator_list", "exc", "cause"})
"""Fields of nodes that are not changed: hints, decorators and what an error says."""

Node = ast.expr | ast.Return | ast.AugAssign
"""What is changed."""


class Change(NamedTuple):
    """A line as it is and as it might be.

    Parameters
    ----------
    line : int
        From 1 on.
    before, after : str
        Without indentation.
    """

    line: int
    before: str
    after: str


def find_changes(source: str) -> Iterator[Change]:
    """Every change of one line that this module knows how to make.

    Examples
    --------
    >>> [change.after for change in find_changes("x = not a[1:]")]
    ['x = (a[1:])', 'x = not a[:]', 'x = not a[(2):]', 'x = not a[(0):]']
    """
    lines = source.splitlines()
    for node, condition in _walk(ast.parse(source)):
        if node.lineno != node.end_lineno:
            continue
        line = lines[node.lineno - 1].encode()
        turned = [ast.UnaryOp(ast.Not(), node)] if condition and isinstance(node, ast.expr) else []
        for new in (*turned, *_change(node)):
            bare = isinstance(new, ast.stmt | ast.Slice)
            text = ast.unparse(new) if bare else f"({ast.unparse(new)})"
            changed = line[: node.col_offset] + text.encode() + line[node.end_col_offset :]
            yield Change(node.lineno, line.decode().strip(), changed.decode().strip())


def _walk(tree: ast.AST) -> Iterator[tuple[Node, bool]]:
    """Nodes on which behaviour hangs, level by level, and whether each is a condition."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    for node, condition in waiting:
        if isinstance(node, Node):
            yield node, condition
        for name, value in ast.iter_fields(node):
            if name in _PASSED_OVER or (isinstance(node, ast.keyword) and node.arg == "maxsize"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, ast.Assert | ast.JoinedStr):
                    waiting.append((child, name in ("test", "ifs")))


def _change(node: Node) -> Iterator[ast.AST]:
    """The node, changed in each way that fits it."""
    match node:
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in _NOTHING:
            yield ast.Return(ast.Constant(None))
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                yield from (_replace(node, ops=[*ops[:at], new(), *ops[at + 1 :]]) for new in _SWAPPED[type(op)])
        case ast.BoolOp(op=op, values=values):
            yield _replace(node, op=_SWAPPED[type(op)][0]())
            for at in range(len(values)):
                kept = [*values[:at], *values[at + 1 :]]
                yield _replace(node, values=kept) if len(kept) > 1 else kept[0]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.AugAssign(op=op) if type(op) in _SWAPPED:
            yield _replace(node, op=_SWAPPED[type(op)][0]())
        case ast.BinOp(op=op, left=left) if type(op) in _SWAPPED and not _is_sequence(left):
            yield _replace(node, op=_SWAPPED[type(op)][0]())
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(value=float() as value):
            yield from (ast.Constant(value * 1.5 or 1.0), ast.Constant(value * 0.5 or -1.0))
        case ast.Call(args=[first, second, *rest]) if ast.unparse(node.func).split(".")[-1] not in _SYMMETRIC:
            if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
                yield _replace(node, args=[second, first, *rest])
        case ast.Slice(lower=lower, upper=upper):
            yield from (_replace(node, lower=None) for _ in [lower] if lower is not None)
            yield from (_replace(node, upper=None) for _ in [upper] if upper is not None)


def _replace(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _is_sequence(node: ast.expr) -> bool:
    """Whether ``-`` in place of ``+`` would break off at once."""
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
