"""The writing half of an encoder-decoder: from a state, and with attention a memory, to one word after another."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnncourse.data.vocabulary import EOS, PAD, SPECIAL, START
from rnncourse.models.attention import Attention
from rnncourse.models.recurrent import CellName, State, recurrent_layer, require_tokens, state_arrays
from rnncourse.scratch.validate import require_size

PAD_ID, START_ID, EOS_ID = (SPECIAL.index(word) for word in (PAD, START, EOS))


class Memory(NamedTuple):
    """What a decoder attends to: values (S, B, M), their projected keys, and which step may see which of them.

    ``visible`` is (1, B, S) where all steps see the same, and else (T, B, S).
    """

    keys: Tensor
    values: Tensor
    visible: Tensor

    def at(self, step: int) -> "Memory":
        """The memory as this one step sees it."""
        return self if len(self.visible) == 1 else self._replace(visible=self.visible[step : step + 1])


class Decoder(nn.Module):
    """What all decoders do by means of ``forward``: write a sentence, or read some of their own words in training."""

    def forward(
        self, inputs: Tensor, state: State, memory: Memory | None = None
    ) -> tuple[Tensor, Tensor | None, State]:
        """Score the word after each of the inputs (T, B). Returns ``(logits, weights, state)``.

        Logits are (T, B, V), attention weights (T, B, S) or None, and ``state`` is that after the last step.
        """
        raise NotImplementedError

    def require_inputs(self, inputs: Tensor, batch: int) -> None:
        """Raise ``ValueError`` unless the inputs are ids of the vocabulary, (T, B) with this B."""
        require_tokens("inputs", inputs, self.embedding.num_embeddings)
        if inputs.shape[1] != batch:
            raise ValueError(f"inputs: expected shape (T, {batch}), got {tuple(inputs.shape)}")

    def greedy(self, state: State, memory: Memory | None, max_steps: int) -> tuple[Tensor, Tensor | None]:
        """The most likely word at each step, from START until all B sentences have ended or for ``max_steps`` words.

        Returns ``(tokens, weights)``, (T, B) and (T, B, S) or None. EOS is among the tokens, after it there is PAD;
        START and PAD are never chosen.
        """
        require_size("max_steps", max_steps)
        h = state_arrays(state)[0]
        tokens = torch.full((h.shape[1],), START_ID, device=h.device)
        running, said, attended = tokens == START_ID, [], []
        for t in range(max_steps):
            logits, weights, state = self(tokens[None], state, memory and memory.at(t))
            tokens = most_likely(logits[0])
            said.append(torch.where(running, tokens, PAD_ID))
            attended.append(weights)
            running &= tokens != EOS_ID
            if not running.any():
                break
        return torch.stack(said), None if memory is None else torch.cat(attended)

    def scheduled(
        self, inputs: Tensor, state: State, memory: Memory | None, own_words: float
    ) -> tuple[Tensor, Tensor | None]:
        """``(logits, weights)`` when each input after the first may be replaced by the decoder's own last word.

        Each is replaced with probability ``own_words``: 0 is teacher forcing, step by step, and 1 is free running. The
        own word is the most likely one, and no gradient flows through its choice. Source: Bengio et al. 2015,
        *Scheduled sampling for sequence prediction with recurrent neural networks*, section 2.4.
        """
        own, logits, attended = torch.rand(inputs.shape, device=inputs.device) < own_words, [], []
        for t, tokens in enumerate(inputs):
            if t > 0:
                tokens = torch.where(own[t], most_likely(logits[-1][0]), tokens)
            scores, weights, state = self(tokens[None], state, memory and memory.at(t))
            logits.append(scores)
            attended.append(weights)
        return torch.cat(logits), None if memory is None else torch.cat(attended)


class PlainDecoder(Decoder):
    """A recurrent layer as a language model of the target, started from the source's state.

    ``h_t = layer(E[y_{t-1}], h_{t-1})``, ``o_t = h_t @ W + b``. Parts are named ``embedding``, ``layer`` and
    ``readout``. Source: Sutskever et al. 2014, *Sequence to sequence learning with neural networks*.
    """

    def __init__(self, target_size: int, embedding_size: int, hidden_size: int, cell: CellName = "GRU"):
        super().__init__()
        self.embedding = nn.Embedding(target_size, embedding_size)
        self.layer = recurrent_layer(cell, embedding_size, hidden_size)
        self.readout = nn.Linear(hidden_size, target_size)

    def forward(self, inputs: Tensor, state: State, memory: None = None) -> tuple[Tensor, None, State]:
        h, state = self.layer(self.embedding(inputs), state)
        return self.readout(h), None, state


class LuongDecoder(Decoder):
    """Attention after each state: the context helps to choose the word, but does not reach the next state.

    ``h_t = layer(E[y_{t-1}], h_{t-1})``, ``c_t = attention(h_t, memory)``, ``h~_t = tanh([c_t, h_t] @ W_c + b_c)``,
    ``o_t = h~_t @ W + b`` (Luong et al. 2015, equations 5 and 6, without input feeding). As no state depends on a
    context, all steps attend at once, and only the layer loops over time. ``combine`` holds W_c and b_c.
    """

    def __init__(
        self,
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        attention: Attention,
        memory_size: int,
        cell: CellName = "GRU",
    ):
        super().__init__()
        self.embedding = nn.Embedding(target_size, embedding_size)
        self.layer = recurrent_layer(cell, embedding_size, hidden_size)
        self.attention = attention
        self.combine = nn.Linear(memory_size + hidden_size, hidden_size)
        self.readout = nn.Linear(hidden_size, target_size)

    def forward(self, inputs: Tensor, state: State, memory: Memory) -> tuple[Tensor, Tensor, State]:
        h, state = self.layer(self.embedding(inputs), state)
        contexts, weights = self.attention.attend(h, *memory)
        return self.readout(torch.tanh(self.combine(torch.cat([contexts, h], dim=2)))), weights, state


class BahdanauDecoder(Decoder):
    """Attention before each state: the context that the last state finds is part of the next step's input.

    ``c_t = attention(h_{t-1}, memory)``, ``x_t = [E[y_{t-1}], c_t]``, ``h_t = layer(x_t, h_{t-1})``,
    ``o_t = [h_t, x_t] @ W + b``. Each state depends on the context before it, so the steps follow one another. The
    scores see y_{t-1}, h_t and c_t, as in equation 4 of Bahdanau et al. 2015, through one linear map in place of their
    maxout layer.
    """

    def __init__(
        self,
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        attention: Attention,
        memory_size: int,
        cell: CellName = "GRU",
    ):
        super().__init__()
        self.embedding = nn.Embedding(target_size, embedding_size)
        self.attention = attention
        self.layer = recurrent_layer(cell, embedding_size + memory_size, hidden_size)
        self.readout = nn.Linear(hidden_size + embedding_size + memory_size, target_size)

    def forward(self, inputs: Tensor, state: State, memory: Memory) -> tuple[Tensor, Tensor, State]:
        read, attended = [], []
        for t, y in enumerate(self.embedding(inputs)):
            context, weights = self.attention.attend(state_arrays(state)[0], *memory.at(t))
            x = torch.cat([y[None], context], dim=2)
            h, state = self.layer(x, state)
            read.append(torch.cat([h, x], dim=2))
            attended.append(weights)
        return self.readout(torch.cat(read)), torch.cat(attended), state


class Bridge(nn.Module):
    """A decoder's first state from a vector: ``s_0 = tanh(v @ W + b)``, (B, D) to (1, B, H), for an LSTM h and c."""

    def __init__(self, vector_size: int, hidden_size: int, cell: CellName = "GRU"):
        super().__init__()
        self.vector_size, self.arrays = vector_size, 2 if cell == "LSTM" else 1
        self.map = nn.Linear(vector_size, self.arrays * hidden_size)

    def forward(self, vectors: Tensor) -> State:
        if vectors.ndim != 2 or vectors.shape[1] != self.vector_size:
            raise ValueError(f"vectors: expected shape (B, {self.vector_size}), got {tuple(vectors.shape)}")
        arrays = torch.tanh(self.map(vectors))[None].chunk(self.arrays, dim=2)
        return tuple(array.contiguous() for array in arrays) if self.arrays == 2 else arrays[0]


def most_likely(logits: Tensor) -> Tensor:
    """The word with the highest score, never PAD or START: (..., V) to (...)."""
    permitted = logits.detach().clone()
    permitted[..., [PAD_ID, START_ID]] = -torch.inf
    return permitted.argmax(dim=-1)
