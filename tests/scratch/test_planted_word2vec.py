"""The checks of word2vec, checked: each classic mistake, planted alone in our source, fails its check."""

import pytest

from rnncourse.scratch import word2vec
from rnncourse.scratch.word2vec import corpus, frequency, losses, models, similarity, training

from .planting import subclass_with_bug, with_bug
from .test_word2vec import check_adds, check_combination
from .test_word2vec_corpus import check_cbow_examples, check_keep, check_noise, check_skipgram_pairs
from .test_word2vec_similarity import check_analogy, check_neighbours
from .test_word2vec_training import check_adagrad, check_block, check_training

SOFTMAX, SAMPLING, NCE = losses.FullSoftmax, losses.NegativeSampling, losses.NoiseContrastiveEstimation
LOSS_BUGS = {
    "softmax: gradient overwritten": (SOFTMAX, "backward", 'self.grads["W"] +=', 'self.grads["W"] ='),
    "softmax: weights moved by themselves": (SOFTMAX, "backward", "dscores.T @ hidden", "dscores.T @ (hidden + 1)"),
    "sampling: words that repeat move once": (
        SAMPLING,
        "backward",
        'np.add.at(self.grads["W"], words, dscores[..., None] * hidden[:, None])',
        'self.grads["W"][words] += dscores[..., None] * hidden[:, None]',
    ),
    "sampling: the batch's sum for its mean": (SAMPLING, "backward", "(cache, 1 / len(hidden))", "(cache)"),
    "sampling: no gradient through the negatives": (
        SAMPLING,
        "backward",
        '"nk,nkd->nd", dscores, self.W[words]',
        '"nk,nkd->nd", dscores[:, :1], self.W[words[:, :1]]',
    ),
    "sampling: negatives taken for positives": (SAMPLING, "forward", "labels[:, 0] = 1", "labels[:] = 1"),
    "sampling: the last negative for the target": (SAMPLING, "forward", "labels[:, 0] = 1", "labels[:, -1] = 1"),
    "sampling: a mean over the words": (SAMPLING, "forward", "total / len(hidden)", "total / words.size"),
    "NCE: k forgotten": (NCE, "_shift", "np.log(K * probabilities)", "np.log(probabilities)"),
    "NCE: k of all words": (NCE, "_shift", "words.shape[1] - 1", "words.shape[1]"),
    "NCE: noise added": (NCE, "_shift", "np.log(K", "-np.log(K"),
    "NCE: no logarithm": (NCE, "_shift", "np.log(K * probabilities)", "K * probabilities"),
}


@pytest.mark.parametrize("bug", LOSS_BUGS)
def test_a_buggy_loss_is_caught(bug):
    buggy = subclass_with_bug(*LOSS_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        for model_class in (models.SkipGram, models.CBOW):
            check_combination(model_class, buggy)
            check_adds(model_class, buggy)


MODEL_BUGS = {
    "a sum for the mean": ("forward", "(mask / mask.sum(axis=1, keepdims=True))", "mask"),
    "a mean over the padding": ("forward", "mask.sum(axis=1, keepdims=True)", "mask.shape[1]"),
    "the mask ignored": ("forward", "(mask / mask.sum(axis=1, keepdims=True))", "(0 * mask + 1 / mask.shape[1])"),
    "words that repeat move once": (
        "backward",
        'np.add.at(self.grads["W"], contexts, shares[..., None] * dhidden[:, None])',
        'self.grads["W"][contexts] += shares[..., None] * dhidden[:, None]',
    ),
    "the whole gradient to each word, as in word2vec's program": (
        "backward",
        "shares[..., None] * dhidden",
        "(shares > 0)[..., None] * dhidden",
    ),
}


@pytest.mark.parametrize("bug", MODEL_BUGS)
def test_a_buggy_cbow_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        for shape in ((4, 7, 3, 2, 5), (6, 3, 4, 5, 2)):
            check_combination(subclass_with_bug(models.CBOW, *MODEL_BUGS[bug]), losses.NegativeSampling, shape)


LISTS = [[0, 1, 2, 3, 4, 5], [1], [], [2, 2, 3], [4, 0]]
CORPUS_BUGS = {
    "over the borders of sentences, to the left": (
        "context_reach",
        "np.minimum(reach, position - starts)",
        "reach + 0 * starts",
    ),
    "over the borders of sentences, to the right": (
        "context_reach",
        "np.minimum(reach, ends - 1 - position)",
        "np.minimum(reach, len(ends) - 1 - position)",
    ),
    "the last word has no left": ("context_reach", "position - starts)", "position - starts - 1)"),
    "the first word of the next sentence": ("context_reach", "ends - 1 - position", "ends - position"),
    "window one too small": ("context_reach", "rng.integers(1, window + 1,", "rng.integers(1, window,"),
    "a reach of 0": ("context_reach", "rng.integers(1, window + 1,", "rng.integers(0, window + 1,"),
    "the fixed window ignored": ("context_reach", "window if rng is None", "1 if rng is None"),
    "a word is its own context": (
        "_contexts",
        "np.delete(np.arange(-window, window + 1), window)",
        "np.delete(np.arange(-window, window + 1), 0)",
    ),
    "contexts around the wrong end": ("_contexts", "[:, None] + offsets", "[:, None] - offsets"),
    "left and right exchanged": ("_contexts", "left, right = context_reach", "right, left = context_reach"),
    "padding not 0": (
        "_contexts",
        'np.where(mask, tokens.take(positions, mode="clip"), 0)',
        'tokens.take(positions, mode="clip")',
    ),
}


@pytest.mark.parametrize("bug", CORPUS_BUGS)
def test_buggy_examples_are_caught(bug, monkeypatch):
    name, right, wrong = CORPUS_BUGS[bug]
    monkeypatch.setattr(corpus, name, with_bug(getattr(corpus, name), right, wrong))
    with pytest.raises(AssertionError, match="double loop|padding"):
        for seed in (None, 1, 2):
            check_cbow_examples(LISTS, 3, seed)


def test_pairs_the_wrong_way_round_are_caught():
    wrong = with_bug(
        corpus.skipgram_pairs,
        "np.repeat(tokens, mask.sum(axis=1)), contexts[mask]",
        "contexts[mask], np.repeat(tokens, mask.sum(axis=1))[::-1]",
    )
    with pytest.raises(AssertionError, match="double loop"):
        check_skipgram_pairs(LISTS, 2, 3, wrong)


FREQUENCY_BUGS = {
    "the probability to drop": ("np.sqrt(threshold / share)", "1 - np.sqrt(threshold / share)"),
    "the C program's formula": ("np.sqrt(threshold / share)", "np.sqrt(threshold / share) + threshold / share"),
    "no square root": ("np.sqrt(threshold / share)", "threshold / share"),
    "counts for shares": ("counts / counts.sum()", "counts"),
}


@pytest.mark.parametrize("bug", FREQUENCY_BUGS)
def test_a_buggy_subsampling_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        check_keep(with_bug(frequency.keep_probabilities, *FREQUENCY_BUGS[bug]))


NOISE_BUGS = {
    "the words' own frequencies": ("__init__", "counts**0.75", "counts**1.0"),
    "all words alike": ("__init__", "counts**0.75", "(counts > 0) * 1.0"),
    "one word too far": ("draw", "np.searchsorted(", "1 + np.searchsorted("),
    "words of count 0": ("__init__", "np.cumsum(weights)", "np.cumsum(weights + 1)"),
}


@pytest.mark.parametrize("bug", NOISE_BUGS)
def test_buggy_noise_is_caught(bug):
    with pytest.raises(AssertionError, match="distribution|count 0"):
        check_noise(subclass_with_bug(frequency.NoiseSampler, *NOISE_BUGS[bug]))


BLOCK_BUGS = {
    "noise not weighed": ("block_loss", "(negatives / noise.shape[1])", "1.0"),
    "noise of every position alike": ("block_loss", "(left + right) *", "(0 * left + 1) *"),
    "the weight left out of the loss": ("block_loss", "(weights * noise_losses).sum()", "noise_losses.sum()"),
    "pairs outside the band": ("block_loss", "-slopes * in_band", "-slopes"),
    "losses outside the band": ("block_loss", "losses.sum(where=in_band)", "losses.sum()"),
    "sign of the positives": ("block_loss", "dscores = -slopes", "dscores = slopes"),
    "slope at the other sign": ("block_loss", "_softplus(-(chunks @ around_T))", "_softplus(chunks @ around_T)"),
    "noise does not move the centres": ("block_loss", "+ (noise_dscores @ noise).reshape(P, D)", ""),
    "a word is its own context": ("_pairs", "& (offsets != 0)", ""),
    "left and right exchanged": (
        "_pairs",
        "(-left <= offsets) & (offsets <= right)",
        "(-right <= offsets) & (offsets <= left)",
    ),
    "reach one too short": ("_pairs", "(offsets <= right)", "(offsets < right)"),
    "overlaps overwritten": ("_add_overlaps", "+= pieces[:, chunk:]", "= pieces[:, chunk:]"),
    "overlaps dropped": ("_add_overlaps", "total[1:, : 2 * window] += pieces[:, chunk:]", "pass"),
}


@pytest.mark.parametrize("bug", BLOCK_BUGS)
def test_a_buggy_block_is_caught(bug, monkeypatch):
    name, right, wrong = BLOCK_BUGS[bug]
    monkeypatch.setattr(training, name, with_bug(getattr(training, name), right, wrong))
    with pytest.raises(AssertionError, match="relative error"):
        check_block()


ROW_BUGS = {
    "words that repeat move by their last row": (
        "sums[word_of_rest[run_starts]] +=",
        "sums[word_of_rest[run_starts]] =",
    ),
    "a third row of a word lost": (
        "np.add.reduceat(rows[order[~is_first]], run_starts, axis=0)",
        "rows[order[~is_first]][run_starts]",
    ),
}


@pytest.mark.parametrize("bug", ROW_BUGS)
def test_buggy_sums_of_rows_are_caught(bug, monkeypatch):
    monkeypatch.setattr(training, "_sum_by_word", with_bug(training._sum_by_word, *ROW_BUGS[bug]))
    with pytest.raises(AssertionError, match="relative error"):
        check_adagrad()


ADAGRAD_BUGS = {
    "no memory": ("step", "self.squares[words] +=", "self.squares[words] ="),
    "no root": ("step", "np.sqrt(self.squares[words])", "self.squares[words]"),
    "the gradient for its square": ("step", "gradients, gradients)", "gradients, 1 + 0 * gradients)"),
    "rows not summed": ("step", "words, gradients = _sum_by_word(words, gradients)", "pass"),
    "uphill": ("step", "self.table[words] -=", "self.table[words] +="),
}


@pytest.mark.parametrize("bug", ADAGRAD_BUGS)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_buggy_adagrad_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        check_adagrad(subclass_with_bug(training.RowAdagrad, *ADAGRAD_BUGS[bug]))


TRAINING_BUGS = {
    "tables exchanged": ("self.inputs.table[centres]", "self.outputs.table[centres]"),
    "centres shifted by one": ("[window : window + P]", "[window - 1 : window + P - 1]"),
    "noise never moves": (
        "np.append(block.tokens, noise), np.concatenate([daround, dnoise.reshape(-1, D)])",
        "block.tokens, daround",
    ),
    "inputs never move": ("self.inputs.step(centres, dcentres)", "pass"),
    "inputs moved by the outputs' gradient": (
        "self.inputs.step(centres, dcentres)",
        "self.inputs.step(block.tokens, daround)",
    ),
}


@pytest.mark.parametrize("bug", TRAINING_BUGS)
def test_a_buggy_step_is_caught(bug, monkeypatch):
    step = with_bug(training.SkipGramTrainer.step, *TRAINING_BUGS[bug])
    monkeypatch.setattr(training.SkipGramTrainer, "step", step)
    with pytest.raises(AssertionError, match="relative error"):
        check_training()


EPOCH_BUGS = {
    "one reach for all epochs": ("context_reach(lengths, window, rng)", "context_reach(lengths, window)"),
    "the text never thinned": ("sentences if keep is None else subsample(sentences, keep, rng)", "sentences"),
    "a last loss for the mean": ("losses.append(sum(", "losses.append(max("),
}


@pytest.mark.parametrize("bug", EPOCH_BUGS)
def test_a_buggy_epoch_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error|number of pairs"):
        check_training(0.02, train_skipgram=with_bug(word2vec.train_skipgram, *EPOCH_BUGS[bug]))


SIMILARITY_BUGS = {
    "dot products for cosines": (check_neighbours, "_nearest", "_unit_rows(table[candidates])", "table[candidates]"),
    "the farthest": (check_neighbours, "_nearest", "np.argsort(-cosines", "np.argsort(cosines"),
    "the word itself": (
        check_neighbours,
        "_nearest",
        "np.delete(np.arange(len(table)), excluded)",
        "np.arange(len(table))",
    ),
    "places for words": (check_neighbours, "_nearest", "candidates[best], ", "best, "),
    "query words among the answers": (
        check_analogy,
        "_nearest",
        "np.delete(np.arange(len(table)), excluded)",
        "np.arange(len(table))",
    ),
    "a - b + c": (check_analogy, "analogy", "unit_b - unit_a", "unit_a - unit_b"),
    "lengths not removed": (check_analogy, "analogy", "_unit_rows(table[words])", "table[words]"),
}


@pytest.mark.parametrize("bug", SIMILARITY_BUGS)
def test_a_buggy_similarity_is_caught(bug, monkeypatch):
    check, name, right, wrong = SIMILARITY_BUGS[bug]
    monkeypatch.setattr(similarity, name, with_bug(getattr(similarity, name), right, wrong))
    question = {check_neighbours: "neighbours", check_analogy: "analogy"}[check]
    with pytest.raises(AssertionError, match="not the|relative error"):
        check(**{question: getattr(similarity, question)})
