"""A complete character RNN in NumPy: it reads letter by letter, and learns to write.

    h_t = tanh(W_xh[x_t] + h_{t-1} W_hh + b_h)    the state after step t
    o_t = h_t W_hy + b_y                          a score for each character
    p_t = softmax(o_t)                            how likely each is to follow
    L   = -sum_t log p_t[y_t]                     the loss; y_t is the one that follows

Vectors are rows, and a character x_t is a number. Reading it is to look up row x_t of
W_xh, for a one-hot row times W_xh is just that: all other rows are multiplied by 0.

In the manner of Andrej Karpathy's 112 lines (2015). To train it on a text of yours, or
else on Python's own manual: python -m rnncourse.char_rnn [FILE]
"""

import sys
from itertools import islice
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

HIDDEN, STEPS, RATE, CLIP = 100, 25, 0.05, 5.0  # a rate of 0.1 may end in chaos


def make_weights(size, rng):
    """Small random matrices and zero biases, for an alphabet of this size."""
    shapes = {"W_xh": (size, HIDDEN), "W_hh": (HIDDEN, HIDDEN), "W_hy": (HIDDEN, size)}
    weights = {name: 0.01 * rng.standard_normal(shapes[name]) for name in shapes}
    return weights | {"b_h": np.zeros(HIDDEN), "b_y": np.zeros(size)}


def step(weights, character, h):
    """Read one character: the new state, and how likely each character is to follow."""
    h = np.tanh(weights["W_xh"][character] + h @ weights["W_hh"] + weights["b_h"])
    o = h @ weights["W_hy"] + weights["b_y"]
    p = np.exp(o - o.max())  # less the largest score, so that nothing overflows
    return h, p / p.sum()


def loss_and_gradients(weights, inputs, targets, h_0):
    """Loss of a text in nats from the state h_0 on, gradients, and the last state."""
    h, p, loss = {-1: h_0}, {}, 0.0  # step 0 starts in h_0
    for t in range(len(inputs)):
        h[t], p[t] = step(weights, inputs[t], h[t - 1])
        loss -= np.log(p[t][targets[t]])

    gradients = {name: np.zeros_like(weight) for name, weight in weights.items()}
    dh_later = np.zeros_like(h_0)  # the part of dL/dh_t that comes from step t + 1
    for t in reversed(range(len(inputs))):
        do = p[t].copy()
        do[targets[t]] -= 1
        dh = do @ weights["W_hy"].T + dh_later
        da = (1 - h[t] ** 2) * dh
        gradients["W_xh"][inputs[t]] += da
        gradients["W_hh"] += np.outer(h[t - 1], da)
        gradients["b_h"] += da
        gradients["W_hy"] += np.outer(h[t], do)
        gradients["b_y"] += do
        dh_later = da @ weights["W_hh"].T
    return loss, gradients, h[len(inputs) - 1]


def train(weights, text):
    """Adagrad, piece after piece, for ever; yields each one's loss and last state."""
    if len(text) <= STEPS or len(set(text)) < 2:
        wanted = f"more than {STEPS} characters, not all of them the same"
        raise ValueError(f"text: expected {wanted}, got {len(text)}")
    square_sums = {name: np.zeros_like(weight) for name, weight in weights.items()}
    while True:
        h = np.zeros_like(weights["b_h"])
        for start in range(0, len(text) - STEPS, STEPS):
            piece = text[start : start + STEPS + 1]
            loss, gradients, h = loss_and_gradients(weights, piece[:-1], piece[1:], h)
            for name, gradient in gradients.items():
                gradient = gradient.clip(-CLIP, CLIP)
                square_sums[name] += gradient**2
                weights[name] -= RATE * gradient / (np.sqrt(square_sums[name]) + 1e-8)
            yield loss, h


def sample(weights, character, h, length, rng):
    """Write on: draw a character from the probabilities, read it, and so on."""
    written = []
    for _ in range(length):
        h, p = step(weights, character, h)
        character = int(rng.choice(len(p), p=p))
        written.append(character)
    return written


def main(letters, updates=20_000):
    """Train; print now and then how well it predicts the text, and what it writes."""
    alphabet, rng = sorted(set(letters)), np.random.default_rng(0)
    number = {letter: i for i, letter in enumerate(alphabet)}
    text = [number[letter] for letter in letters]
    weights, losses = make_weights(len(alphabet), rng), []
    for update, (loss, h) in enumerate(islice(train(weights, text), updates + 1)):
        losses.append(loss)
        if update % 1000 == 0:
            bits = np.mean(losses[-1000:]) / STEPS / np.log(2)
            print(f"\n--- update {update}: {bits:.2f} bits a character")
            writing = sample(weights, text[0], h, 200, rng)
            print("".join(alphabet[i] for i in writing), flush=True)


if __name__ == "__main__":
    manual = "\n".join(topics.values())
    try:
        main(Path(sys.argv[1]).read_text("utf-8") if sys.argv[1:] else manual)
    except (OSError, ValueError) as error:
        sys.exit(f"FILE cannot be learned: {error}")
