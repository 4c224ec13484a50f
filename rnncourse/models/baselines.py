"""Baselines without recurrence: they count words, look at the last few inputs, or stack convolutions over time.

They take the batches of the recurrent models, so that one comparison can run them all.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnncourse.models.recurrent import InputLayer, require_lengths, require_tokens
from rnncourse.scratch.validate import require_size


class BagOfWords(nn.Module):
    """One output for a sentence from how often each word is in it, and so blind to the order of words.

    ``h = tanh(n @ W_nh + b_h)``, ``o = h @ W_hy + b_y``, n the counts (B, V) of the V words of the vocabulary
    """

    def __init__(self, vocabulary_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(vocabulary_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)

    def counts(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """How often each word is among the first ``lengths`` (B,) of each column of tokens (T, B): (B, V), floats."""
        require_tokens("tokens", tokens, self.hidden.in_features)
        require_lengths(lengths, tokens)
        real = self.hidden.weight.new_ones(tokens.shape)
        if lengths is not None:
            real *= torch.arange(len(tokens), device=tokens.device)[:, None] < lengths
        return real.new_zeros(tokens.shape[1], self.hidden.in_features).scatter_add_(1, tokens.T.long(), real.T)

    def forward(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return outputs (B, K)."""
        return self.readout(self.hidden(self.counts(tokens, lengths)).tanh())


class WindowModel(nn.Module):
    """An output for each step from the last k inputs, each place in the window with weights of its own.

    ``h_t = tanh([x_{t-k+1} ... x_t] @ W_xh + b_h)``, ``o_t = h_t @ W_hy + b_y``; inputs before the first are zeros

    With words as inputs and as many outputs as words it is the language model of Bengio et al. 2003, *A neural
    probabilistic language model*, without its direct connections. No window reaches padding after a sentence's end,
    so ``lengths`` changes nothing.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, window: int, *, vocabulary_size: int | None = None
    ) -> None:
        super().__init__()
        require_size("window", window)
        self.window = window
        self.inputs = InputLayer(input_size, vocabulary_size)
        self.hidden = nn.Linear(window * input_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return outputs (T, B, K) for words (T, B), or numbers (T, B, D) without a ``vocabulary_size``."""
        x = functional.pad(self.inputs(inputs), (0, 0, 0, 0, self.window - 1, 0))
        require_lengths(lengths, inputs)
        places = [x[k : k + len(inputs)] for k in range(self.window)]
        return self.readout(self.hidden(torch.cat(places, dim=2)).tanh())


class ConvolutionTagger(nn.Module):
    """An output for each step from causal convolutions, stacked: each layer reads the last k outputs of the one below.

    ``h_t = tanh(sum_j x_{t-j} @ W_j + b)``, j from 0 to k - 1, in each layer; ``o_t = h_t @ W_hy + b_y``

    Output t depends on the last ``1 + layers (k - 1)`` inputs and on no others. What comes before the first is zeros.
    As nothing looks ahead, padding after a sentence's end is seen by no real step, and ``lengths`` changes nothing.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        kernel: int,
        *,
        layers: int = 1,
        vocabulary_size: int | None = None,
    ) -> None:
        super().__init__()
        require_size("kernel", kernel)
        require_size("layers", layers)
        self.kernel = kernel
        self.inputs = InputLayer(input_size, vocabulary_size)
        sizes = [input_size] + [hidden_size] * (layers - 1)
        self.convolutions = nn.ModuleList(nn.Conv1d(size, hidden_size, kernel) for size in sizes)
        self.readout = nn.Linear(hidden_size, output_size)

    @property
    def receptive_field(self) -> int:
        """How many inputs, the present one included, an output depends on."""
        return 1 + len(self.convolutions) * (self.kernel - 1)

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return outputs (T, B, K) for words (T, B), or numbers (T, B, D) without a ``vocabulary_size``."""
        x = self.inputs(inputs).permute(1, 2, 0)
        require_lengths(lengths, inputs)
        for convolution in self.convolutions:
            x = convolution(functional.pad(x, (self.kernel - 1, 0))).tanh()
        return self.readout(x.permute(2, 0, 1))
