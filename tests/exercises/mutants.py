"""Wrong functions that nobody thought of: every small change to a solution, one at a time."""

import ast
import copy

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.Lt: ast.GtE,
    ast.Eq: ast.NotEq,
}


def mutants(source, namespace):
    """Pairs of a description and a function, for each change to the function in ``source``."""
    tree = ast.parse(source)
    name = tree.body[0].name
    for number, node in enumerate(ast.walk(tree)):
        for what, change in changes(node):
            changed = copy.deepcopy(tree)
            change(list(ast.walk(changed))[number])
            scope = dict(namespace)
            exec(compile(ast.fix_missing_locations(changed), "<mutant>", "exec"), scope)  # noqa: S102 our own solution
            yield f"line {getattr(node, 'lineno', '?')}: {what}", scope[name]


def changes(node):
    """What can be changed at this node, as pairs of a description and a function that changes its copy in place."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} swapped", lambda n: setattr(n, "op", SWAPPED[type(n.op)]())
        yield "second operand dropped", lambda n: become(n, n.left)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Pow):
        yield "operands exchanged", exchange
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield "comparison turned round", lambda n: setattr(n, "ops", [SWAPPED[type(n.ops[0])]()])
    if isinstance(node, ast.AugAssign):
        yield "= for +=", lambda n: become(n, ast.Assign([n.target], n.value))
        yield "-= for +=", lambda n: setattr(n, "op", SWAPPED.get(type(n.op), ast.Sub)())
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield ".T dropped", lambda n: become(n, n.value)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} + 1", lambda n: setattr(n, "value", n.value + 1)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reversed":
        yield "not reversed", lambda n: become(n, n.args[0])
    if isinstance(node, ast.IfExp):
        yield "always the first", lambda n: become(n, n.body)
        yield "always the second", lambda n: become(n, n.orelse)
    if isinstance(node, ast.FunctionDef | ast.For):
        for place, statement in enumerate(node.body):
            if not isinstance(statement, ast.Return) and len(node.body) > 1 and not is_text(statement):
                yield f"statement {place} left out", lambda n, place=place: n.body.pop(place)


def exchange(node):
    node.left, node.right = node.right, node.left


def become(node, other):
    """Make a node another one, in place."""
    node.__class__ = type(other)
    node.__dict__ = dict(other.__dict__)


def is_text(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
