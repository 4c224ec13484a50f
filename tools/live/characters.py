"""Train the LSTM of ``live.Characters`` on tiny Shakespeare, and measure it and its units on what it has not read.

    python -m tools.live.characters

It takes about four CPU-minutes on one thread and writes rnncourse/live/weights/characters.npz. Units are put in the
order of how slowly they change, and numbers are rounded to float16, because the page carries every one of them.
"""

import json
import os
import re
from pathlib import Path

import numpy as np
import torch

from rnncourse import data
from rnncourse.data import TextBatches, Vocabulary
from rnncourse.models import LanguageModel
from rnncourse.scratch import LSTM
from rnncourse.scratch.convert import from_torch
from rnncourse.training import cross_entropy, mean_and_interval, train

PATH = Path(__file__).resolve().parents[2] / "rnncourse" / "live" / "weights" / "characters.npz"
UNITS, LANES, WINDOW, STEPS, RATE, SEED = 64, 64, 64, 12_000, 1e-2, 0
SPEAKER = re.compile(r"(?<=\n\n)[A-Z][^\n:]*:(?=\n)")
PIECES = 25  # of the text that units are scored on: the interval is over their correlations


def make_model():
    """Before any training; one bias instead of PyTorch's two, which are only ever added."""
    model = LanguageModel(65, UNITS, UNITS)
    model.layer.bias_hh_l0.requires_grad_(False).zero_()
    return model


def trained(ids):
    """The model after all its updates."""
    batches = TextBatches(ids, LANES, WINDOW)
    options = {"steps": STEPS, "seed": SEED, "learning_rate": RATE, "schedule": "one cycle", "carry_state": True}
    return train(make_model, lambda step, rng: batches(step), cross_entropy, progress="characters", **options).model


def weights_of(model):
    """As the figure reads them: the embedding and W_x are one table (V, 4H), a row for each character."""
    embedding, lstm, readout = map(from_torch, (model.inputs.embedding, model.layer, model.readout))
    arrays = {"W_x": embedding.W @ lstm.W_x, "W_h": lstm.W_h, "b": lstm.b, "W_y": readout.W, "b_y": readout.b}
    return {name: array.astype(np.float16).astype(np.float32) for name, array in arrays.items()}


def rearranged(weights, order, signs):
    """The same network with its units in another order, and some with their signs turned.

    With ``g`` turned, ``c`` and ``h`` are; whoever reads ``h`` then multiplies it by the turned weight.
    """
    columns = np.concatenate([gate * UNITS + order for gate in range(4)])
    gates = np.ones(4 * UNITS)
    gates[2 * UNITS : 3 * UNITS] = signs
    turned = {"W_x": weights["W_x"][:, columns] * gates, "b": weights["b"][columns] * gates, "b_y": weights["b_y"]}
    turned["W_h"] = weights["W_h"][order][:, columns] * gates * signs[:, None]
    turned["W_y"] = weights["W_y"][order] * signs[:, None]
    return {name: array.astype(np.float32) for name, array in turned.items()}


def read(weights, ids):
    """h and c (N, H) after each character of one text."""
    table, states = np.eye(len(weights["W_x"])), [(np.zeros((1, UNITS)), np.zeros((1, UNITS)))]
    lstm = LSTM(len(table), UNITS, np.random.default_rng(0))
    lstm.W_x, lstm.W_h, lstm.b = (weights[name].astype(float) for name in ("W_x", "W_h", "b"))
    for number in ids:
        states.append(lstm.forward(table[number][None, None], states[-1])[1])
    return tuple(np.concatenate([state[part] for state in states[1:]]) for part in (0, 1))


def bits(weights, h, ids):
    """The mean surprise of each character after the first, given the state after the one before it."""
    scores = h[:-1] @ weights["W_y"] + weights["b_y"]
    scores -= scores.max(axis=1, keepdims=True)
    nats = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(scores)), ids[1:]]
    return float(nats.mean() / np.log(2))


def since(marks):
    """How many characters ago the last mark was."""
    place = np.arange(len(marks))
    return place - np.maximum.accumulate(np.where(marks, place, 0))


def truths(text):
    """What a unit might keep track of, a number for each character."""
    letters, name = np.array(list(text)), np.zeros(len(text))
    for match in SPEAKER.finditer(text):
        name[slice(*match.span())] = 1
    in_word = np.char.isalpha(letters) | (letters == "'")
    return {
        "rises along a line": since(letters == "\n"),
        "is on in a speaker's name": name,
        "rises along a word": since(~in_word),
        "rises along a speech": since(name > 0),
    }


def correlations(x, truth):
    """Of each column with the truth."""
    x, y = x - x.mean(axis=0), truth - truth.mean()
    return y @ x / (np.linalg.norm(x, axis=0) * np.linalg.norm(y)).clip(min=1e-9)


def examined(cells, untrained, one_hot, text):
    """For each truth the unit of the highest correlation, chosen on one half of the text and scored on the other.

    Beside it stands what the untrained network's best unit reaches, and what the letter tells without any memory.
    """
    half, found = len(text) // 2, []
    for what, truth in truths(text).items():
        one, two = truth[:half].astype(float), truth[half:].astype(float)
        chosen, blank = (correlations(x[:half], one) for x in (cells, untrained))
        unit, other = (int(np.abs(r).argmax()) for r in (chosen, blank))
        pieces = zip(np.array_split(cells[half:, [unit]], PIECES), np.array_split(two, PIECES), strict=True)
        mean, interval = mean_and_interval([abs(correlations(*piece)[0]) for piece in pieces])
        of_letters = one_hot[half:] @ np.linalg.lstsq(one_hot[:half], one, rcond=None)[0]
        found.append({
            "unit": unit,
            "what": what,
            "sign": int(np.sign(chosen[unit])),
            "r": abs(float(correlations(cells[half:], two)[unit])),
            "pieces": [float(mean), float(interval)],
            "untrained": abs(float(correlations(untrained[half:], two)[other])),
            "letter": abs(float(correlations(of_letters[:, None], two)[0])),
        })  # fmt: skip
    return found


def worth_saying(unit):
    """Whether a unit tells much, and clearly more than chance weights and than the letter alone."""
    return unit["r"] > 0.7 and unit["r"] > 0.1 + max(unit["untrained"], unit["letter"])


def main():
    torch.set_num_threads(1)
    text = data.real.load("tiny_shakespeare")
    alphabet = Vocabulary(sorted(set(text)), special=False)
    ids, cut = alphabet.encode(text), int(0.9 * len(text))
    weights = weights_of(trained(ids[:cut]))
    torch.manual_seed(SEED)
    h, c = read(weights, ids[cut:])
    cells, blank = np.tanh(c), np.tanh(read(weights_of(make_model()), ids[cut:])[1])
    found = examined(cells, blank, np.eye(len(alphabet))[ids[cut:]], text[cut:])
    for unit in found:
        print(unit)
    slowness = np.abs(np.diff(cells, axis=0)).mean(axis=0) / cells.std(axis=0)
    order, signs = np.argsort(slowness), np.ones(UNITS)
    named = [unit | {"unit": int(np.flatnonzero(order == unit["unit"])[0])} for unit in found if worth_saying(unit)]
    for unit in named:
        signs[unit["unit"]] = unit.pop("sign")
    about = {
        "alphabet": "".join(alphabet.words),
        "bits": bits(weights, h, ids[cut:]),
        "data": "tiny_shakespeare: read the first 90 %, measured on the last tenth",
        "named": named,
        "seed": SEED,
        "steps": STEPS,
    }
    store(rearranged(weights, order, signs), about)
    print(f"{about['bits']:.3f} bits a character on the last tenth")


def store(weights, about):
    """Under its name only when complete."""
    PATH.parent.mkdir(exist_ok=True)
    draft = PATH.with_suffix(".draft.npz")
    np.savez_compressed(draft, about=np.array(json.dumps(about, sort_keys=True)), **weights)
    os.replace(draft, PATH)


if __name__ == "__main__":
    main()
