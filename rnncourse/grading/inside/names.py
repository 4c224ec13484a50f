"""Which names of the module a statement binds, changes and reads."""

import ast
from dataclasses import dataclass, field

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS)
_NAMELESS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


@dataclass
class Names:
    """What one statement at top level does with the names of the module.

    ``binds``: gives them a value. ``changes``: works on the object they stand for, as ``cache["a"] = 1`` or
    ``cache.update(b)`` do. ``calls``: pairs of the name whose method a statement calls, and of the names among the
    arguments. ``runs``: functions that a statement calls by name and nothing else, as ``prepare()`` does. ``decorators``:
    names that stand before a dot or in brackets in a decorator, as in ``@act.register`` and ``@add_to(Model)``.
    ``imports``: those of ``binds`` that name modules, or parts of them. ``everything``: it may bind any
    name, as ``from numpy import *`` does.
    """

    binds: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    calls: list[tuple[str, set[str]]] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    decorators: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    everything: bool = False


def names_of(statement):
    """The :class:`Names` of a statement, without what happens only when a function in it is called."""
    names, pending = Names(), [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.AnnAssign) and not node.value:
            continue
        _note(node, names)
        if isinstance(node, _COMPREHENSIONS):
            names.binds |= {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
        pending += _outside(node) if isinstance(node, _SCOPES) else _children(node)
    return names


def _note(node, names):
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
        names.everything = True
    elif isinstance(node, ast.Import | ast.ImportFrom):
        names.imports |= _bound(node)
    elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        names.changes |= _root(node)
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        names.decorators |= {name for decorator in node.decorator_list for name in _changed_by(decorator)}
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
        names.runs.add(node.value.func.id)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        arguments = [*node.value.args, *node.value.keywords]
        among = {name for argument in arguments for name in read_by(argument)}
        names.calls += [(root, among) for root in _root(node.value.func)]
    names.binds |= _bound(node)


def _changed_by(decorator):
    """The names that stand before a dot in a decorator, or among its arguments."""
    if isinstance(decorator, ast.Call):
        arguments = [*decorator.args, *decorator.keywords]
        return _changed_by(decorator.func).union(*map(read_by, arguments))
    return set() if isinstance(decorator, ast.Name) else _root(decorator)


def _bound(node):
    """The names that this node by itself binds in its scope."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names} - {"*"}
    if isinstance(node, _NAMED):
        return {node.name} - {None}
    return {node.rest} - {None} if isinstance(node, ast.MatchMapping) else set()


def _root(node):
    """The name at the left of ``name.a[i].b``, as a set; empty when something else stands there."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def read_by(statement):
    """The names of the module that a statement reads, or that the functions and classes in it read when they run."""
    loaded, _, free, inner = _one_scope([statement])
    free |= loaded
    scopes = [(scope, frozenset()) for scope in inner]
    while scopes:
        scope, around = scopes.pop()
        loaded, bound, elsewhere, inner = _one_scope(_within(scope))
        own = set() if isinstance(scope, ast.ClassDef) else bound | _parameters(scope)  # methods do not see a class's
        known = around | own
        free |= (loaded - known) | elsewhere
        scopes += [(scope, known) for scope in inner]
    return free


def _one_scope(nodes):
    """Of one scope: names it loads, names it binds, names it declares global, and the scopes directly inside."""
    loaded, bound, elsewhere, inner, pending = set(), set(), set(), [], list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            continue
        bound |= _bound(node)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            loaded.add(node.target.id)
        elif isinstance(node, ast.Global):
            elsewhere.update(node.names)
        if isinstance(node, _SCOPES):
            inner.append(node)
        pending += _outside(node) if isinstance(node, _SCOPES) else _children(node)
    return loaded, bound, elsewhere, inner


def _children(node):
    """The nodes directly inside that may hold names: ``ast.iter_child_nodes`` without operators, and faster."""
    found = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _NAMELESS):
            found.append(value)
    return found


def _outside(scope):
    """What belongs to a function, class or comprehension but is evaluated around it, once, where it stands."""
    if isinstance(scope, _COMPREHENSIONS):
        return [scope.generators[0].iter]
    within = {id(node) for node in _within(scope)}
    return [node for node in ast.iter_child_nodes(scope) if id(node) not in within]


def _within(scope):
    """What runs inside the scope."""
    if isinstance(scope, _COMPREHENSIONS):
        return ast.iter_child_nodes(scope)
    return [scope.body] if isinstance(scope, ast.Lambda) else scope.body


def _parameters(scope):
    """The names that a function binds by being called."""
    if not isinstance(scope, _FUNCTIONS):
        return frozenset()
    given = scope.args
    several = [given.vararg, given.kwarg]
    return frozenset(a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs, *several] if a)
