"""The recursive networks of the package with given weights, and trees to run them on."""

from itertools import pairwise

import numpy as np

from rnncourse.exercises.networks import with_weights
from rnncourse.scratch.recursive import RecursiveAutoencoder, RecursiveNetwork, RecursiveTensorNetwork
from rnncourse.scratch.recursive.levels import Levels

_CLASSES = 2  # of a classifier that is not used


def some_tree(n):
    """A tree (n-1, 2) over n words, always the same for the same n: the places of its merges are drawn."""
    rng, row, merges = np.random.default_rng([n, 3]), list(range(n)), []
    while len(row) > 1:
        place = int(rng.integers(len(row) - 1))
        merges.append(row[place : place + 2])
        row[place : place + 2] = [n + len(merges) - 1]
    return np.array(merges, dtype=int).reshape(-1, 2)


def autoencoder(W_e, b_e, W_d=None, b_d=None):
    """The package's autoencoder with these weights, which counts words."""
    decoder = {} if W_d is None else {"W_d": W_d, "b_d": b_d}
    made = with_weights(RecursiveAutoencoder, len(b_e), _CLASSES, W_e=W_e, b_e=b_e, **decoder)
    made.weighted = True
    return made


def encoder_weights(rng, D):
    """Random W_e and b_e."""
    return {"W_e": rng.normal(size=(2 * D, D)) / np.sqrt(2), "b_e": rng.normal(size=D)}


def decoder_weights(rng, D):
    """Random W_d and b_d."""
    return {"W_d": rng.normal(size=(D, 2 * D)), "b_d": rng.normal(size=2 * D)}


def plain_network(W, b):
    """The package's recursive network with these weights."""
    return with_weights(RecursiveNetwork, len(b), _CLASSES, W=W, b=b)


def tensor_network(V, W, b):
    """The package's tensor network with these weights."""
    return with_weights(RecursiveTensorNetwork, len(b), _CLASSES, V=V, W=W, b=b)


def all_nodes(network, x, merges):
    """The vectors of all nodes (2n-1, D) of one sentence."""
    return network.forward(x[:, None], np.array([len(x)]), merges[:, None])[0][:, 0]


def backwards(network, dnodes, nodes, merges):
    """dx (n, D) of one sentence, for the nodes that were handed in; the weights' gradients are in ``network.grads``."""
    levels = Levels(merges[:, None], np.array([len(merges) + 1]))
    rows, words = nodes[levels.node], levels.words
    caches = []
    for first, end in pairwise(levels.ends):
        children = rows[levels.children[first - words : end - words]]
        caches.append((children.reshape(end - first, -1), rows[first:end]))
    return network.descend(dnodes[levels.node], levels, caches)[:, 0]
