"""The checks of the recursive networks, checked: each mistake, planted alone, fails the check that should see it."""

import pytest

from rnncourse.scratch.recursive import (
    RecursiveAutoencoder,
    RecursiveNetwork,
    RecursiveTensorNetwork,
    autoencoder_loss,
    autoencoder_loss_backward,
    balanced,
    left_to_right,
    losses,
    require_tree,
    right_to_left,
    search,
    wellformed,
)
from rnncourse.scratch.recursive.levels import Levels

from .planting import subclass_with_bug, with_bug
from .test_recursive_autoencoder import check_adds as check_autoencoder_adds
from .test_recursive_autoencoder import check_autoencoder, check_objective
from .test_recursive_networks import check_adds, check_network, check_torch
from .test_recursive_search import check_greedy, check_ties
from .test_recursive_trees import check_constructors, check_levels, check_wellformed

ARRAYS_DIFFER = "relative error|shape"

NETWORK_BUGS = {
    "no 1 - p^2": ("compose_backward", "(1 - parents**2) * dparents", "dparents"),
    "1 - p for 1 - p^2": ("compose_backward", "1 - parents**2", "1 - parents"),
    "weight gradient overwritten at each level": ("affine_backward", "self.grads[weight] +=", "self.grads[weight] ="),
    "bias gradient overwritten at each level": ("affine_backward", "self.grads[bias] +=", "self.grads[bias] ="),
    "bias averaged over the nodes": ("affine_backward", "doutputs.sum(axis=0)", "doutputs.mean(axis=0)"),
    "left and right gradient exchanged": ("descend", "2, -1)", "2, -1)[:, ::-1]"),
    "the parent's message forgets what arrives directly": ("descend", "drows[children] +=", "drows[children] ="),
    "nothing sent down": ("descend", "drows[children] += dchildren", "dchildren"),
    "words before roots": (
        "descend",
        "reversed([*pairwise(levels.ends)]), reversed(caches)",
        "pairwise(levels.ends), caches",
    ),
    "scores of other nodes": ("direct_gradients", "dlogits[levels.node,", "dlogits[levels.node[::-1],"),
    "gradients of the vectors ignored": ("direct_gradients", "drows += dvectors", "dvectors"),
    "gradients of the scores not sent on": ("direct_gradients", "drows += self", "self"),
    "the words' own gradient dropped": ("backward", "self.descend(", "0 * self.descend("),
}


@pytest.mark.parametrize("bug", NETWORK_BUGS)
@pytest.mark.parametrize("check", [check_network, check_torch])
def test_a_buggy_network_is_caught(check, bug):
    with pytest.raises(AssertionError, match=ARRAYS_DIFFER):
        check(subclass_with_bug(RecursiveNetwork, *NETWORK_BUGS[bug]))


FORWARD_BUGS = {
    "bias forgotten": ("combine", "children @ self.W + self.b", "children @ self.W"),
    "children exchanged": ("ascend", "end - levels.words]]", "end - levels.words]][:, ::-1]"),
    "children of the first merges at every level": (
        "ascend",
        "levels.children[first - levels.words : end - levels.words]",
        "levels.children[: end - first]",
    ),
    "words of the wrong sentences": (
        "ascend",
        "levels.sentence[: levels.words]",
        "levels.sentence[: levels.words] - 1",
    ),
    "logits without the bias": ("forward", "self.W_label + self.b_label", "self.W_label"),
}


@pytest.mark.parametrize("bug", FORWARD_BUGS)
def test_a_network_that_goes_up_wrongly_is_caught(bug):
    with pytest.raises(AssertionError, match=ARRAYS_DIFFER):
        check_torch(subclass_with_bug(RecursiveNetwork, *FORWARD_BUGS[bug]))


TENSOR_BUGS = {
    "V not transposed": ("combine_backward", "V_k + V_k.T", "V_k"),
    "V taken for symmetric": ("combine_backward", "V_k + V_k.T", "2 * V_k"),
    "only the last level counts": ("combine_backward", 'self.grads["V"][k] +=', 'self.grads["V"][k] ='),
    "no gradient through the bilinear form": ("combine_backward", "dchildren += scaled", "scaled"),
    "one slice for all components": ("combine_backward", "da[:, k : k + 1]", "da[:, :1]"),
    "dV without da": ("combine_backward", "scaled.T @ children", "children.T @ children"),
    "slices in the wrong order": ("combine", "a[:, k] +=", "a[:, -k] +="),
    "linear form for the bilinear": ("combine", "children @ V_k, children)", "children @ V_k, 1 + 0 * children)"),
}


@pytest.mark.parametrize("bug", TENSOR_BUGS)
def test_a_buggy_tensor_network_is_caught(bug):
    with pytest.raises(AssertionError, match=ARRAYS_DIFFER):
        check_torch(subclass_with_bug(RecursiveTensorNetwork, *TENSOR_BUGS[bug]))


def test_descending_into_the_cache_is_caught():
    """``descend`` changes its argument: it must not be what a cache holds."""
    right = "drows = np.zeros_like(rows)"
    with pytest.raises(AssertionError, match=ARRAYS_DIFFER):
        check_adds(subclass_with_bug(RecursiveNetwork, "direct_gradients", right, "drows = rows"))
    with pytest.raises(AssertionError, match=ARRAYS_DIFFER):
        check_autoencoder_adds(subclass_with_bug(RecursiveAutoencoder, "direct_gradients", right, "drows = rows"))


AUTOENCODER_BUGS = {
    "no gradient through the length": ("compose_backward", "if self.normalized:", "if False:"),
    "the projection forgotten": ("compose_backward", "[:, None] * parents)", "[:, None] * 0)"),
    "not divided by the length": ("compose_backward", "* parents) / norms", "* parents)"),
    "slope at p for slope at h": ("compose_backward", "1 - h**2", "1 - parents**2"),
    "the children's own error forgotten": ("backward", "drows[levels.children] -= dpairs", "pass"),
    "the children's own error added": ("backward", "drows[levels.children] -=", "drows[levels.children] +="),
    "the parent gets no error": ("backward", "drows[levels.words :] += self", "self"),
    "no factor 2": ("backward", "2 * (direct[:, None]", "(direct[:, None]"),
    "the shares forgotten": ("backward", "(direct[:, None] * shares)", "(direct[:, None] + 0 * shares)"),
    "errors of other merges": ("backward", "derrors[levels.step,", "derrors[levels.step[::-1],"),
    "decoder fed with children": ("backward", "rows[levels.words :], dre", "rows[levels.children[:, 0]], dre"),
}


@pytest.mark.parametrize("bug", AUTOENCODER_BUGS)
def test_differences_catch_a_buggy_autoencoder(bug):
    with pytest.raises(AssertionError, match="relative error"):
        check_autoencoder(subclass_with_bug(RecursiveAutoencoder, *AUTOENCODER_BUGS[bug]), weighted=True)


OBJECTIVE_BUGS = {
    "shares exchanged": ("shares", "(counts /", "(counts[:, ::-1] /"),
    "shares not normalised": ("shares", " / counts.sum(axis=1, keepdims=True)", ""),
    "never normalised": ("compose", "if not self.normalized:", "if True:"),
    "another norm": ("compose", 'np.sqrt(np.einsum("md,md->m", h, h))', "np.abs(h).sum(axis=1)"),
    "reconstruction without the bias": ("reconstruct", "self.W_d + self.b_d", "self.W_d"),
    "errors of the wrong merges": ("forward", "rows[levels.words :], shares)", "rows[levels.words :][::-1], shares)"),
    "words counted at the parents": (
        "forward",
        "levels.leaf_counts()[levels.children]",
        "1 + 0 * levels.leaf_counts()[levels.children]",
    ),
}


# The objective weighs all errors alike: it cannot tell one merge's gradient from another's.
@pytest.mark.parametrize("bug", sorted((OBJECTIVE_BUGS | AUTOENCODER_BUGS).keys() - {"errors of other merges"}))
def test_torch_catches_a_buggy_autoencoder(bug):
    planted = subclass_with_bug(RecursiveAutoencoder, *(OBJECTIVE_BUGS | AUTOENCODER_BUGS)[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_objective(planted)


LOSS_BUGS = {
    "alpha for 1 - alpha": ("alpha * errors.sum() + (1 - alpha)", "(1 - alpha) * errors.sum() + alpha"),
    "summed over the sentences": ("label_loss) / B", "label_loss)"),
    "labels averaged over the nodes": ('at, "sum")', 'at, "mean")'),
    "errors averaged over the merges": ("errors.sum()", "errors.mean()"),
}


@pytest.mark.parametrize("bug", LOSS_BUGS)
def test_a_buggy_loss_is_caught(bug):
    with pytest.raises(AssertionError, match="loss: relative error"):
        check_objective(loss_function=with_bug(autoencoder_loss, *LOSS_BUGS[bug]))


NODE_BUGS = {
    "words classified too": ("inner", "np.minimum(lengths, root)", "0 * root"),
    "a word alone forgotten": ("inner", "np.minimum(lengths, root)", "lengths"),
    "the root forgotten": ("inner", "(node <= root)", "(node < root)"),
    "all inner nodes for the root": ("root", 'first = root if classified == "root" else', "first ="),
    "the last of the batch for the root": ("root", "2 * lengths - 2", "2 * lengths.max() - 2 + 0 * lengths"),
}


@pytest.mark.parametrize("bug", NODE_BUGS)
def test_labels_at_the_wrong_nodes_are_caught(bug, monkeypatch):
    classified, right, wrong = NODE_BUGS[bug]
    monkeypatch.setattr(losses, "_classified_nodes", with_bug(losses._classified_nodes, right, wrong))
    with pytest.raises(AssertionError, match="loss: relative error"):
        check_objective(classified=classified)


LOSS_GRADIENT_BUGS = {
    "alpha forgotten": ("alpha * each)", "each)"),
    "1 - alpha forgotten": ("(1 - alpha) * each", "each"),
    "not divided by the sentences": ("dloss / errors.shape[1]", "dloss"),
    "divided by the merges": ("errors.shape[1]", "errors.shape[0]"),
}


@pytest.mark.parametrize("bug", LOSS_GRADIENT_BUGS)
def test_a_buggy_gradient_of_the_loss_is_caught(bug):
    planted = with_bug(autoencoder_loss_backward, *LOSS_GRADIENT_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_objective(loss_backward=planted, lengths=(2, 5, 1))


MERGE_BUGS = {
    "the old vector kept": ("self.vectors[place, b] = self.merged[place, b]", "pass"),
    "the left neighbour keeps its old score": ("before != self.nobody", "before < 0"),
    "the right neighbour keeps its old score": ("after != self.nobody", "after < 0"),
    "the partner is still there": ("self.errors[place, b] = self.errors[partner, b]", "self.errors[place, b]"),
    "a last node keeps its error": ("self.errors[place, b] = self.errors[partner, b]", "self.errors[partner, b]"),
    "links to the right not mended": ("after = self.right[place, b]", "after"),
    "links to the left not mended": ("self.left[after, b] = place", "pass"),
    "words not counted": ("self.counts[place, b] += self.counts[partner, b]", "pass"),
    "the node keeps its old number": ("self.nodes[place, b] = parents", "pass"),
    "children exchanged": ("b], self.nodes[partner, b]], axis=1)", "b], self.nodes[partner, b]][::-1], axis=1)"),
}


@pytest.mark.parametrize("bug", MERGE_BUGS)
def test_a_buggy_merge_is_caught(bug, monkeypatch):
    monkeypatch.setattr(search._Neighbours, "merge", with_bug(search._Neighbours.merge, *MERGE_BUGS[bug]))
    with pytest.raises(AssertionError, match="is another"):
        check_greedy(weighted=True)


BEST_BUGS = {
    "the rightmost of equals": ("(errors <= lowest", "len(errors) - 1 - (errors[::-1] <= lowest"),
    "the highest error": ("errors.min(axis=0)", "np.where(np.isinf(errors), -1, errors).max(axis=0)"),
    "the first that is possible": ("lowest * (1", "1e9 * (1"),
}


@pytest.mark.parametrize("bug", BEST_BUGS)
def test_a_buggy_choice_is_caught(bug, monkeypatch):
    monkeypatch.setattr(search._Neighbours, "_best", with_bug(search._Neighbours._best, *BEST_BUGS[bug]))
    with pytest.raises(AssertionError):
        check_ties() if "equals" in bug else check_greedy()


def test_ties_left_to_rounding_are_caught(monkeypatch):
    monkeypatch.setattr(search, "TIE", 0)
    with pytest.raises(AssertionError):
        check_ties()


def test_sentences_of_a_batch_confused_are_caught():
    wrong = with_bug(search.greedy_trees, "trees[step, working]", "trees[step, : len(working)]")
    with pytest.raises(AssertionError):
        check_ties(wrong)


LEVEL_BUGS = {
    "children not looked up": ("__init__", "row[trees[self.step, b], b[:, None]]", "trees[self.step, b]"),
    "children of the next sentence": ("__init__", "b[:, None]]", "b[:, None] - 1]"),
    "not in order of height": ("__init__", "np.argsort(height[node, sentence]", "np.argsort(node"),
    "steps counted from the longest sentence": ("__init__", "parent - lengths[b]", "parent - lengths.max()"),
    "a word too few under each node": ("leaf_counts", ".sum(axis=1)", ".max(axis=1)"),
    "padded at another sentence": ("padded", "self.sentence), self.shape", "self.sentence[::-1]), self.shape"),
}


@pytest.mark.parametrize("bug", LEVEL_BUGS)
def test_buggy_levels_are_caught(bug):
    with pytest.raises((AssertionError, IndexError)):
        for seed in range(5):
            check_levels(subclass_with_bug(Levels, *LEVEL_BUGS[bug]), seed)


CONSTRUCTOR_BUGS = {
    "a chain from the wrong end": ("left", left_to_right, "step + 1]", "n - 1 - step]"),
    "the first step like the others": ("left", left_to_right, "np.where(step, n + step - 1, 0)", "n + step - 1"),
    "the state on the left": ("right", right_to_left, "[n - 2 - step, n - 1 + step]", "[n - 1 + step, n - 2 - step]"),
    "the next word for the last": ("right", right_to_left, "n - 2 - step", "step"),
    "the odd one lost": ("middle", balanced, "nodes[2 * len(pairs) :]", "()"),
    "pairs numbered afresh at each level": ("middle", balanced, "n + len(merges)", "n"),
}


@pytest.mark.parametrize("bug", CONSTRUCTOR_BUGS)
def test_a_buggy_constructor_is_caught(bug):
    name, constructor, right, wrong = CONSTRUCTOR_BUGS[bug]
    with pytest.raises((AssertionError, ValueError, IndexError)):
        check_constructors(**{name: with_bug(constructor, right, wrong)})


WELLFORMED_BUGS = {
    "a parent may be its own child": ("trees >= made[..., None]", "trees > made[..., None]"),
    "negative nodes pass": ("(trees < 0) | ", ""),
    "repeated nodes pass": ("> 1)", "> 9)"),
    "children may come later": ("trees >= made[..., None]", "trees >= 2 * lengths - 2"),
}


@pytest.mark.parametrize("bug", WELLFORMED_BUGS)
def test_a_check_of_trees_that_lets_errors_through_is_caught(bug, monkeypatch):
    monkeypatch.setattr(wellformed, "_problem", with_bug(wellformed._problem, *WELLFORMED_BUGS[bug]))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check_wellformed(require_tree)
