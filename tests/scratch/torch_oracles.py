"""The same quantities by torch's automatic differentiation, in float64."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def leaves(arrays):
    """Tensors that autograd tracks, copies of a dictionary of arrays."""
    return {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}


def gradients(tensors):
    """What autograd left in the ``grad`` of each tensor, as arrays."""
    return {name: tensor.grad.numpy() for name, tensor in tensors.items()}


def elman_step(p, x, h):
    """The equation of the cell on tensors."""
    return torch.tanh(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])


def recurrent(layer, x, state, doutputs, dstate, lengths=None):
    """``torch.nn.RNN``, ``LSTM`` or ``GRU`` with this layer's weights: outputs, state and all gradients by our names.

    torch has two biases where we have one; each gets a part, except the one inside the GRU's reset, which we have too.
    """
    theirs, ours = _torch_layer(layer), layer.parameters()
    W_x, W_h, b, *b_hn = ours.values()
    H = len(W_h)
    second = 0.25 * b
    if b_hn:
        second[2 * H :] = b_hn[0]
    first = b - second
    if b_hn:
        first[2 * H :] = b[2 * H :]
    parameters = theirs.weight_ih_l0, theirs.weight_hh_l0, theirs.bias_ih_l0, theirs.bias_hh_l0
    with torch.no_grad():
        for parameter, value in zip(parameters, (W_x.T, W_h.T, first, second), strict=True):
            parameter.copy_(torch.tensor(value))
    inputs = leaves({"x": x} | {f"state {i}": array[None] for i, array in enumerate(state)})
    start = tuple(list(inputs.values())[1:])
    sequence = inputs["x"] if lengths is None else pack_padded_sequence(inputs["x"], lengths, enforce_sorted=False)
    outputs, last = theirs(sequence, start if len(start) > 1 else start[0])
    outputs = outputs if lengths is None else pad_packed_sequence(outputs, total_length=len(x))[0]
    last = last if isinstance(last, tuple) else (last,)
    torch.autograd.backward([outputs, *last], [torch.tensor(g) for g in (doutputs, *(array[None] for array in dstate))])
    grads = dict(zip(ours, [parameter.grad.numpy() for parameter in parameters], strict=False))
    grads = {name: grad.T for name, grad in grads.items()}
    if b_hn:
        grads["b_hn"] = grads["b_hn"][2 * H :]
    grads |= {name: tensor.grad.numpy() for name, tensor in inputs.items() if name == "x"}
    grads |= {name: tensor.grad.numpy()[0] for name, tensor in inputs.items() if name != "x"}
    return outputs.detach().numpy(), [array.detach().numpy()[0] for array in last], grads


def _torch_layer(layer):
    kind = next(kind for kind in ("RNN", "LSTM", "GRU") if kind in type(layer).__name__)
    options = {"nonlinearity": layer.nonlinearity} if kind == "RNN" else {}
    return getattr(torch.nn, kind)(layer.input_size, layer.output_size, dtype=torch.float64, **options)


def truncated(parameters, x, h0, doutputs, window, stride):
    """BPTT(window; stride) by its definition.

    The losses of each ``stride`` steps see a graph that starts ``window`` steps before their end, from a state whose
    value is right and which is detached: no gradient flows beyond it. A last stretch that the sequence cuts short
    starts where a whole one would.
    """
    tensors = leaves(parameters | {"x": x})
    states = [torch.tensor(h0)]
    for x_t in tensors["x"].detach():
        states.append(elman_step(tensors, x_t, states[-1]).detach())
    for first in range(0, len(x), stride):
        start = max(0, first + stride - window)
        h = states[start]
        for t in range(start, min(first + stride, len(x))):
            h = elman_step(tensors, tensors["x"][t], h)
            if t >= first:
                (h * torch.tensor(doutputs[t])).sum().backward(retain_graph=True)
    return gradients(tensors)
