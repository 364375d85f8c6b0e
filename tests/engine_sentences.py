"""Finds, in the source, the texts that the engine puts into notes, effects and clashes.

It follows what is given to the makers of notes (``found.note(...)``, ``notes.append(...)``,
``note=...``) to constants and f-strings: through names that are assigned in the same function or
module, and through functions that are called.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PLACE = "\0"
CALLS = {"note", "_noted", "_stopped", "_said", "Party", "LeftOut", "_leave_out", "_without"}
KEYWORDS = {
    "note", "notes", "missing", "limit", "better", "worse", "how", "method", "meaning", "reason",
}  # fmt: skip
NAMES = {"note", "notes", "missing", "defects", "remark", "remarks", "origins"}
KEYS = {"notes"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Said:
    """A text of the source: where it stands, and its words with a sign for each place."""

    where: str
    text: str


@dataclass
class _Module:
    name: str
    tree: ast.Module
    functions: dict[str, list[_Function]] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)


class Source:
    """Some modules of a package, read."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        files = sorted(f for path in paths for f in _files(root / path))
        self._modules = [_read(root, file) for file in files]
        self._seen: set[tuple[str, int, int]] = set()
        self._around = {id(f): around for m in self._modules for f, around in _nested(m)}
        self._properties = {
            name
            for module in self._modules
            for name, functions in module.functions.items()
            for function in functions
            if any(_name(d) == "property" for d in function.decorator_list)
        }

    def said(self) -> list[Said]:
        """Every text that is given to a maker of notes, once."""
        found = []
        for module in self._modules:
            for scope in [module.tree, *(f for many in module.functions.values() for f in many)]:
                for given in [*_given(scope), *_yielded(scope)]:
                    found += list(self._texts(given, module, scope))
        return sorted(set(found), key=lambda one: (one.where, one.text))

    def _texts(self, given: ast.AST, module: _Module, scope: ast.AST) -> Iterator[Said]:
        """Texts in an expression, and in what it stands for."""
        at = (module.name, getattr(given, "lineno", 0), getattr(given, "col_offset", 0))
        where = f"{module.name}:{at[1]}"
        if isinstance(given, ast.Constant):
            if isinstance(given.value, str):
                yield Said(where, given.value)
            return
        if isinstance(given, ast.JoinedStr):
            yield Said(where, "".join(_piece(part) for part in given.values))
        if isinstance(given, ast.Compare | ast.Subscript):
            return
        if isinstance(given, ast.Name):
            yield from self._named(given.id, module, scope)
            return
        if isinstance(given, ast.Call):
            yield from self._called(_name(given.func), module)
        if isinstance(given, ast.Attribute) and given.attr in self._properties:
            yield from self._called(given.attr, module)
        if isinstance(given, ast.IfExp):
            parts: Iterable[ast.AST] = (given.body, given.orelse)
        elif isinstance(given, ast.JoinedStr):
            parts = [v.value for v in given.values if isinstance(v, ast.FormattedValue)]
        else:
            parts = ast.iter_child_nodes(given)
        for part in parts:
            yield from self._texts(part, module, scope)

    def _named(self, name: str, module: _Module, scope: ast.AST) -> Iterator[Said]:
        around = self._around.get(id(scope), ())
        for node in (n for function in around for n in ast.walk(function)):
            for target, value in _assigned(node):
                if target == name and self._is_new(module, value):
                    yield from self._texts(value, module, scope)
        for other in [module, *self._modules]:
            if name in other.constants:
                if self._is_new(other, other.constants[name]):
                    yield from self._texts(other.constants[name], other, other.tree)
                return

    def _called(self, name: str, module: _Module) -> Iterator[Said]:
        for other in [module, *self._modules]:
            if name in other.functions and not hasattr(str, name):
                for function in other.functions[name]:
                    for node in ast.walk(function):
                        if not isinstance(node, ast.Return | ast.Yield | ast.YieldFrom):
                            continue
                        if node.value is not None and self._is_new(other, node.value):
                            yield from self._texts(node.value, other, function)
                return

    def _is_new(self, module: _Module, node: ast.expr) -> bool:
        at = (module.name, node.lineno, node.col_offset)
        known = at in self._seen
        self._seen.add(at)
        return not known


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else list(path.rglob("*.py"))


def _read(root: Path, file: Path) -> _Module:
    module = _Module(str(file.relative_to(root)), ast.parse(file.read_text("utf-8")))
    for node in ast.walk(module.tree):
        if isinstance(node, _Function):
            module.functions.setdefault(node.name, []).append(node)
    for node in module.tree.body:
        module.constants |= dict(_assigned(node))
    return module


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield from _targets(node.target, node.value)
    elif isinstance(node, ast.For | ast.comprehension):
        yield from _targets(node.target, node.iter)
    elif isinstance(node, ast.Call) and _name(node.func) in {"append", "extend"} and node.args:
        yield _name(getattr(node.func, "value", node.func)), node.args[0]


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Names that get a value; of several at once each gets its own where that can be seen."""
    if isinstance(target, ast.Tuple):
        same = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
        values = value.elts if same and isinstance(value, ast.Tuple) else [value] * len(target.elts)
        for one, given in zip(target.elts, values, strict=True):
            yield from _targets(one, given)
    elif isinstance(target, ast.Name):
        yield target.id, value


def _given(scope: ast.AST) -> Iterator[ast.expr]:
    """What a function, or the top of a module, gives to makers of notes."""
    for node in _own(scope):
        if isinstance(node, ast.Call):
            if _name(node.func) in CALLS:
                yield from node.args
            if _name(node.func) in {"append", "extend"} and _of_notes(node.func):
                yield from node.args
            yield from (k.value for k in node.keywords if k.arg in KEYWORDS)
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in KEYS:
                    yield value
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_name(target) in NAMES for target in targets):
                yield node.value


def _yielded(scope: ast.AST) -> Iterator[ast.expr]:
    """What a function that finds texts one by one finds."""
    returns = scope.returns if isinstance(scope, _Function) else None
    if returns is not None and ast.unparse(returns) == "Iterator[str]":
        yield from (n.value for n in _own(scope) if isinstance(n, ast.Yield) and n.value)


def _nested(module: _Module) -> Iterator[tuple[_Function, tuple[_Function, ...]]]:
    """Every function, with the outermost function in which it is written, or itself."""
    functions = [f for many in module.functions.values() for f in many]
    for function in sorted(functions, key=lambda f: (f.end_lineno or 0) - f.lineno):
        inner = [n for n in ast.walk(function) if isinstance(n, _Function)]
        yield from ((one, (function,)) for one in inner)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a scope, without those of functions inside it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, _Function):
            continue
        yield node
        yield from _own(node)


def _of_notes(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and _name(func.value) in NAMES


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _piece(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else PLACE
