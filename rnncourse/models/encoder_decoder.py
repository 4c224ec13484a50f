"""The encoder-decoder: one network reads the source, a second one, started where the first ended, writes the target."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from rnncourse.models.attention import length_mask, make_attention
from rnncourse.models.decoder import BahdanauDecoder, LuongDecoder, Memory, PlainDecoder
from rnncourse.models.evaluating import evaluating
from rnncourse.models.recurrent import (
    CellName,
    State,
    recurrent_layer,
    require_lengths,
    require_tokens,
    run_layer,
)
from rnncourse.scratch.validate import require_choice, require_fraction, require_size

ATTENDS = {"after": LuongDecoder, "before": BahdanauDecoder}


class EncoderDecoder(nn.Module):
    """``p(y_1..y_T | x_1..x_S) = prod_t p(y_t | y_<t, s)`` with s from the encoder (Sutskever et al. 2014, equation 1).

    The encoder's last state is the decoder's first. With attention the decoder sees the encoder's outputs too. A
    bidirectional encoder has half of the units in each direction, so its outputs and states are ``hidden_size`` wide.

    Parameters
    ----------
    source_size, target_size : how many words the two vocabularies have, PAD 0, START 1 and EOS 2 among them.
    cell : "RNN", "LSTM" or "GRU", for both halves.
    attention : None, or the score: "additive", "general", "dot" or "scaled dot".
    attend : "after" each state, as :class:`LuongDecoder`, all steps at once and so quicker to train, or "before" it, as
        :class:`BahdanauDecoder`.
    bidirectional : whether the encoder reads in both directions; ``hidden_size`` is then even.
    wait : simultaneous translation: the decoder stays ``wait`` words behind the source, so step t, from 0, sees the
        first ``t + wait`` words, or all if there are fewer. Needs attention and an encoder in one direction; the
        decoder then starts from zeros, as the last state has seen the whole source. Source: Ma et al. 2019, *STACL:
        simultaneous translation with implicit anticipation and controllable latency using prefix-to-prefix framework*.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        *,
        cell: CellName = "GRU",
        attention: str | None = None,
        attend: str = "after",
        bidirectional: bool = False,
        wait: int | None = None,
    ):
        super().__init__()
        _require_options(attend, hidden_size, bidirectional)
        _require_wait(wait, attention, bidirectional)
        self.source_size, self.wait = source_size, wait
        self.embedding = nn.Embedding(source_size, embedding_size)
        width = hidden_size // 2 if bidirectional else hidden_size
        self.encoder = recurrent_layer(cell, embedding_size, width, bidirectional=bidirectional)
        sizes = target_size, embedding_size, hidden_size
        if attention is None:
            self.decoder = PlainDecoder(*sizes, cell)
        else:
            self.decoder = ATTENDS[attend](*sizes, make_attention(attention, hidden_size), hidden_size, cell)

    def forward(
        self, sources: Tensor, lengths: Tensor, inputs: Tensor, own_words: float = 0.0
    ) -> tuple[Tensor, Tensor | None]:
        """Score each next word after the inputs (T, B): ``(logits, weights)``.

        Sources are (S, B) ids, of which the first ``lengths`` (B,) count. Logits are (T, B, V); weights (T, B, S), or
        None without attention. With probability ``own_words``, each input after the first is replaced by the model's
        own last word: 0 is teacher forcing, 1 is free running, and between them is scheduled sampling. Raises
        ``ValueError`` for ids out of range, lengths that are not from 1 to S, and arguments that differ in B.
        """
        self.decoder.require_inputs(inputs, sources.shape[-1])
        require_fraction("own_words", own_words)
        state, memory = self.encode(sources, lengths, len(inputs))
        if own_words > 0:
            return self.decoder.scheduled(inputs, state, memory, own_words)
        logits, weights, _ = self.decoder(inputs, state, memory)
        return logits, weights

    def greedy(self, sources: Tensor, lengths: Tensor, max_steps: int = 50) -> tuple[Tensor, Tensor | None]:
        """The most likely word at each step: ``(tokens, weights)``, (T, B) and (T, B, S) or None.

        It ends with the longest sentence, or after ``max_steps`` words. Tokens hold EOS, and PAD behind it.
        """
        with evaluating(self):
            return self.decoder.greedy(*self.encode(sources, lengths, max_steps), max_steps)

    def encode(self, sources: Tensor, lengths: Tensor, steps: int = 1) -> tuple[State, Memory | None]:
        """The decoder's first state, and what its ``steps`` steps may attend to, or None without attention."""
        require_tokens("sources", sources, self.source_size)
        require_lengths(lengths, sources)
        outputs, state = run_layer(self.encoder, self.embedding(sources), lengths)
        state = each(_side_by_side, state)
        if isinstance(self.decoder, PlainDecoder):
            return state, None
        visible = length_mask(lengths, len(sources)).T[None]
        if self.wait is not None:
            state = each(torch.zeros_like, state)
            read = torch.arange(steps, device=lengths.device) + self.wait
            visible = visible & length_mask(read, len(sources)).T[:, None]
        return state, Memory(self.decoder.attention.project(outputs), outputs, visible)

    def start(self, sources: Tensor, lengths: Tensor, copies: int = 1) -> tuple[State, Callable]:
        """``(state, step)`` in NumPy, what :func:`rnncourse.scratch.seq2seq.beam_search` needs.

        ``step(state, tokens)`` gives the log-probabilities (B copies, V) of the next word and the next state, for
        ``copies`` rows of each source next to each other, as a beam of that width has them.
        """
        if self.wait is not None:
            raise ValueError(f"wait: expected None for a search, which does not count the steps, got {self.wait}")
        with evaluating(self):
            state, memory = self.encode(sources, lengths)
        if memory is not None:
            memory = Memory(*(array.repeat_interleave(copies, dim=1) for array in memory))

        @torch.no_grad()
        def step(state, tokens: np.ndarray):
            if memory is not None and len(tokens) != memory.values.shape[1]:
                expected = f"{memory.values.shape[1]}, copies={copies} for each source"
                raise ValueError(f"tokens: expected {expected}, got {len(tokens)}; give start() the width of the beam")
            read = torch.as_tensor(tokens, device=sources.device)[None]
            state = each(lambda array: torch.as_tensor(array, device=sources.device).contiguous(), state)
            logits, _, state = self.decoder(read, state, memory)
            return log_softmax(logits[0], dim=-1).numpy(force=True), each(_as_numpy, state)

        return each(_as_numpy, state), step


def each(function: Callable, state: State):
    """The state with each of its arrays changed by the function."""
    return tuple(map(function, state)) if isinstance(state, tuple) else function(state)


def _as_numpy(array: Tensor) -> np.ndarray:
    return array.numpy(force=True)


def _side_by_side(last: Tensor) -> Tensor:
    """(directions, B, H) to (1, B, directions H), in the order of the outputs."""
    return last.transpose(0, 1).reshape(1, last.shape[1], -1)


def _require_options(attend, hidden_size, bidirectional):
    require_choice("attend", attend, ATTENDS)
    if bidirectional and hidden_size % 2:
        raise ValueError(f"hidden_size: expected an even number for two directions, got {hidden_size}")


def _require_wait(wait, attention, bidirectional):
    if wait is None:
        return
    require_size("wait", wait)
    if attention is None or bidirectional:
        got = f"attention={attention!r} and bidirectional={bidirectional}"
        raise ValueError(f"wait: expected an attention, and an encoder that reads in one direction, got {got}")
