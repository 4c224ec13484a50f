"""From one picture, or one vector, to a sentence: decoders whose source is not a sequence."""

import torch
from torch import Tensor, nn

from rnncourse.models.attention import AdditiveAttention
from rnncourse.models.decoder import BahdanauDecoder, Bridge, Memory, PlainDecoder
from rnncourse.models.evaluating import evaluating
from rnncourse.models.recurrent import CellName, State


class VectorCaptioner(nn.Module):
    """A vector to a sentence: ``s_0 = tanh(v @ W + b)`` is the state from which a language model starts.

    Each word is read as the next step's input, and EOS ends the sentence. ``cell`` is "RNN", "LSTM" or "GRU". Source:
    Vinyals et al. 2015, *Show and tell: a neural image caption generator*, who give the vector as the first input.
    """

    def __init__(
        self, vector_size: int, target_size: int, embedding_size: int, hidden_size: int, cell: CellName = "GRU"
    ):
        super().__init__()
        self.bridge = Bridge(vector_size, hidden_size, cell)
        self.decoder = PlainDecoder(target_size, embedding_size, hidden_size, cell)

    def forward(self, vectors: Tensor, inputs: Tensor) -> Tensor:
        """The logits (T, B, V) of each next word, for vectors (B, D) and inputs (T, B) that begin with START."""
        self.decoder.require_inputs(inputs, len(vectors))
        return self.decoder(inputs, self.bridge(vectors))[0]

    def greedy(self, vectors: Tensor, max_steps: int = 50) -> Tensor:
        """The most likely word at each step, (T, B): with EOS, and PAD behind it."""
        with evaluating(self):
            return self.decoder.greedy(self.bridge(vectors), None, max_steps)[0]


class ImageGrid(nn.Module):
    """A small convolutional network: each of the features x_1 .. x_L stands for one region of 4 x 4 pixels.

    Two blocks of a 3 x 3 convolution, batch normalisation, ReLU and 2 x 2 max pooling; then a learned vector is added
    for each place. Images (B, 1, height, width) become (L, B, feature_size), region by region, row after row.
    """

    def __init__(self, image_size: tuple[int, int], feature_size: int):
        super().__init__()
        self.image_size = tuple(image_size)
        if any(side < 4 or side % 4 for side in image_size):
            raise ValueError(f"image_size: expected two multiples of 4, got {self.image_size}")
        self.grid = (image_size[0] // 4, image_size[1] // 4)
        self.convolutions = nn.Sequential(
            *_convolution(1, feature_size // 2), *_convolution(feature_size // 2, feature_size)
        )
        self.places = nn.Parameter(0.1 * torch.randn(self.grid[0] * self.grid[1], 1, feature_size))

    def forward(self, images: Tensor) -> Tensor:
        if images.shape[1:] != (1, *self.image_size):
            expected = "(B, 1, {}, {})".format(*self.image_size)
            raise ValueError(f"images: expected shape {expected}, got {tuple(images.shape)}")
        return self.convolutions(images).flatten(start_dim=2).permute(2, 0, 1) + self.places


class Captioner(nn.Module):
    """A picture to a sentence: at each word the decoder looks at the regions that matter (Xu et al. 2015).

    ``e_i = v . tanh(h_{t-1} @ W_ad + x_i @ W_ax + b)``, ``alpha = softmax(e)``, ``s_t = sum_i alpha_i x_i``: the
    additive score over the regions x_1 .. x_L of an :class:`ImageGrid`, and a :class:`BahdanauDecoder` with an LSTM.
    The EDI deck prints the linear ``e_i = W_ad h + W_ax x_i + b``. Its terms W_ad h and b are the same for all i and
    cancel in the softmax, so that every word would look at the same regions: hence the tanh. The first state comes from
    the mean of the features (Xu et al., section 3.1.2). Source: *Show, attend and tell: neural image caption generation
    with visual attention*, the soft attention of section 4.2 without its doubly stochastic regularisation.
    """

    def __init__(
        self,
        image_size: tuple[int, int],
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        feature_size: int = 32,
    ):
        super().__init__()
        self.encoder = ImageGrid(image_size, feature_size)
        self.bridge = Bridge(feature_size, hidden_size, "LSTM")
        attention = AdditiveAttention(hidden_size, feature_size, hidden_size)
        self.decoder = BahdanauDecoder(target_size, embedding_size, hidden_size, attention, feature_size, "LSTM")

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of regions: ``weights.reshape(T, B, *model.grid)`` is a map over the picture."""
        return self.encoder.grid

    def forward(self, images: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """``(logits, weights)``, (T, B, V) and (T, B, L), for images (B, 1, height, width) and inputs (T, B)."""
        self.decoder.require_inputs(inputs, len(images))
        logits, weights, _ = self.decoder(inputs, *self.encode(images))
        return logits, weights

    def greedy(self, images: Tensor, max_steps: int = 50) -> tuple[Tensor, Tensor]:
        """The most likely word at each step: ``(tokens, weights)``, (T, B) with EOS and PAD behind it, and (T, B, L).

        Batch normalisation uses its running averages here, even if the model is in training.
        """
        with evaluating(self):
            return self.decoder.greedy(*self.encode(images), max_steps)

    def encode(self, images: Tensor) -> tuple[State, Memory]:
        """The decoder's first state and its memory."""
        x = self.encoder(images)
        visible = torch.ones((1, len(images), len(x)), dtype=torch.bool, device=x.device)
        return self.bridge(x.mean(dim=0)), Memory(self.decoder.attention.project(x), x, visible)


def _convolution(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)  # batch normalisation adds a bias
    return convolution, nn.BatchNorm2d(channels_out), nn.ReLU(), nn.MaxPool2d(2)
