"""Settings of pytest for the whole project."""

import os

os.environ["TQDM_DISABLE"] = "1"  # a progress bar is no output to compare; the kernels of nbval inherit this

# Notebooks among the tests are material of those tests, not notebooks to run.
collect_ignore_glob = ["tests/*.ipynb"]

PICTURES = ("text/html", "image/svg+xml")


def pytest_itemcollected(item):
    """Let nbval compare the words of an output and not its picture.

    The stored notebooks keep a figure's text/plain, which is its alt text, and drop the picture to stay small.
    """
    skipped = getattr(item.parent, "skip_compare", None)  # only a notebook of nbval has it
    if skipped is not None:
        item.parent.skip_compare = tuple(dict.fromkeys((*skipped, *PICTURES)))
