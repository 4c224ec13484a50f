"""A seed where a generator belongs, the commonest slip with these functions, is named by each of them."""

import inspect

import numpy as np
import pytest

from rnncourse import data
from rnncourse.data import tasks

SERIES = np.arange(9.0)
CALLS = {
    "BracketSource.sample": lambda rng: data.BracketSource().sample(T=3, B=2, rng=rng),
    "MarkovSource.random": lambda rng: data.MarkovSource.random(rng),
    "MarkovSource.sample": lambda rng: data.MarkovSource(np.full((2, 2), 0.5)).sample(T=3, B=2, rng=rng),
    "adding": lambda rng: data.adding(T=4, B=2, rng=rng),
    "agreement_sentences": lambda rng: data.agreement_sentences(2, rng),
    "captioned_images": lambda rng: data.captioned_images(2, rng),
    "copy_memory": lambda rng: data.copy_memory(blanks=3, B=2, rng=rng),
    "dates": lambda rng: data.dates(2, rng),
    "digit_images": lambda rng: data.digit_images(2, rng),
    "digit_vectors": lambda rng: data.digit_vectors(2, rng),
    "everyday": lambda rng: data.everyday(2, rng),
    "first_token": lambda rng: data.first_token(T=3, B=2, rng=rng),
    "intensifiers": lambda rng: data.intensifiers(2, rng),
    "random_windows": lambda rng: data.random_windows(SERIES, T=3, B=2, rng=rng),
    "reviews": lambda rng: data.reviews(8, rng),
    "same_coin": lambda rng: data.same_coin(T=3, B=2, rng=rng),
    "say_it_back": lambda rng: data.say_it_back(2, rng),
    "sentiment_trees": lambda rng: data.sentiment_trees(2, rng, depths=[1]),
    "speakers": lambda rng: data.speakers(2, rng, distances=[6]),
    "stories": lambda rng: data.stories(2, rng, distances=[6]),
    "traffic": lambda rng: data.traffic(1, rng),
    "translations": lambda rng: data.translations(2, rng),
}


def takers(thing, name):
    """The functions that take an rng: the thing itself, or the public methods of a class."""
    if inspect.isclass(thing):
        methods = inspect.getmembers(thing, inspect.isroutine)
        return [
            found for key, method in methods if not key.startswith("_") for found in takers(method, f"{name}.{key}")
        ]
    return [name] if inspect.isroutine(thing) and "rng" in inspect.signature(thing).parameters else []


def test_every_function_with_an_rng_is_here():
    named = [name for key in tasks.__all__ for name in takers(getattr(tasks, key), key)]
    assert sorted(named) == sorted(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_seed_is_refused_and_a_generator_taken(name):
    CALLS[name](np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"^rng: expected a generator such as np.random.default_rng\(0\), got 0$"):
        CALLS[name](0)
