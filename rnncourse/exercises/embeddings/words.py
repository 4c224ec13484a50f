"""The words that the functions of this chapter are tried on."""

import numpy as np


def random_words(rng, shape, vocabulary_size):
    """Ids of this shape. Which places hold the same word depends on the shape alone; which word it is, on chance.

    So a function that goes wrong where words repeat goes wrong on the same inputs whatever the seed.
    """
    places = np.random.default_rng([*shape, vocabulary_size]).integers(vocabulary_size, size=shape)
    return rng.permutation(vocabulary_size)[places]
