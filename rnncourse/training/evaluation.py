"""The outputs of a model, without training it."""

import numpy as np
import torch

from rnncourse.data import Vocabulary
from rnncourse.models.evaluating import evaluating
from rnncourse.training.tensors import as_tensors, device_and_dtype


def predict(model: torch.nn.Module, batch, with_extra: bool = False):
    """The outputs of the model for a batch, in eval() mode and without gradients, as NumPy arrays.

    ``batch`` is what the training loop takes: a tuple, last the targets, which are not used and may be None. Returns
    the outputs; with ``with_extra=True`` it returns ``(outputs, extra)``, extra being what the model returns besides,
    such as attention weights or the last state.
    """
    with evaluating(model):
        outputs, extra = outputs_and_extra(model(*as_tensors(batch, *device_and_dtype(model))[:-1]))
    return (_as_numpy(outputs), _as_numpy(extra)) if with_extra else _as_numpy(outputs)


def generate(model: torch.nn.Module, batch, vocabulary: Vocabulary, max_steps: int = 50, with_extra: bool = False):
    """The sentences that the model writes for a batch, each word read as the next step's input: B lists of words.

    ``batch`` is that of the training loop, such as a ``TranslationBatch`` or a ``CaptionBatch``; its last two parts,
    what the decoder reads and should say in training, are not used. The model has a ``greedy(*inputs, max_steps)``;
    any other is a ``ValueError``. Sentences end before EOS. With ``with_extra=True`` it returns ``(sentences, extra)``,
    extra being the attention weights (T, B, S), or None without attention.
    """
    if not hasattr(model, "greedy"):
        raise ValueError(f"model: expected one that writes sentences, with a greedy(), got {type(model).__name__}")
    returned = model.greedy(*as_tensors(batch, *device_and_dtype(model))[:-2], max_steps=max_steps)
    tokens, extra = map(_as_numpy, outputs_and_extra(returned))
    sentences = [vocabulary.decode(column) for column in tokens.T]
    return (sentences, extra) if with_extra else sentences


def outputs_and_extra(returned):
    """``(outputs, extra)`` of what a model returned: outputs alone (extra None), or a tuple of outputs and others."""
    if not isinstance(returned, tuple):
        return returned, None
    outputs, *others = returned
    return outputs, others[0] if len(others) == 1 else tuple(others) or None


def _as_numpy(value) -> np.ndarray | tuple | None:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return tuple(map(_as_numpy, value)) if isinstance(value, tuple | list) else value
