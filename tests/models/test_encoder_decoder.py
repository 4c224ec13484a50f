"""The encoder-decoder: against the one in NumPy, what must not matter, how it writes, and that it learns."""

import itertools

import numpy as np
import pytest
import torch
from scratch.planting import with_bug
from torch import nn
from torch.nn import functional

from rnncourse import scratch
from rnncourse.models import decoder as decoders
from rnncourse.models.decoder import EOS_ID, PAD_ID, START_ID, most_likely
from rnncourse.models.encoder_decoder import EncoderDecoder
from rnncourse.scratch import seq2seq
from rnncourse.scratch.convert import from_torch
from rnncourse.scratch.state import unpack

torch.set_num_threads(1)

ATTENTIONS = ("additive", "general", "dot", "scaled dot")
KINDS = [{}, *({"attention": a, "attend": w} for a, w in itertools.product(ATTENTIONS, ("after", "before")))]
OPTIONS = [
    kind | {"cell": cell, "bidirectional": both}
    for kind, (cell, both) in itertools.product(KINDS, [("GRU", False), ("LSTM", True), ("RNN", True)])
]
ADDITIVE = {"attention": "additive", "attend": "before", "bidirectional": True}
GENERAL = {"attention": "general", "bidirectional": True}
SOURCE_SIZE, TARGET_SIZE = 7, 6


def name_of(options):
    return " ".join(str(value) for value in options.values()) or "plain"


each_option = pytest.mark.parametrize("options", OPTIONS, ids=name_of)
each_kind = pytest.mark.parametrize("options", KINDS, ids=name_of)
ATTENDING = pytest.mark.parametrize("options", KINDS[1:], ids=name_of)


def build(options, sizes=(SOURCE_SIZE, TARGET_SIZE, 3, 4), seed=1):
    torch.manual_seed(seed)
    return EncoderDecoder(*sizes, **options).double()


def batch(S=5, B=3, T=4, seed=2):
    """Ragged sources (S, B), lengths with S among them, inputs (T, B) that begin with START."""
    generator = torch.Generator().manual_seed(seed)
    sources = torch.randint(3, SOURCE_SIZE, (S, B), generator=generator)
    lengths = torch.randint(1, S + 1, (B,), generator=generator)
    lengths[-1] = S
    sources[torch.arange(S)[:, None] >= lengths] = PAD_ID
    inputs = torch.randint(2, TARGET_SIZE, (T, B), generator=generator)
    inputs[0] = START_ID
    return sources, lengths, inputs


def assert_equal(found, expected, tolerance=1e-12):
    if expected is None:
        assert found is None
    else:
        torch.testing.assert_close(
            found, torch.tensor(expected) if isinstance(expected, np.ndarray) else expected, rtol=0, atol=tolerance
        )


# --- the same network in NumPy


def scratch_attention(ours):
    twin_class, parameters = getattr(scratch, type(ours).__name__), dict(ours.named_parameters())
    sizes = {"AdditiveAttention": (4, 4, 4), "GeneralAttention": (4, 4)}.get(twin_class.__name__)
    twin = twin_class(*sizes, np.random.default_rng()) if sizes else twin_class()
    for name, parameter in parameters.items():
        getattr(twin, name)[...] = parameter.detach().numpy()
    return twin


def scratch_cell(layer):
    """The scratch cell of one of torch's layers."""
    cell = getattr(nn, f"{type(layer).__name__}Cell")(layer.input_size, layer.hidden_size).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    return from_torch(cell)


def scratch_decoder(ours):
    embedding, rng = from_torch(ours.embedding), np.random.default_rng()
    attention = scratch_attention(ours.attention) if hasattr(ours, "attention") else None
    if isinstance(ours, decoders.BahdanauDecoder):
        twin = seq2seq.BahdanauDecoder(embedding, scratch_cell(ours.layer), attention, rng)
    else:
        twin = seq2seq.Decoder(embedding, from_torch(ours.layer), rng, attention)
    for name in ("readout", "combine"):
        if hasattr(ours, name):
            converted, layer = from_torch(getattr(ours, name)), getattr(twin, name)
            layer.W[...], layer.b[...] = converted.W, converted.b
    return twin


class Twin:
    """The whole model in NumPy: both directions' states side by side, and no bridge."""

    def __init__(self, ours):
        self.encoder = seq2seq.Encoder(from_torch(ours.encoder), from_torch(ours.embedding))
        self.decoder, self.directions = scratch_decoder(ours.decoder), 1 + ours.encoder.bidirectional

    def forward(self, sources, lengths, inputs):
        memory, state, self.encoder_cache = self.encoder.forward(sources, lengths)
        if self.directions == 2:
            state = self._map(state, lambda array: np.concatenate(list(array), axis=1))
        mask = np.arange(len(sources))[:, None] < lengths
        arguments = (memory, mask) if self.decoder.memory_size else ()
        logits, weights, _, self.decoder_cache = self.decoder.forward(inputs, state, *arguments)
        return logits, weights

    def backward(self, dlogits):
        dstate, dmemory = self.decoder.backward(dlogits, self.decoder_cache)
        if self.directions == 2:
            dstate = self._map(dstate, lambda array: np.stack(np.split(array, 2, axis=1)))
        self.encoder.backward(dmemory, dstate, self.encoder_cache)

    @staticmethod
    def _map(state, function):
        arrays = tuple(function(array) for array in unpack(state))
        return arrays if len(arrays) > 1 else arrays[0]


def check_equals_scratch(options):
    """Logits, weights and gradients, the latter of what stands first and last and in the middle."""
    ours, arguments = build(options), batch()
    twin = Twin(ours)
    logits, weights = ours(*arguments)
    expected_logits, expected_weights = twin.forward(*(a.numpy() for a in arguments))
    assert_equal(logits.detach(), expected_logits)
    assert_equal(None if weights is None else weights.detach(), expected_weights)
    dlogits = torch.randn(logits.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    logits.backward(dlogits)
    twin.backward(dlogits.numpy())
    gradients = {
        "embedding.weight": twin.encoder.embedding.grads["W"],
        "decoder.embedding.weight": twin.decoder.embedding.grads["W"],
        "decoder.readout.weight": twin.decoder.readout.grads["W"].T,
    }
    if options.get("attention"):
        grads = twin.decoder.attention.grads
        gradients |= {f"decoder.attention.{name}": grads[name] for name in grads}
    parameters = dict(ours.named_parameters())
    for name, gradient in gradients.items():
        assert_equal(parameters[name].grad, gradient)


@each_option
def test_equals_scratch(options):
    check_equals_scratch(options)


# --- what must not matter


def check_padding(options):
    """Each sentence of a ragged batch by itself, and other words where the padding is."""
    ours, (sources, lengths, inputs) = build(options), batch()
    logits, weights = ours(sources, lengths, inputs)
    for b, length in enumerate(lengths.tolist()):
        one, alignment = ours(sources[:length, b : b + 1], lengths[b : b + 1], inputs[:, b : b + 1])
        assert_equal(logits[:, b : b + 1], one)
        if weights is not None:
            assert_equal(weights[:, b : b + 1, :length], alignment)
            assert not weights[:, b, length:].any()
    hidden = torch.arange(len(sources))[:, None] >= lengths
    assert hidden.any()
    assert_equal(ours(torch.where(hidden, 5, sources), lengths, inputs)[0], logits, 0)


@each_option
def test_padding_changes_nothing(options):
    check_padding(options)


@ATTENDING
def test_weights_add_up_to_one(options):
    _, weights = build(options)(*batch())
    assert_equal(weights.sum(dim=2), torch.ones(4, 3, dtype=torch.float64))


@each_option
def test_all_steps_at_once_are_the_steps_one_by_one(options):
    ours, (sources, lengths, inputs) = build(options), batch()
    expected = ours(sources, lengths, inputs)
    state, memory = ours.encode(sources, lengths, len(inputs))
    for t in range(len(inputs)):
        logits, weights, state = ours.decoder(inputs[t : t + 1], state, memory and memory.at(t))
        assert_equal(logits, expected[0][t : t + 1])
        assert_equal(weights, None if memory is None else expected[1][t : t + 1])


@each_option
def test_a_gradient_reaches_every_parameter(options):
    ours = build(options)
    functional.cross_entropy(ours(*batch())[0].flatten(0, 1), torch.arange(12) % TARGET_SIZE).backward()
    assert [name for name, parameter in ours.named_parameters() if not parameter.grad.any()] == []


@pytest.mark.parametrize(("S", "B", "T"), [(1, 1, 1), (1, 2, 3), (3, 1, 1), (2, 3, 1)])
@each_kind
def test_axes_of_size_one(options, S, B, T):
    ours = build(options | {"bidirectional": True})
    logits, weights = ours(*batch(S, B, T))
    assert logits.shape == (T, B, TARGET_SIZE)
    if weights is not None:
        assert weights.shape == (T, B, S)
        assert S > 1 or (weights == 1).all()
    tokens, _ = ours.greedy(*batch(S, B, T)[:2], 1)
    assert tokens.shape == (1, B)


# --- writing


def writer(options, sources, lengths):
    """A model whose sentences end after different numbers of words, and whose PAD and START score highest."""
    for seed in itertools.count():
        ours = build(options, seed=seed)
        with torch.no_grad():
            for parameter in ours.parameters():
                parameter.mul_(2.5)
            ours.decoder.readout.bias[[PAD_ID, START_ID]] = 9
            ends = chain(ours, sources, lengths, 8) == EOS_ID
        if len({tuple(column) for column in ends.cumsum(dim=0).bool().T.tolist()}) > 2:
            return ours


def chain(ours, sources, lengths, steps):
    """Greedy search as it is defined: the whole beginning again for each word. Gives tokens (T, B) with no end."""
    inputs = torch.full((1, sources.shape[1]), START_ID)
    for _ in range(steps):
        last = ours(sources, lengths, inputs)[0][-1]
        last[:, [PAD_ID, START_ID]] = -torch.inf
        inputs = torch.cat([inputs, last.argmax(dim=1)[None]])
    return inputs[1:]


def check_greedy(options):
    sources, lengths, _ = batch(B=6)
    ours = writer(options, sources, lengths)
    with torch.no_grad():
        endless = chain(ours, sources, lengths, 8)
    before = (endless == EOS_ID).cumsum(dim=0) - (endless == EOS_ID).long() > 0
    expected = torch.where(before, PAD_ID, endless)
    steps = int((expected != PAD_ID).any(dim=1).sum())
    tokens, weights = ours.greedy(sources, lengths, 8)
    assert_equal(tokens, expected[:steps])
    assert EOS_ID in tokens
    assert PAD_ID in tokens
    if options.get("attention"):
        read = torch.cat([torch.full((1, 6), START_ID), endless[: steps - 1]])
        assert_equal(weights, ours(sources, lengths, read)[1].detach())
    else:
        assert weights is None


@each_kind
def test_greedy_is_the_chain_of_the_most_likely(options):
    check_greedy(options)


def test_greedy_stops_when_all_have_ended_and_not_before():
    ours, (sources, lengths, _) = build(KINDS[1]), batch()
    with torch.no_grad():
        ours.decoder.readout.bias[EOS_ID] = 99
    assert ours.greedy(sources, lengths, 8)[0].tolist() == [[EOS_ID] * 3]
    with torch.no_grad():
        ours.decoder.readout.bias[EOS_ID] = -99
    assert len(ours.greedy(sources, lengths, 8)[0]) == 8
    assert ours.training


# --- reading its own words


@each_kind
def test_free_running_is_greedy_search(options):
    sources, lengths, _ = batch(B=6)
    ours = writer(options, sources, lengths)
    inputs = torch.full((8, 6), START_ID)  # none but the first is read
    with torch.no_grad():
        logits, _ = ours(sources, lengths, inputs, own_words=1.0)
        assert_equal(most_likely(logits), chain(ours, sources, lengths, 8))


def check_scheduled(options):
    """The inputs are mixed by the same chance, one after the other, and then simply read; gradients included."""
    ours, (sources, lengths, inputs) = build(options), batch(T=7)
    torch.manual_seed(8)
    own, mixed = torch.rand(inputs.shape) < 0.5, inputs.clone()
    for t in range(1, len(inputs)):
        said = most_likely(ours(sources, lengths, mixed[:t])[0][-1])
        mixed[t] = torch.where(own[t], said, mixed[t])
    assert own[1:].any()
    assert (mixed != inputs).any()
    results = []
    for arguments in ((mixed,), (inputs, 0.5)):
        torch.manual_seed(8)
        ours.zero_grad()
        logits, weights = ours(sources, lengths, *arguments)
        logits.square().sum().backward()
        results.append((logits, weights, *(parameter.grad for parameter in ours.parameters())))
    for found, expected in zip(results[1], results[0], strict=True):
        assert_equal(found, expected)


@each_kind
def test_scheduled_sampling_reads_a_mixture(options):
    check_scheduled(options)


# --- searching with rnncourse.scratch


@pytest.mark.parametrize("options", [*KINDS, {"cell": "LSTM"}, {"cell": "LSTM", "attention": "dot"}], ids=name_of)
def test_the_search_of_scratch(options):
    sources, lengths, _ = batch(B=6)
    ours = writer(options, sources, lengths)
    words = [
        [w for w in column if w not in (PAD_ID, EOS_ID)] for column in ours.greedy(sources, lengths, 8)[0].T.tolist()
    ]
    state, step = ours.start(sources, lengths)
    assert [w.tolist() for w in seq2seq.greedy_search(step, state, 8).tokens] == words
    found = seq2seq.beam_search(ours.start(sources, lengths, 3)[1], state, 3, 8)
    assert [w.tolist() for w in found.tokens] != words
    for b, (sentence, score) in enumerate(zip(found.tokens, found.scores, strict=True)):
        said = torch.tensor([*sentence, EOS_ID][:8])
        inputs = torch.cat([torch.tensor([START_ID]), said[:-1]])[:, None]
        logits, _ = ours(sources[: lengths[b], b : b + 1], lengths[b : b + 1], inputs)
        assert -functional.cross_entropy(logits[:, 0], said, reduction="sum").item() == pytest.approx(score, abs=1e-9)


# --- simultaneous translation


@pytest.mark.parametrize("attend", ["after", "before"])
@pytest.mark.parametrize("wait", [1, 2, 4])
def test_a_step_knows_only_what_has_been_read(wait, attend):
    ours = build({"attention": "general", "attend": attend, "wait": wait})
    sources, lengths, inputs = batch(S=5, B=3, T=5)
    logits, weights = ours(sources, lengths, inputs)
    for t, s in np.ndindex(5, 5):
        changed = sources.clone()
        changed[s] = torch.where(changed[s] == 5, 6, 5)
        different = (ours(changed, lengths, inputs)[0][t] != logits[t]).any(dim=1)
        assert different.tolist() == [s < min(t + wait, length) for length in lengths.tolist()]
        assert (weights[t, :, s] > 0).tolist() == different.tolist()


@pytest.mark.parametrize("attend", ["after", "before"])
def test_waiting_when_it_writes(attend):
    options = {"attention": "additive", "attend": attend, "wait": 2}
    check_greedy(options)
    check_scheduled(options)


def test_who_waits_for_all_starts_without_the_last_state():
    waiting, ours = (build({"attention": "dot", "cell": "LSTM", "wait": wait}) for wait in (5, None))
    sources, lengths, inputs = batch()
    state, memory = ours.encode(sources, lengths)
    expected, _, _ = ours.decoder(inputs, tuple(map(torch.zeros_like, state)), memory)
    assert_equal(waiting(sources, lengths, inputs)[0], expected)
    assert not torch.equal(ours(sources, lengths, inputs)[0], expected)


# --- refusals


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cell": "gru"}, "cell: expected 'RNN' or 'LSTM' or 'GRU', got 'gru'"),
        ({"attention": "multiplicative"}, "attention: expected 'additive' or .* or 'scaled dot', got 'multiplicative'"),
        ({"attention": "dot", "attend": "during"}, "attend: expected 'after' or 'before', got 'during'"),
        ({"wait": 3}, "wait: expected an attention, .*, got attention=None and bidirectional=False"),
        ({"wait": 3, "attention": "dot", "bidirectional": True}, "wait: expected an attention, .*bidirectional=True"),
        ({"wait": 0, "attention": "dot"}, "wait: expected an integer of at least 1, got 0"),
    ],
)
def test_wrong_options(options, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        build(options)


def test_two_directions_share_the_units():
    with pytest.raises(ValueError, match="^hidden_size: expected an even number for two directions, got 5$"):
        build({"bidirectional": True}, (7, 6, 3, 5))


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (0, torch.full((5, 3), SOURCE_SIZE), "sources: expected ids from 0 to 6, got 7"),
        (0, torch.zeros(5, 3), "sources: expected integers, got torch.float32"),
        (1, torch.tensor([1, 2, 6]), "lengths: expected lengths from 1 to 5, got 6"),
        (1, torch.tensor([1, 0, 5]), "lengths: expected lengths from 1 to 5, got 0"),
        (2, torch.full((4, 3), -1), "inputs: expected ids from 0 to 5, got -1"),
        (2, torch.ones((4, 2), dtype=torch.int64), "inputs: expected shape (T, 3), got (4, 2)"),
        (3, 1.5, "own_words: expected a number from 0 to 1, got 1.5"),
    ],
)
def test_wrong_arguments(place, value, sentence):
    arguments = [*batch(), 0.0]
    arguments[place] = value
    with pytest.raises(ValueError, match="expected") as caught:
        build({})(*arguments)
    assert str(caught.value) == sentence


def test_wrong_searches():
    ours, (sources, lengths, _) = build({"attention": "dot", "wait": 1}), batch()
    with pytest.raises(ValueError, match="^max_steps: expected an integer of at least 1, got 0$"):
        ours.greedy(sources, lengths, 0)
    with pytest.raises(ValueError, match="^wait: expected None for a search, .*, got 1$"):
        ours.start(sources, lengths)
    state, step = build({"attention": "dot"}).start(sources, lengths)
    rows = f"{len(lengths)}, copies=1 for each source, got {3 * len(lengths)}"
    with pytest.raises(ValueError, match=f"^tokens: expected {rows}; give start"):
        seq2seq.beam_search(step, state, 3, 8)


# --- learning


def reversals(B, S, generator):
    """Ten different words in random order, of which S are said backwards."""
    words = torch.rand(10, B, generator=generator).argsort(dim=0)[:S] + 3
    said, mark = words.flip(0), torch.ones(1, B, dtype=torch.int64)
    return words, torch.full((B,), S), torch.cat([START_ID * mark, said]), torch.cat([said, EOS_ID * mark])


@pytest.mark.parametrize(("options", "aligned"), [(GENERAL, 0.9), (ADDITIVE, 0.4)], ids=["after", "before"])
def test_it_learns_to_say_words_backwards(options, aligned):
    """Six of ten words, more often than 9 times in 10; the most attention is on the word that is said."""
    torch.manual_seed(0)
    generator, steps = torch.Generator().manual_seed(1), 200
    ours = EncoderDecoder(13, 13, 32, 64, **options)
    optimizer = torch.optim.Adam(ours.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.1, steps)
    for step in range(steps):
        *arguments, targets = reversals(32, 2 + step % 5, generator)
        loss = functional.cross_entropy(ours(*arguments)[0].flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(ours.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    sources, lengths, _, targets = reversals(200, 6, generator)
    tokens, weights = ours.greedy(sources, lengths, 7)
    assert (tokens == targets).all(dim=0).double().mean() > 0.9
    assert (weights[:6].argmax(dim=2) == torch.arange(5, -1, -1)[:, None]).double().mean() > aligned


# --- planted bugs: where, what is right, what a tired author might write, and the check that sees it

BUGS = [
    (decoders.LuongDecoder, "forward", "[contexts, h]", "[h, contexts]", check_equals_scratch, GENERAL),
    (decoders.LuongDecoder, "forward", "attend(h, *memory)", "attend(h, *memory[:2])", check_padding, GENERAL),
    (decoders.LuongDecoder, "forward", "torch.tanh(", "(", check_equals_scratch, GENERAL),
    (decoders.BahdanauDecoder, "forward", "h, state = self", "h, _ = self", check_equals_scratch, ADDITIVE),
    (decoders.BahdanauDecoder, "forward", "[h, x]", "[x, h]", check_equals_scratch, ADDITIVE),
    (decoders.Decoder, "greedy", "memory.at(t)", "memory.at(0)", check_greedy, ADDITIVE | {"bidirectional": False, "wait": 2}),
    (decoders.Decoder, "greedy", "most_likely(logits[0])", "logits[0].argmax(-1)", check_greedy, ADDITIVE),
    (decoders.Decoder, "greedy", "torch.where(running, tokens, PAD_ID)", "tokens", check_greedy, ADDITIVE),
    (decoders.Decoder, "greedy", "if not running.any()", "if not running.all()", check_greedy, ADDITIVE),
    (decoders.Decoder, "greedy", "weights, state = self", "weights, _ = self", check_greedy, GENERAL),
    (decoders.Decoder, "scheduled", "< own_words", "> own_words", check_scheduled, GENERAL),
    (decoders.Decoder, "scheduled", "logits[-1][0]", "logits[0][0]", check_scheduled, GENERAL),
    (EncoderDecoder, "encode", "each(_side_by_side, state)", "each(lambda a: a.reshape(1, a.shape[1], -1), state)",
     check_equals_scratch, GENERAL),
    (EncoderDecoder, "encode", "self.embedding(sources), lengths)", "self.embedding(sources))", check_padding, {}),
    (EncoderDecoder, "encode", "length_mask(lengths, len(sources)).T[None]",
     "(length_mask(lengths, len(sources)) | True).T[None]", check_padding, GENERAL),
]  # fmt: skip


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug[0].__name__}.{bug[1]}: {bug[3]}")
def test_planted_bugs_are_caught(bug, monkeypatch):
    owner, method, right, wrong, check, options = bug
    check(options)
    monkeypatch.setattr(owner, method, with_bug(getattr(owner, method), right, wrong))
    with pytest.raises(AssertionError):
        check(options)
