"""Mistakes planted in encoder-decoders, search and BLEU, one at a time; each is caught by the checks of its topic."""

from types import SimpleNamespace

import pytest

from rnncourse.scratch import seq2seq
from rnncourse.scratch.seq2seq import bleu, rows, scheduled, search, tokens

from . import test_seq2seq, test_seq2seq_bleu, test_seq2seq_oracle, test_seq2seq_search, test_seq2seq_tokens
from . import test_seq2seq_training as training
from .planting import subclass_with_bug, with_bug

BOTH, DEEP, VECTORS = "both directions, additive", "deep, general", "vectors, LSTM to GRU, scaled"
BAHDANAU = "Bahdanau, LSTM, general"

MODEL_BUGS = {
    "mask ignored": (BOTH, "EncoderDecoder", "encode", "np.arange(len(memory))[:, None] < lengths", "None"),
    "mask one step too long": (BOTH, "EncoderDecoder", "encode", "[:, None] < lengths", "[:, None] <= lengths"),
    "lengths not told to the layer": ("LSTM", "Encoder", "forward", "lengths=lengths", ""),
    "padding read by both directions": (BOTH, "Encoder", "forward", "lengths=lengths", ""),
    "state not handed over": ("LSTM", "Decoder", "forward", "self.layer.forward(x, state)", "self.layer.forward(x)"),
    "gradient of the encoder's last state dropped": (
        BOTH,
        "EncoderDecoder",
        "backward",
        "(dmemory, dstate, encoder_cache)",
        "(dmemory, None, encoder_cache)",
    ),
    "gradient of the encoder's outputs dropped": (
        BOTH,
        "EncoderDecoder",
        "backward",
        "(dmemory, dstate, encoder_cache)",
        "(None, dstate, encoder_cache)",
    ),
    "no slope of the bridge": (BOTH, "Bridge", "backward", "(1 - y**2) * ", ""),
    "no tanh on the bridge": (BOTH, "Bridge", "forward", "np.tanh(y, out=y)", "pass"),
    "gradient of the values only": (DEEP, "Decoder", "_attend_backward", "dkeys + dvalues", "dvalues"),
    "gradient of the keys only": (DEEP, "Decoder", "_attend_backward", "dkeys + dvalues", "dkeys"),
    "gradient of the query dropped": (DEEP, "Decoder", "_attend_backward", "dh + dquery", "dh"),
    "only the query": (DEEP, "Decoder", "_attend_backward", "dh + dquery", "dquery"),
    "state before context": (DEEP, "Decoder", "_attend", "[context, h]", "[h, context]"),
    "no tanh on h~": (DEEP, "Decoder", "_attend", "np.tanh(combined, out=combined)", "combined"),
    "no slope of h~": (DEEP, "Decoder", "_attend_backward", "(1 - read**2) * ", ""),
    "queries of the next step": (DEEP, "Decoder", "_attend", "forward(h, memory", "forward(h[::-1], memory"),
    "decoder's embedding overwritten": (
        "LSTM",
        "Decoder",
        "backward",
        "self.embedding.backward(dx, tokens)",
        "self.embedding.grads['W'][tokens] = dx",
    ),
    "decoder's embedding once a word": (
        "LSTM",
        "Decoder",
        "backward",
        "self.embedding.backward(dx, tokens)",
        "self.embedding.grads['W'][tokens] += dx",
    ),
    "decoder's embedding forgotten": ("LSTM", "Decoder", "backward", "self.embedding.backward(dx, tokens)", "pass"),
    "encoder's embedding once a word": (
        "LSTM",
        "Encoder",
        "backward",
        "return dx if tokens is None else self.embedding.backward(dx, tokens)",
        "self.embedding.grads['W'][tokens] += dx",
    ),
    "vectors' gradient dropped": (VECTORS, "Encoder", "backward", "dx if tokens is None", "0 * dx if tokens is None"),
    "context of the new state": (
        BAHDANAU,
        "BahdanauDecoder",
        "forward",
        "unpack(state)[0], memory, memory, mask)",
        "self.cell.forward(np.zeros((len(y_t), self.cell.input_size)), state)[0][0], memory, memory, mask)",
    ),
    "memory's gradient overwritten": (BAHDANAU, "BahdanauDecoder", "backward", "dmemory +=", "dmemory ="),
    "Bahdanau's query dropped": (BAHDANAU, "BahdanauDecoder", "backward", "dh = dh + dquery", "pass"),
    "read of the input dropped": (BAHDANAU, "BahdanauDecoder", "backward", "dx_t + dread[t, :, H:]", "dx_t"),
    "nothing sent back in time": (BAHDANAU, "BahdanauDecoder", "backward", "dh + dread[t, :, :H]", "dread[t, :, :H]"),
    "c not sent back in time": (
        BAHDANAU,
        "BahdanauDecoder",
        "backward",
        "dh, *dothers = unpack(dstate)",
        "dh, *_ = unpack(dstate)",
    ),
    "Bahdanau's mask ignored": (BAHDANAU, "BahdanauDecoder", "forward", "memory, memory, mask)", "memory, memory)"),
}


@pytest.mark.parametrize("bug", MODEL_BUGS)
def test_a_buggy_model_is_caught(bug):
    kind, name, *plant = MODEL_BUGS[bug]
    buggy = {name: subclass_with_bug(getattr(seq2seq, name), *plant)}
    with pytest.raises(AssertionError, match="relative error"):
        test_seq2seq_oracle.check_equals_torch(kind, **buggy)


STEP_BUGS = {
    "copies of the memory in another order": (
        "array.repeat(copies, axis=1)",
        "np.concatenate([array] * copies, axis=1)",
    ),
    "mask lost": (
        "self.decoder.forward(tokens[None], state, memory, mask)",
        "self.decoder.forward(tokens[None], state, memory)",
    ),
    "scores for log-probabilities": ("log_softmax(logits[0])", "logits[0]"),
    "state not carried": ("logits, _, state, _ =", "logits, _, _, _ ="),
}


@pytest.mark.parametrize("bug", STEP_BUGS)
def test_a_buggy_step_is_caught(bug):
    right, wrong = STEP_BUGS[bug]
    buggy = subclass_with_bug(seq2seq.EncoderDecoder, "start", right, wrong)
    with pytest.raises(AssertionError, match="relative error"):
        test_seq2seq.check_steps(BOTH, EncoderDecoder=buggy)


def test_a_returned_state_in_the_cache_is_caught(monkeypatch):
    monkeypatch.setattr(rows, "as_state", with_bug(rows.as_state, ".copy()", ""))
    monkeypatch.setattr("rnncourse.scratch.seq2seq.encoder.as_state", rows.as_state)
    with pytest.raises(AssertionError):
        test_seq2seq.test_the_first_state_is_not_part_of_the_cache()


SHIFT_BUGS = {
    "EOS missing": ("targets[lengths, np.arange(B)] = special.eos", "pass"),
    "EOS at the end of the batch": ("targets[lengths, np.arange(B)] = special.eos", "targets[-1] = special.eos"),
    "EOS in place of the last word": ("targets[lengths, np.arange(B)]", "targets[lengths - 1, np.arange(B)]"),
    "START missing": ("np.full((1, B), special.start)", "tokens[:1]"),
    "PAD for START": ("np.full((1, B), special.start)", "np.full((1, B), special.pad)"),
    "loss on padding": ("np.arange(T + 1)[:, None] <= lengths)", "np.ones((T + 1, B), bool))"),
    "no loss on EOS": ("[:, None] <= lengths)", "[:, None] < lengths)"),
    "the answer in the inputs": ("return TeacherForcing(inputs,", "return TeacherForcing(targets,"),
}


@pytest.mark.parametrize("bug", SHIFT_BUGS)
def test_a_buggy_shift_is_caught(bug):
    right, wrong = SHIFT_BUGS[bug]
    buggy = with_bug(tokens.teacher_forcing, right, wrong)
    with pytest.raises(AssertionError, match="assert"):
        test_seq2seq_tokens.check_shift(buggy)


def check_search(searches):
    """What test_seq2seq_search asks of greedy and beam search."""
    test_seq2seq_search.check_exhaustive(searches, longest=3)
    test_seq2seq_search.check_beam_of_one_is_greedy(searches)
    test_seq2seq_search.check_narrow_beam(searches)
    test_seq2seq_search.check_forbidden(searches)


PENALTY = "np.where(ends, self.scores, -np.inf) / length_penalty(self.length, self.alpha)"
BEAM_BUGS = {
    "tokens not re-ordered": ("extend", "np.take_along_axis(self.tokens, parents[:, :, None], axis=1)", "self.tokens"),
    "rows of the first source": ("extend", "+ K * np.arange(B)[:, None]", "+ 0 * np.arange(B)[:, None]"),
    "all places full at the start": ("__init__", "np.full((B, K), -np.inf)", "np.zeros((B, K))"),
    "scores not added up": ("extend", "self.scores[:, :, None] + log", "0 * self.scores.clip(-1)[:, :, None] + log"),
    "penalty on the length without EOS": ("finish", PENALTY, PENALTY.replace("self.length,", "self.length - 1,")),
    "penalty on the longest length": ("finish", PENALTY, PENALTY.replace("self.length,", "self.max_length,")),
    "no penalty": ("finish", PENALTY, "np.where(ends, self.scores, -np.inf)"),
    "multiplied by the penalty": ("finish", PENALTY, PENALTY.replace(" / ", " * ")),
    "finished hypotheses extended": ("finish", "self.scores[ends] = -np.inf", "pass"),
    "the first finished wins": ("finish", "better = scores > self.best_scores", "better = self.best_scores == -np.inf"),
    "the last finished wins": ("finish", "better = scores > self.best_scores", "better = scores > -np.inf"),
    "stops at the first end": ("finish", "reach <= self.best_scores", "self.best_scores > -np.inf"),
    "reach without the length": ("finish", "length_penalty(self.max_length, self.alpha)", "1"),
    "reach of the present length": ("finish", "length_penalty(self.max_length,", "length_penalty(self.length,"),
    "the unfinished at the end forgotten": ("finish", "| (self.length == self.max_length)", ""),
    "the worst kept": ("_take_best", "extensions.argmax", "extensions.argmin"),
    "the best kept K times": ("_take_best", "extensions[items, chosen[:, k]] = -np.inf", "pass"),
}


@pytest.mark.parametrize("bug", BEAM_BUGS)
def test_a_buggy_beam_is_caught(bug, monkeypatch):
    monkeypatch.setattr(search, "_Beam", subclass_with_bug(search._Beam, *BEAM_BUGS[bug]))
    with pytest.raises((AssertionError, IndexError), match="relative error|assert|out of bounds"):
        check_search(test_seq2seq_search.OURS)


SEARCH_BUGS = {
    "state not re-ordered": ("beam_search", "state = select_rows(state, parents)", "pass"),
    "sources and places mixed up": (
        "beam_search",
        "np.repeat(np.arange(B), beam_size)",
        "np.tile(np.arange(B), beam_size)",
    ),
    "PAD and START allowed": ("permit", "permitted[:, [special.pad, special.start]] = -np.inf", "pass"),
    "PAD allowed": ("permit", "[special.pad, special.start]", "[special.start]"),
    "START allowed": ("permit", "[special.pad, special.start]", "[special.pad]"),
    "greedy goes on after EOS": ("greedy_search", "running &= tokens != special.eos", "pass"),
    "what follows EOS is counted": (
        "greedy_search",
        "np.where(running, permitted[np.arange(B), tokens], 0)",
        "permitted.max(axis=1)",
    ),
    "the last word's score": ("greedy_search", "scores += np.where", "scores = np.where"),
    "greedy reads START for ever": ("greedy_search", "step(state, tokens)", "step(state, 0 * tokens + special.start)"),
    "greedy loses its state": ("greedy_search", "log_probabilities, state = step", "log_probabilities, _ = step"),
    "first of a source for all": ("_hypotheses", "row[:length] for row", "found[0][:length] for row"),
    "EOS for no end": ("_hypotheses", "lengths < found.shape[1]", "lengths <= found.shape[1]"),
}


@pytest.mark.parametrize("bug", SEARCH_BUGS)
def test_a_buggy_search_is_caught(bug, monkeypatch):
    name, *plant = SEARCH_BUGS[bug]
    monkeypatch.setattr(search, name, with_bug(getattr(search, name), *plant))
    buggy = SimpleNamespace(greedy_search=search.greedy_search, beam_search=search.beam_search)
    with pytest.raises(AssertionError, match="relative error|assert"):
        check_search(buggy)


SCHEDULED_BUGS = {
    "ratio the wrong way round": ("< ratio", ">= ratio"),
    "START replaced": ("mixed[t + 1] = np.where", "mixed[t] = np.where"),
    "words of the right inputs read": ("step(state, mixed[t])", "step(state, inputs[t])"),
    "state not carried": ("log_probabilities, state = step", "log_probabilities, _ = step"),
    "padding replaced": ("| (inputs == special.pad)", ""),
    "PAD and START said": ("permit(log_probabilities, inputs.shape[1], special)", "log_probabilities.copy()"),
    "one coin for all words": ("rng.random(inputs.shape)", "np.broadcast_to(rng.random(), inputs.shape)"),
    "drawn uniformly": ("scores += rng.gumbel", "scores = rng.gumbel"),
    "the least likely": ("scores.argmax(axis=1)", "scores.argmin(axis=1)"),
}


@pytest.mark.parametrize("bug", SCHEDULED_BUGS)
def test_a_buggy_mixture_is_caught(bug):
    buggy = with_bug(scheduled.scheduled_inputs, *SCHEDULED_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error|assert"):
        check_scheduled(buggy)


def check_scheduled(function):
    training.check_free_running(function)
    training.check_mixture(function)


BLEU_BUGS = {
    "not clipped": ("_matches", "found & allowed", "Counter({g: n for g, n in found.items() if g in allowed})"),
    "references added up": ("_matches", "allowed |= ", "allowed += "),
    "recall": ("_matches", ", found.total()", ", allowed.total()"),
    "no brevity penalty": ("corpus_bleu", "penalty * float(", "float("),
    "a bonus for length": ("corpus_bleu", "min(1.0, float(np.exp(1 - r / c)))", "float(np.exp(1 - r / c))"),
    "c / r for r / c": ("corpus_bleu", "np.exp(1 - r / c)", "np.exp(1 - c / r)"),
    "arithmetic mean": ("corpus_bleu", "float(np.exp(np.mean(np.log(precisions))))", "float(np.mean(precisions))"),
    "shortest reference": ("_nearest_length", "(abs(len(reference) - length), ", "(0, "),
    "longest reference": ("_nearest_length", "(abs(len(reference) - length), ", "(-len(reference), "),
    "the longer of two": (
        "_nearest_length",
        "len(reference)) for reference in references)[1]",
        "-len(reference)) for reference in references)[1] * -1",
    ),
    "smoothed": (
        "_matches",
        "(found & allowed).total(), found.total()",
        "(found & allowed).total() + 1, found.total() + 1",
    ),
    "n-grams with gaps": ("_ngrams", "sentence[i:] for i in range(n)", "sentence[2 * i :] for i in range(n)"),
    "words out of order": (
        "_ngrams",
        "Counter(zip(*(sentence[i:] for i in range(n)), strict=False))",
        "Counter(map(frozenset, zip(*(sentence[i:] for i in range(n)), strict=False)))",
    ),
}


@pytest.mark.parametrize("bug", BLEU_BUGS)
def test_a_buggy_bleu_is_caught(bug, monkeypatch):
    name, *plant = BLEU_BUGS[bug]
    monkeypatch.setattr(bleu, name, with_bug(getattr(bleu, name), *plant))
    with pytest.raises(AssertionError, match="relative error|assert"):
        check_bleu(bleu.corpus_bleu)


def check_bleu(function):
    test_seq2seq_bleu.check_published(function)
    test_seq2seq_bleu.check_by_hand(function)
    test_seq2seq_bleu.check_nearest_length(function)


def test_the_checks_pass_what_is_right():
    check_search(test_seq2seq_search.OURS)
    check_scheduled(scheduled.scheduled_inputs)
    check_bleu(bleu.corpus_bleu)
