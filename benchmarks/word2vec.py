"""Our skip-gram with negative sampling against gensim's: seconds a pair, and what the vectors are worth.

The text is generated: words with Zipf's frequencies, each of one topic, and sentences that draw a share of their words
from one topic and the rest from all. Purity is the share of the 10 nearest neighbours that have the word's own topic,
over the most frequent words; by chance it is 1 / topics. The share is so small that neither side reaches 1.

Same text, sizes, dynamic window, negatives and epochs; float32, one thread, no dropping of frequent words. Each side
has the learning rate that was best for it among those tried with these sizes: for gensim from 0.06 to 0.1 falling to
0.0001, from 0.025 to 0.05 constant, and two that fell part of the way; for ours from 0.1 to 0.4. Our pairs are counted
as they are trained, gensim's are the expectation of the same window: distance k is within reach with chance
(window - k + 1) / window. Both start anew in each round; the words are counted for gensim beforehand.
`gensim / ours` above 1 means that ours is faster.
"""

from collections import Counter
from functools import partial
from itertools import chain

import numpy as np
from gensim.models import Word2Vec

from benchmarks.timing import interleaved, ratio
from rnncourse.scratch.word2vec import neighbours, train_skipgram

SENTENCE, OWN_SHARE = 20, 0.3
SETTINGS = {"window": 5, "negatives": 5, "epochs": 3}
OUR_RATE, GENSIM_RATES = 0.2, (0.075, 0.0001)


def run(quick):
    """One row for each seed of text and training: the ratio with its quartiles, speed and purity of both."""
    if quick:
        sizes = {"vocabulary": 60, "topics": 3, "sentences": 100, "embedding": 8, "frequent": 30}
    else:
        sizes = {"vocabulary": 10_000, "topics": 50, "sentences": 20_000, "embedding": 100, "frequent": 1000}
    rows = [measure(seed, sizes, rounds=2 if quick else 3) for seed in range(2 if quick else 3)]
    return {"sizes": sizes | {"sentence": SENTENCE} | SETTINGS, "rows": rows, "summary": summary(rows)}


def summary(rows):
    """Medians of the speeds, means of the purities."""
    speeds = ("gensim / ours", "ours pairs/s", "gensim pairs/s")
    medians = {key: float(np.median([row[key] for row in rows])) for key in speeds}
    return medians | {key: float(np.mean([row[key] for row in rows])) for key in ("ours purity", "gensim purity")}


def measure(seed, sizes, rounds):
    """Train both in turn on one text, and judge what each learned in its last round."""
    text, topics = generate(np.random.default_rng(seed), sizes)
    learned, words = {}, [[str(word) for word in sentence] for sentence in text]
    contenders = {
        "ours": partial(our_training, list(text), sizes, seed, learned),
        "gensim": partial(gensim_training, words, Counter(chain(*words)), sizes, seed, learned),
    }
    times = interleaved(contenders, rounds)
    a_pair = {name: seconds / learned[name]["pairs"] for name, seconds in times.items()}
    median, low, high = ratio(a_pair, "gensim", "ours")
    row = {"seed": seed, "gensim / ours": median, "low": low, "high": high}
    row |= {f"{name} pairs/s": float(1 / np.median(seconds)) for name, seconds in a_pair.items()}
    frequent = np.argsort(-np.bincount(text.ravel(), minlength=sizes["vocabulary"]), kind="stable")[: sizes["frequent"]]
    return row | {f"{name} purity": purity(learned[name]["table"][frequent], topics[frequent]) for name in contenders}


def generate(rng, sizes):
    """The text (sentences, words) and the topic of each word (V,)."""
    V = sizes["vocabulary"]
    chances = 1 / np.arange(1, V + 1) ** 0.9
    topics = rng.integers(sizes["topics"], size=V)
    text = rng.choice(V, (sizes["sentences"], SENTENCE), p=chances / chances.sum())
    topic_of_sentence = rng.integers(sizes["topics"], size=(len(text), 1))
    is_own = rng.random(text.shape) < OWN_SHARE
    for topic in range(sizes["topics"]):
        places = is_own & (topic_of_sentence == topic)
        own_chances = chances * (topics == topic)
        text[places] = rng.choice(V, places.sum(), p=own_chances / own_chances.sum())
    return text, topics


def our_training(sentences, sizes, seed, learned):
    """Train, and leave the vectors and the number of pairs in ``learned``."""
    rng = np.random.default_rng(seed)
    trained = train_skipgram(
        sentences, sizes["vocabulary"], sizes["embedding"], rng, learning_rate=OUR_RATE, **SETTINGS
    )
    learned["ours"] = {"table": trained.input_table, "pairs": sum(trained.pairs)}


def gensim_training(sentences, frequencies, sizes, seed, learned):
    """The same by gensim, whose words are strings and who is told how often each occurs."""
    alpha, min_alpha = GENSIM_RATES
    window, epochs = SETTINGS["window"], SETTINGS["epochs"]
    model = Word2Vec(
        vector_size=sizes["embedding"],
        window=window,
        negative=SETTINGS["negatives"],
        alpha=alpha,
        min_alpha=min_alpha,
        sg=1,
        sample=0,
        min_count=1,
        workers=1,
        seed=seed,
    )
    model.build_vocab_from_freq(frequencies)
    model.train(sentences, total_examples=len(sentences), epochs=epochs)
    table = np.zeros((sizes["vocabulary"], sizes["embedding"]), np.float32)
    table[np.array(model.wv.index_to_key, dtype=int)] = model.wv.vectors
    reached = sum((window - k + 1) / window * 2 * (SENTENCE - k) for k in range(1, window + 1))
    learned["gensim"] = {"table": table, "pairs": epochs * len(sentences) * reached}


def purity(table, topics, count=10):
    """The share of neighbours that have the word's topic; the table's rows are the words that count."""
    same = [topics[neighbours(table, word, count)[0]] == topics[word] for word in range(len(table))]
    return float(np.mean(same))
