"""Networks that read their own last output y, and teacher forcing, which puts the right output in its place."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnncourse.models.evaluating import evaluating
from rnncourse.models.parameters import uniform
from rnncourse.models.recurrent import (
    InputLayer,
    State,
    recurrent_layer,
    require_all_finite,
    require_numbers,
    require_tokens,
    run_layer,
)
from rnncourse.models.sequence import draw


def previous(y: Tensor, first: float = 0) -> Tensor:
    """The right outputs y (T, B, ...) shifted by one step, for teacher forcing: ``[first, y_1, ..., y_{T-1}]``.

    ``y`` may be a NumPy array, as in batches; the result is a tensor.
    """
    y = torch.as_tensor(y)
    return torch.cat([torch.full_like(y[:1], first), y[:-1]])


class JordanRNN(nn.Module):
    """A network whose only recurrence goes through its output (Jordan 1986, *Serial order*).

    ``h_t = tanh(x_t @ W_xh + y_{t-1} @ W_yh + b_h)``, ``y_t = h_t @ W_hy + b_y``

    ``W_xh`` is (D, H), ``W_yh`` (K, H), ``b_h`` (H,), ``W_hy`` (H, K) and ``b_y`` (K,), as in
    ``rnncourse.scratch.JordanCell``. Only what a step puts out can reach the next one.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        D, H, K = input_size, hidden_size, output_size
        shapes = {"W_xh": (D, H), "W_yh": (K, H), "b_h": (H,), "W_hy": (H, K), "b_y": (K,)}
        for name, shape in shapes.items():
            setattr(self, name, uniform(H, *shape))

    def forward(
        self, x: Tensor, y_previous: Tensor | None = None, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the outputs (T, B, K) for x (T, B, D), and the last of them (B, K), which a next run starts from.

        Without ``y_previous`` the network runs free: each step reads the output of the one before, and the first reads
        ``state``, zeros when None. With ``y_previous`` (T, B, K), such as the targets shifted by one step
        (:func:`previous`) for teacher forcing, no step waits for another and all are computed at once.
        """
        require_numbers("x", x, len(self.W_xh))
        require_all_finite("x", x)
        T, B, _ = x.shape
        if y_previous is not None:
            if state is not None:
                raise ValueError("state: expected None beside y_previous, whose first row it is, got a state")
            _require_shape("y_previous", y_previous, (T, B, len(self.W_yh)))
            outputs = self.step(x, y_previous)
            return outputs, outputs[-1]
        y = x.new_zeros(B, len(self.W_yh)) if state is None else state
        _require_shape("state", y, (B, len(self.W_yh)))
        outputs = []
        for x_t in x:
            y = self.step(x_t, y)
            outputs.append(y)
        return torch.stack(outputs), y

    def step(self, x: Tensor, y_previous: Tensor) -> Tensor:
        """The equation, for one step or for many at once: x (..., D) and y_previous (..., K) give y (..., K)."""
        h = torch.tanh(x @ self.W_xh + y_previous @ self.W_yh + self.b_h)
        return h @ self.W_hy + self.b_y


class ConditionalRNN(nn.Module):
    """From a sequence x to a distribution over sequences y of K classes and of equal length.

    ``p(y_1 ... y_T | x) = prod_t p(y_t | x_1 ... x_t, y_1 ... y_{t-1})``, each factor the softmax of
    ``h_t @ W_hy + b_y`` with ``h_t = tanh(x_t @ W_xh + h_{t-1} @ W_hh + y_{t-1} @ W_yh + b_h)``

    y_{t-1} is read as a one-hot row, and y_0 as a row of zeros, so ``layer`` is PyTorch's Elman network over
    ``[x_t, y_{t-1}]``. As each step reads what was drawn before, the y_t need not be independent given x; those of a
    :class:`Tagger` are. It is ``rnncourse.scratch.ElmanJordanCell`` with one-hot rows fed back. x is numbers (T, B, D),
    or words (T, B) given a ``vocabulary_size``. Source: Goodfellow et al. 2016, *Deep learning*, section 10.2.4.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, *, vocabulary_size: int | None = None
    ) -> None:
        super().__init__()
        self.inputs = InputLayer(input_size, vocabulary_size)
        self.layer = recurrent_layer("RNN", input_size + output_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)

    @property
    def start(self) -> int:
        """K, the id in ``y_previous`` before the first output."""
        return self.readout.out_features

    def forward(self, x: Tensor, y_previous: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return the scores (T, B, K) of each y_t, and the last h.

        ``y_previous`` (T, B) holds y_{t-1}: in training, ``previous(y, model.start)``.
        """
        require_tokens("y_previous", y_previous, self.start + 1)
        _require_shape("y_previous", y_previous, x.shape[:2])
        return self._scores(self.inputs(x), y_previous, state)

    def log_probability(self, x: Tensor, y: Tensor) -> Tensor:
        """``log p(y | x)`` of each y (T, B) given its x, in nats: (B,)."""
        require_tokens("y", y, self.start)
        with evaluating(self):
            log_probabilities = self(x, previous(y, self.start))[0].log_softmax(dim=2)
        return log_probabilities.gather(2, y.long()[..., None])[..., 0].sum(dim=0)

    def sample(self, x: Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
        """Draw a y (T, B) for x, each y_t read by the step after it; temperature 0 takes the most probable class."""
        drawn, state = [], None
        with evaluating(self):
            x = self.inputs(x)
            y = torch.full((1, x.shape[1]), self.start, device=x.device)
            for x_t in x:
                logits, state = self._scores(x_t[None], y, state)
                y = draw(logits[0], temperature, generator)[None]
                drawn.append(y)
        return torch.cat(drawn)

    def _scores(self, x: Tensor, y_previous: Tensor, state: State | None) -> tuple[Tensor, State]:
        """The equation, for x (T, B, D) after ``inputs``."""
        one_hot = functional.one_hot(y_previous.long(), self.start + 1)[..., : self.start].to(x.dtype)
        hidden, state = run_layer(self.layer, torch.cat([x, one_hot], dim=2), state=state)
        return self.readout(hidden), state


def _require_shape(name: str, array: Tensor, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {tuple(shape)}, got {tuple(array.shape)}")
