"""Settings of pytest for the whole project."""

import os

os.environ["TQDM_DISABLE"] = "1"  # a progress bar is no output to compare; the kernels of nbval inherit this

# Notebooks among the tests are material of those tests, not notebooks to run.
collect_ignore_glob = ["tests/*.ipynb"]


class PlainWords:
    """Let nbval compare the plain words of an output and nothing else.

    The stored notebooks keep an output's text/plain, for a figure its alt text, and drop the rest to stay small.
    """

    NOT_STORED = ("text/html", "text/markdown", "image/svg+xml")

    @classmethod
    def pytest_itemcollected(cls, item):
        skipped = getattr(item.parent, "skip_compare", None)  # only a notebook of nbval has it
        if skipped is not None:
            item.parent.skip_compare = tuple(dict.fromkeys((*skipped, *cls.NOT_STORED)))


def pytest_configure(config):
    # As a plugin of its own it also sees notebooks outside the repository, which is where `make test` runs them.
    config.pluginmanager.register(PlainWords(), "plain-words")
