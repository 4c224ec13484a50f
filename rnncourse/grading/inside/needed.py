"""Chooses what of a submission has to run for the wanted functions to exist: not its plots, and not its training."""

import ast

from .names import read_by


def needed(statements, wanted):
    """Those of the :class:`~.statements.Statement` that the functions called ``wanted`` need, in their order.

    A statement is needed when it binds a needed name or changes the object that such a name stands for; the names that
    it reads are needed in turn. A call by itself, ``check(bptt)``, is not needed, but ``cache.update(...)`` is when
    ``cache`` is, so is ``prepare()`` when that function sets a needed name, and so are the settings of a module in
    use, ``np.seterr(all="raise")``: calls that are given nothing the file has computed. A definition that is still as
    it was handed out never replaces one that is filled in.
    """
    statements = _without_stubs_of_filled(statements)
    names = [statement.names for statement in statements]
    assigned = {name for each in names for name in each.binds - each.imports}
    users, globals_of = {}, _globals_of(statements)
    for position, each in enumerate(names):
        prepared = {name for function in each.runs for name in globals_of.get(function, ())}
        for name in each.binds | each.changes | prepared | each.decorators & assigned | _called(each, assigned):
            users.setdefault(name, []).append(position)
    chosen, pending = set(), list(wanted)
    for position, each in enumerate(names):
        if each.everything:
            chosen.add(position)
            pending += read_by(statements[position].node)
    while pending:
        for position in users.pop(pending.pop(), ()):
            if position not in chosen:
                chosen.add(position)
                pending += read_by(statements[position].node)
    return [statements[position] for position in sorted(chosen)]


def _globals_of(statements):
    """Which names of the module each function gives a value when it is called, by a ``global`` statement."""
    functions = [statement.node for statement in statements if isinstance(statement.node, ast.FunctionDef)]
    declared = {node.name: [each for each in ast.walk(node) if isinstance(each, ast.Global)] for node in functions}
    return {name: {bound for each in found for bound in each.names} for name, found in declared.items() if found}


def _called(names, assigned):
    """The names whose object a statement changes by calling a method of it."""
    return {root for root, arguments in names.calls if root in assigned or not arguments & assigned}


def _without_stubs_of_filled(statements):
    filled, kept = set(), []
    for statement in statements:
        if _is_stub(statement.node):
            if statement.node.name not in filled:
                kept.append(statement)
            continue
        filled |= statement.names.binds
        kept.append(statement)
    return kept


def _is_stub(node):
    """Whether this is a function with a docstring at most, that then says it is not implemented."""
    if not isinstance(node, ast.FunctionDef) or len(node.body) > 1 + (ast.get_docstring(node) is not None):
        return False
    last = node.body[-1]
    raised = last.exc if isinstance(last, ast.Raise) else None
    kind = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(kind, ast.Name) and kind.id == "NotImplementedError"
