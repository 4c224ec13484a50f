"""A complete character RNN in plain NumPy: it reads a text one character at a time and learns to continue it.

    h_t = tanh(U x_t + W h_{t-1} + b)     o_t = V h_t + c     p_t = softmax(o_t)     L = -sum_t log p_t[y_t]

All vectors are columns: x_t is one-hot, with its 1 at the character of step t, and y_t is the character that follows.
In the manner of Andrej Karpathy's program of 112 lines (2015). To train it on a text of yours, or on Python's manual:

    python -m benchmarks.plain_char_rnn [FILE]
"""

import sys
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

HIDDEN, STEPS, RATE, CLIP = 100, 25, 0.05, 5.0  # at a rate of 0.1, two of four starts ended in chaos


def make_weights(size, rng):
    """Small random matrices and zero biases, for a text of this many different characters."""
    U, W, V = (0.01 * rng.standard_normal(shape) for shape in [(HIDDEN, size), (HIDDEN, HIDDEN), (size, HIDDEN)])
    return {"U": U, "W": W, "V": V, "b": np.zeros((HIDDEN, 1)), "c": np.zeros((size, 1))}


def step(weights, character, h):
    """Read one character: its one-hot column, the new state, and the probabilities of the character that follows."""
    U, W, V, b, c = weights.values()
    x = np.zeros_like(c)
    x[character] = 1
    h = np.tanh(U @ x + W @ h + b)
    o = V @ h + c
    p = np.exp(o - o.max())
    return x, h, p / p.sum()


def loss_and_gradients(weights, inputs, targets, h0):
    """The loss in nats of a piece of text that begins in the state h0, its gradients, and the last state."""
    x, h, p, loss = {}, {-1: h0}, {}, 0.0
    for t in range(len(inputs)):
        x[t], h[t], p[t] = step(weights, inputs[t], h[t - 1])
        loss -= np.log(p[t][targets[t], 0])

    grads = {name: np.zeros_like(weight) for name, weight in weights.items()}
    dh_later = np.zeros_like(h0)  # the part of dL/dh_t that comes back from step t + 1
    for t in reversed(range(len(inputs))):
        do = p[t].copy()
        do[targets[t]] -= 1
        dh = weights["V"].T @ do + dh_later
        da = (1 - h[t] ** 2) * dh
        grads["U"] += da @ x[t].T
        grads["W"] += da @ h[t - 1].T
        grads["V"] += do @ h[t].T
        grads["b"] += da
        grads["c"] += do
        dh_later = weights["W"].T @ da
    return loss, grads, h[len(inputs) - 1]


def train(weights, text):
    """Adagrad, piece after piece of the text and over again, for ever; yields each piece's loss and last state."""
    square_sums = {name: np.zeros_like(weight) for name, weight in weights.items()}
    while True:
        h = np.zeros_like(weights["b"])
        for start in range(0, len(text) - STEPS, STEPS):
            inputs, targets = text[start : start + STEPS], text[start + 1 : start + STEPS + 1]
            loss, grads, h = loss_and_gradients(weights, inputs, targets, h)
            for name, grad in grads.items():
                grad = grad.clip(-CLIP, CLIP)
                square_sums[name] += grad**2
                weights[name] -= RATE * grad / (np.sqrt(square_sums[name]) + 1e-8)
            yield loss, h


def sample(weights, character, h, length, rng):
    """Write on: each character is drawn with the network's own probabilities, and read next."""
    written = []
    for _ in range(length):
        _, h, p = step(weights, character, h)
        character = rng.choice(len(p), p=p[:, 0])
        written.append(character)
    return written


def main(letters, updates=20_000):
    """Train, and show now and then how well the text is predicted and what the network writes."""
    alphabet, rng = sorted(set(letters)), np.random.default_rng(0)
    text = [alphabet.index(letter) for letter in letters]
    weights, smooth = make_weights(len(alphabet), rng), STEPS * np.log(len(alphabet))
    for update, (loss, h) in zip(range(updates + 1), train(weights, text), strict=False):
        smooth += 0.001 * (loss - smooth)
        if update % 1000 == 0:
            print(f"\n--- update {update}: {smooth / STEPS / np.log(2):.2f} bits a character")
            print("".join(alphabet[i] for i in sample(weights, text[0], h, 200, rng)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text("utf-8") if sys.argv[1:] else "\n".join(topics.values()))
