"""Real data sets, each one call away: ``load("names")``.

What is not on this machine is fetched from an address that names a commit, with a progress bar, and kept in the user's
cache once its SHA-256 was right. Without network: let the environment variable RNNCOURSE_DATA name a folder that holds
the files. On the command line: ``rnncourse data list | show | fetch | verify``.
"""

from rnncourse.data.real import store
from rnncourse.data.real.registry import DATASETS, DataSet, File, find
from rnncourse.data.real.store import DataUnavailable, Unreachable

__all__ = ["DATASETS", "DataSet", "DataUnavailable", "File", "Unreachable", "find", "is_here", "load"]


def load(name):
    """Return the real data set of this name, fetched first if it is not here.

    ``tiny_shakespeare`` is a string and ``names`` a list of strings. ``sentence_polarity`` has ``train``,
    ``validation`` and ``test``, each with ``sentences`` (lists of words) and ``labels``. ``pems_flow`` has ``train``
    and ``test``, and each of these, like ``nyc_taxi``, has ``times`` and ``counts``. ``english_french`` has ``pairs``
    of ``english`` and ``french`` (lists of words) and the ``attribution`` that its licence asks for.
    ``word_similarity`` is a dictionary of lists of ``(first, second, score)``, and ``word_analogies`` of lists of four
    words. See :mod:`rnncourse.data.real.parse` for details, and ``DATASETS`` for licences and citations.

    An unknown name is a ``ValueError``; a set that is neither here nor can be fetched is :class:`DataUnavailable`.
    """
    dataset = find(name)
    return dataset.parse(*store.contents(dataset))


def is_here(name):
    """Whether the data set of this name is on this machine, complete and intact."""
    return store.is_here(find(name))
