"""What makes a list of merges a tree."""

import numpy as np

from rnncourse.scratch.validate import require_array


def require_tree(name, tree):
    """Raise ``ValueError`` unless ``tree`` (n-1, 2) merges n words into one root.

    Children stand before their parent, and every node but the root is merged exactly once.
    """
    steps = len(tree) if isinstance(tree, np.ndarray) and tree.ndim else "n-1"
    require_array(name, tree, (steps, 2), int)
    problem = _problem(tree[:, None], np.array([len(tree) + 1]))
    if problem:
        raise ValueError(f"{name}: expected {problem[0]}, got {problem[1]}")


def require_trees(trees, lengths, L):
    """Raise ``ValueError`` unless ``trees`` (L-1, B, 2) holds a tree for each sentence and -1 after its last merge."""
    require_array("trees", trees, (L - 1, len(lengths), 2), int)
    problem = _problem(trees, lengths)
    if problem:
        raise ValueError(f"trees: expected {problem[0]}, got {problem[1]} in sentence {problem[2]}")


def _problem(trees, lengths):
    """What was expected, what came and in which sentence, of the first fault; None when all trees are well formed."""
    made = lengths + np.arange(len(trees))[:, None]  # the node that each step makes
    real = made < 2 * lengths - 1
    for step, b in np.argwhere((trees != -1).any(axis=-1) & ~real)[:1]:
        return f"-1 after the last of {lengths[b] - 1} merges", f"{trees[step, b].tolist()} in step {step}", b
    unknown = ((trees < 0) | (trees >= made[..., None])) & real[..., None]
    for step, b, side in np.argwhere(unknown)[:1]:
        got = f"node {trees[step, b, side]} in step {step}, when nodes 0 to {made[step, b] - 1} exist"
        return "children that exist before the step that merges them", got, b
    nodes = trees * len(lengths) + np.arange(len(lengths))[:, None]  # one number for a node of a sentence
    for repeated in np.flatnonzero(np.bincount(nodes[real].ravel()) > 1)[:1]:
        node, b = divmod(int(repeated), len(lengths))
        return "each node but the root to be merged exactly once", f"node {node} merged again", b
    return None
