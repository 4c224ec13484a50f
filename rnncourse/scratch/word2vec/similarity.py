"""Questions to a table of word vectors: which words are near, and what completes an analogy."""

import numpy as np

from rnncourse.scratch.validate import require_array, require_float, require_indices, require_size


def neighbours(table, query, count):
    """The ``count`` words of the table (V, D) with the greatest cosine to the query, the nearest first.

    The query is a word's index, which is then left out, or a vector (D,), which leaves none out. Returns
    ``(words, cosines)``, both (count,). A row of zeros has cosine 0 to everything; as a query it is a ``ValueError``.
    """
    _require_table(table)
    if isinstance(query, np.ndarray) and query.ndim == 1:
        require_array("query", query, table.shape[1:], table.dtype)
        return _nearest(table, query, count, [])
    query = _word(table, "query", query)
    return _nearest(table, table[query], count, [query])


def analogy(table, a, b, c, count=1):
    """``a`` is to ``b`` as ``c`` is to what? The words with the greatest cosine to ``b - a + c``, except these three.

    The vectors are scaled to length 1 before they are added (3CosAdd: Levy and Goldberg 2014, *Linguistic regularities
    in sparse and explicit word representations*; the idea is from Mikolov, Yih and Zweig 2013). a, b and c
    are indices of the table (V, D). Returns ``(words, cosines)``, both (count,), the best first.
    """
    _require_table(table)
    words = [_word(table, name, word) for name, word in (("a", a), ("b", b), ("c", c))]
    unit_a, unit_b, unit_c = _unit_rows(table[words])
    return _nearest(table, unit_b - unit_a + unit_c, count, words)


def _nearest(table, query, count, excluded):
    require_size("count", count)
    candidates = np.delete(np.arange(len(table)), excluded)
    if count > len(candidates):
        raise ValueError(f"count: expected at most the {len(candidates)} other words, got {count}")
    if not np.isfinite(query).all() or not query.any():
        raise ValueError("query: expected a finite vector that is not zero, got one without a direction")
    cosines = _unit_rows(table[candidates]) @ _unit_rows(query[None])[0]
    best = np.argsort(-cosines, kind="stable")[:count]
    return candidates[best], cosines[best]


def _unit_rows(table):
    """Each row divided by its length; zeros stay zeros."""
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.where(lengths > 0, lengths, 1)


def _require_table(table):
    require_float("table", table)
    require_array("table", table, ("V", "D"))
    if not np.isfinite(table).all():
        raise ValueError("table: expected finite numbers, got NaN or infinity")


def _word(table, name, word):
    require_indices(name, np.asarray(word), len(table))
    require_array(name, np.asarray(word), ())
    return int(word)
