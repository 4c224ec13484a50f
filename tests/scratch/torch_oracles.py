"""The same quantities by torch's automatic differentiation, in float64."""

import torch


def leaves(arrays):
    """Tensors that autograd tracks, copies of a dictionary of arrays."""
    return {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}


def gradients(tensors):
    """What autograd left in the ``grad`` of each tensor, as arrays."""
    return {name: tensor.grad.numpy() for name, tensor in tensors.items()}


def elman_step(p, x, h):
    """The equation of the cell on tensors."""
    return torch.tanh(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])


def rnn(parameters, x, h0, doutputs, dstate):
    """``torch.nn.RNN`` with these weights: outputs, state and the gradients under our names."""
    layer = torch.nn.RNN(*parameters["W_xh"].shape, dtype=torch.float64)
    part = 0.25  # torch adds two biases where we have one
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(parameters["W_xh"].T))
        layer.weight_hh_l0.copy_(torch.tensor(parameters["W_hh"].T))
        layer.bias_ih_l0.copy_(torch.tensor(part * parameters["b_h"]))
        layer.bias_hh_l0.copy_(torch.tensor((1 - part) * parameters["b_h"]))
    inputs = leaves({"x": x, "h0": h0[None]})
    outputs, state = layer(inputs["x"], inputs["h0"])
    torch.autograd.backward([outputs, state], [torch.tensor(doutputs), torch.tensor(dstate[None])])
    grads = {
        "W_xh": layer.weight_ih_l0.grad.numpy().T,
        "W_hh": layer.weight_hh_l0.grad.numpy().T,
        "b_h": layer.bias_ih_l0.grad.numpy(),  # bias_hh has the same
        "x": inputs["x"].grad.numpy(),
        "h0": inputs["h0"].grad.numpy()[0],
    }
    return outputs.detach().numpy(), state.detach().numpy()[0], grads


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
