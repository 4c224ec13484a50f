"""Captions of pictures and of vectors: against the decoder in NumPy, where attention looks, and that both learn."""

import itertools

import numpy as np
import pytest
import torch
from scratch.planting import with_bug
from torch import nn
from torch.nn import functional

from rnncourse import scratch
from rnncourse.models.captioner import Captioner, ImageGrid, VectorCaptioner
from rnncourse.models.decoder import EOS_ID, PAD_ID, START_ID, Bridge
from rnncourse.scratch import seq2seq
from rnncourse.scratch.convert import from_torch

torch.set_num_threads(1)
V = 7


def logits_of(returned):
    return returned[0] if isinstance(returned, tuple) else returned


def inputs_of(T, B):
    inputs = torch.randint(2, V, (T, B), generator=torch.Generator().manual_seed(4))
    inputs[0] = START_ID
    return inputs


def picture_case(B=3, T=4, seed=1):
    """A captioner with non-zero biases and running averages, images of 2 x 3 regions, and inputs."""
    torch.manual_seed(seed)
    ours, images = Captioner((8, 12), V, 3, 5, feature_size=4).double(), torch.rand(B, 1, 8, 12, dtype=torch.float64)
    for part in ours.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias)
    ours.encoder(torch.rand(9, 1, 8, 12, dtype=torch.float64))
    return ours.eval(), images, inputs_of(T, B)


def vector_case(cell="GRU", B=3, T=4, seed=1):
    torch.manual_seed(seed)
    return VectorCaptioner(4, V, 3, 5, cell).double(), torch.randn(B, 4, dtype=torch.float64), inputs_of(T, B)


each_cell = pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])


def assert_equal(found, expected, tolerance=1e-12):
    expected = torch.tensor(expected) if isinstance(expected, np.ndarray) else expected
    torch.testing.assert_close(found, expected, rtol=0, atol=tolerance)


def numpy_state(ours, vectors):
    """``tanh(v @ W + b)``, cut in two for an LSTM, as scratch has its states: (B, H) each."""
    W, b = (parameter.detach().numpy() for parameter in ours.bridge.map.parameters())
    arrays = np.split(np.tanh(vectors.detach().numpy() @ W.T + b), ours.bridge.arrays, axis=1)
    return tuple(arrays) if len(arrays) == 2 else arrays[0]


def copied(twin, module):
    converted = from_torch(module)
    twin.W[...], twin.b[...] = converted.W, converted.b


# --- from pictures


def check_equals_scratch():
    """The decoder of Xu et al. over the regions, all of them seen."""
    ours, images, inputs = picture_case()
    x, rng = ours.encoder(images).detach(), np.random.default_rng()
    layer = ours.decoder.layer
    cell = nn.LSTMCell(layer.input_size, layer.hidden_size).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    attention = scratch.AdditiveAttention(5, 4, 5, rng)
    for name, parameter in ours.decoder.attention.named_parameters():
        getattr(attention, name)[...] = parameter.detach().numpy()
    twin = seq2seq.BahdanauDecoder(from_torch(ours.decoder.embedding), from_torch(cell), attention, rng)
    copied(twin.readout, ours.decoder.readout)
    logits, weights = ours(images, inputs)
    expected = twin.forward(inputs.numpy(), numpy_state(ours, x.mean(dim=0)), x.numpy())
    assert_equal(logits.detach(), expected[0])
    assert_equal(weights.detach(), np.array(expected[1]))


def test_equals_scratch():
    check_equals_scratch()


def test_weights_add_up_to_one_over_the_regions():
    ours, images, inputs = picture_case()
    _, weights = ours(images, inputs)
    assert weights.shape == (4, 3, 6)
    assert weights.reshape(4, 3, *ours.grid).shape == (4, 3, 2, 3)
    assert_equal(weights.sum(dim=2), torch.ones(4, 3, dtype=torch.float64))


def check_regions():
    """A change at the middle of a region changes most at that region, and nothing two regions away."""
    torch.manual_seed(2)
    ours = ImageGrid((12, 20), 4).double().eval()
    images = torch.rand(1, 1, 12, 20, dtype=torch.float64)
    before = ours(images)
    assert before.shape == (15, 1, 4)
    for row, column in np.ndindex(3, 5):
        changed = images.clone()
        changed[..., 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 5
        difference = (ours(changed) - before).abs().sum(dim=(1, 2)).reshape(3, 5)
        assert difference.argmax() == 5 * row + column
        far = torch.tensor([[max(abs(r - row), abs(c - column)) > 1 for c in range(5)] for r in range(3)])
        assert not difference[far].any()


def test_each_feature_stands_for_a_region_row_after_row():
    check_regions()


def test_a_region_knows_its_place():
    ours = ImageGrid((8, 12), 4).eval()
    same = torch.full((1, 1, 8, 12), 0.5)
    assert len({tuple(x) for x in ours(same)[:, 0].tolist()}) == 6
    with torch.no_grad():
        ours.places.zero_()
    grey = ours(torch.zeros(1, 1, 8, 12))[:, 0]
    assert_equal(grey, grey[:1].expand(6, 4), 0)


def check_the_mode():
    """Each image by itself, in greedy search too, where the model is in training."""
    ours, images, inputs = picture_case(B=4)
    logits, weights = ours(images, inputs)
    found = ours.greedy(images, 5)
    for b in range(4):
        one = ours(images[b : b + 1], inputs[:, b : b + 1])
        assert_equal(one, (logits[:, b : b + 1], weights[:, b : b + 1]))
    ours.train()
    averages = [buffer.clone() for buffer in ours.buffers()]
    assert_equal(ours.greedy(images, 5), found, 0)
    assert_equal(list(ours.buffers()), averages, 0)
    assert ours.training
    assert not torch.equal(ours(images, inputs)[0], logits)


def test_no_image_changes_anothers_caption():
    check_the_mode()


def chain(ours, source, steps):
    """Greedy search by its definition: the whole beginning read again for each word. Also what was read at last."""
    inputs, ended = torch.full((1, len(source)), START_ID), torch.zeros(len(source), dtype=torch.bool)
    said = []
    while len(said) < steps and not ended.all():
        last = logits_of(ours(source, inputs))[-1].detach()
        last[:, [PAD_ID, START_ID]] = -torch.inf
        inputs = torch.cat([inputs, last.argmax(dim=1)[None]])
        said.append(torch.where(ended, PAD_ID, inputs[-1]))
        ended |= inputs[-1] == EOS_ID
    return torch.stack(said), inputs[:-1]


def writer(case, **options):
    """A model, sources and the greedy sentences, of which some end before others."""
    for seed in itertools.count():
        ours, source, _ = case(B=8, seed=seed, **options)
        with torch.no_grad():
            for part in (ours.bridge, ours.decoder):
                for parameter in part.parameters():
                    parameter *= 4
            expected, read = chain(ours, source, 6)
        if PAD_ID in expected[-1] and expected[0].unique().numel() > 1:
            return ours, source, expected, read


def test_greedy_captions():
    ours, images, expected, read = writer(picture_case)
    tokens, weights = ours.greedy(images, 6)
    assert_equal(tokens, expected)
    assert_equal(weights, ours(images, read)[1].detach())


def test_a_linear_score_would_look_at_the_same_regions_whatever_the_state():
    """What the docstring says of ``e_i = W_ad h + W_ax x_i + b``: a part that all e_i share cancels."""
    x, h, b = torch.randn(6, 4, dtype=torch.float64), torch.randn(5, dtype=torch.float64), 0.3
    W_ax, W_ad = torch.randn(4, dtype=torch.float64), torch.randn(5, dtype=torch.float64)
    assert_equal((x @ W_ax + h @ W_ad + b).softmax(dim=0), (x @ W_ax).softmax(dim=0))


# --- from vectors


def check_equals_scratch_from_vectors(cell):
    ours, vectors, inputs = vector_case(cell)
    twin = seq2seq.Decoder(from_torch(ours.decoder.embedding), from_torch(ours.decoder.layer), np.random.default_rng())
    copied(twin.readout, ours.decoder.readout)
    bridge = seq2seq.Bridge(4, twin, np.random.default_rng())
    copied(bridge, ours.bridge.map)
    logits, _, _ = seq2seq.EncoderDecoder(None, twin, bridge).forward(vectors.numpy(), inputs.numpy())
    assert_equal(ours(vectors, inputs).detach(), logits)


@each_cell
def test_equals_scratch_from_vectors(cell):
    check_equals_scratch_from_vectors(cell)


@each_cell
def test_greedy_sentences_from_vectors(cell):
    ours, vectors, expected, _ = writer(vector_case, cell=cell)
    assert_equal(ours.greedy(vectors, 6), expected)


# --- both


@pytest.mark.parametrize("case", [picture_case, vector_case])
def test_a_gradient_reaches_every_parameter(case):
    ours, source, inputs = case()
    functional.cross_entropy(logits_of(ours(source, inputs)).flatten(0, 1), torch.arange(12) % V).backward()
    assert [name for name, parameter in ours.named_parameters() if not parameter.grad.any()] == []


@pytest.mark.parametrize("case", [picture_case, vector_case])
def test_one_example_and_one_step(case):
    ours, source, inputs = case(B=1, T=1)
    assert logits_of(ours.train()(source, inputs)).shape == (1, 1, V)
    assert logits_of(ours.greedy(source, 1)).shape == (1, 1)


def test_a_single_region_has_all_the_attention():
    ours = Captioner((4, 4), V, 3, 5)
    _, weights = ours(torch.rand(2, 1, 4, 4), inputs_of(3, 2))
    assert weights.tolist() == [[[1.0]] * 2] * 3


def test_a_picture_that_differs_from_its_mirror_image_is_captioned_otherwise():
    ours, images, inputs = picture_case()
    assert not torch.allclose(ours(images, inputs)[0], ours(images.flip(3), inputs)[0])


@pytest.mark.parametrize("size", [(8, 10), (2, 8), (0, 4)])
def test_wrong_image_sizes(size):
    with pytest.raises(ValueError, match="^image_size: expected two multiples of 4, got "):
        Captioner(size, V, 3, 5)


@pytest.mark.parametrize("shape", [(3, 8, 12), (3, 2, 8, 12), (3, 1, 12, 8)])
def test_wrong_images(shape):
    ours, _, inputs = picture_case()
    with pytest.raises(ValueError, match="^images: expected shape \\(B, 1, 8, 12\\), got "):
        ours(torch.zeros(shape), inputs)


@pytest.mark.parametrize("case", [picture_case, vector_case])
def test_wrong_inputs(case):
    ours, source, inputs = case()
    with pytest.raises(ValueError, match="^inputs: expected ids from 0 to 6, got 7$"):
        ours(source, inputs + 7 - inputs.max())
    with pytest.raises(ValueError, match="^inputs: expected shape \\(T, 3\\), got \\(4, 2\\)$"):
        ours(source, inputs[:, :2])
    with pytest.raises(ValueError, match="^max_steps: expected an integer of at least 1, got 0$"):
        ours.greedy(source, 0)


def test_wrong_vectors():
    ours, _, inputs = vector_case()
    with pytest.raises(ValueError, match="^vectors: expected shape \\(B, 4\\), got \\(3, 5\\)$"):
        ours(torch.zeros(3, 5), inputs)


# --- learning


def fit(ours, batches, steps):
    optimizer = torch.optim.Adam(ours.parameters(), 1e-2)
    for step in range(steps):
        *arguments, targets = batches(step)
        loss = functional.cross_entropy(logits_of(ours(*arguments)).flatten(0, 1), targets.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def with_marks(words):
    """Inputs START + words and targets words + EOS."""
    mark = torch.ones(1, words.shape[1], dtype=torch.int64)
    return torch.cat([START_ID * mark, words]), torch.cat([words, EOS_ID * mark])


PATTERNS = torch.tensor([[[1, 1, 0, 0]] * 4, [[0] * 4] * 2 + [[1] * 4] * 2, [[0, 1] * 2, [1, 0] * 2] * 2])


def pictures(B, generator):
    """Three patterns in a row, with noise between them, and their words from left to right."""
    words = torch.randint(len(PATTERNS), (3, B), generator=generator)
    images = 0.3 * torch.rand(B, 1, 4, 20, generator=generator)
    for place in range(3):
        images[:, 0, :, 8 * place : 8 * place + 4] += PATTERNS[words[place]]
    return images, *with_marks(words + 3)


def test_it_learns_to_name_what_it_looks_at():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    ours = Captioner((4, 20), 6, 8, 32, feature_size=16)
    fit(ours, lambda _: pictures(32, generator), 150)
    images, _, targets = pictures(200, generator)
    tokens, weights = ours.greedy(images, 4)
    assert (tokens == targets).all(dim=0).double().mean() > 0.9
    assert (weights[:3].argmax(dim=2) == torch.tensor([[0], [2], [4]])).double().mean() > 0.9


def test_it_learns_a_sentence_for_each_vector():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    centres, sentences = torch.randn(4, 5, generator=generator), [[3], [3, 4], [4, 4, 5], [5, 3, 3, 4]]
    words = torch.tensor([[*s, EOS_ID, *[-100] * (4 - len(s))] for s in sentences]).T
    inputs = torch.cat([torch.full((1, 4), START_ID), words[:-1].clamp(min=PAD_ID)])

    def noisy(_):
        which = torch.randint(4, (32,), generator=generator)
        return centres[which] + 0.1 * torch.randn(32, 5, generator=generator), inputs[:, which], words[:, which]

    ours = VectorCaptioner(5, 6, 8, 16)
    fit(ours, noisy, 100)
    assert ours.greedy(centres, 9).tolist() == words.clamp(min=PAD_ID).tolist()


# --- planted bugs

BUGS = [
    (ImageGrid, "forward", "permute(2, 0, 1)", "transpose(1, 2).flip(1).transpose(0, 1)", check_regions),
    (ImageGrid, "forward", "self.convolutions(images)", "self.convolutions(images - images.mean(dim=(2, 3), keepdim=True))",
     check_regions),
    (ImageGrid, "forward", "self.convolutions(images)", "self.convolutions(images.flip(3))", check_regions),
    (Captioner, "encode", "x.mean(dim=0)", "x.sum(dim=0)", check_equals_scratch),
    (Captioner, "encode", "Memory(self.decoder.attention.project(x), x,", "Memory(x @ x.new_ones(4, 5), x,",
     check_equals_scratch),
    (Captioner, "greedy", "evaluating(self)", "torch.no_grad()", check_the_mode),
    (Bridge, "forward", "torch.tanh(self.map(vectors))", "self.map(vectors)", check_equals_scratch),
    (Bridge, "forward", "arrays[0]\n", "-arrays[0]\n", lambda: check_equals_scratch_from_vectors("GRU")),
    (Bridge, "forward", "for array in arrays)", "for array in arrays[::-1])",
     lambda: check_equals_scratch_from_vectors("LSTM")),
]  # fmt: skip


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug[0].__name__}.{bug[1]}: {bug[3]}")
def test_planted_bugs_are_caught(bug, monkeypatch):
    owner, method, right, wrong, check = bug
    check()
    monkeypatch.setattr(owner, method, with_bug(getattr(owner, method), right, wrong))
    with pytest.raises(AssertionError):
        check()
