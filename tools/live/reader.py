"""Train the network of ``live.DateReader``: it finds the date in a sentence and writes it as ISO 8601.

Run as ``python -m tools.live.reader``: one seed, one thread, two minutes. Writes rnncourse/live/weights/reader.npz.
"""

import io
import json
from pathlib import Path

import click
import numpy as np
from torch import nn

from rnncourse import data, training, whole_file
from rnncourse.live.date_network import LONGEST, READS, WRITES, DateNetwork
from rnncourse.models.attention import GeneralAttention, length_mask
from rnncourse.models.decoder import LuongDecoder, Memory
from rnncourse.models.recurrent import recurrent_layer, run_layer
from rnncourse.scratch.convert import from_torch
from tools.live.sentences import EXAM_FRAMES, exam, practice

WEIGHTS = Path(__file__).parents[2] / "rnncourse" / "live" / "weights" / "reader.npz"
SIZES = {"letter": 16, "encoder": 40, "digit": 8, "decoder": 32}
EXAM_SEED = 2024


class Reader(nn.Module):
    """What :class:`DateNetwork` computes, for PyTorch to train: the decoder starts from zeros and has to look."""

    def __init__(self, letter, encoder, digit, decoder):
        super().__init__()
        self.embedding = nn.Embedding(len(READS), letter)
        self.encoder = recurrent_layer("LSTM", letter, encoder, bidirectional=True)
        attention = GeneralAttention(decoder, 2 * encoder)
        self.decoder = LuongDecoder(len(WRITES), digit, decoder, attention, 2 * encoder, "LSTM")

    def forward(self, sources, lengths, inputs):
        outputs, _ = run_layer(self.encoder, self.embedding(sources), lengths)
        visible = length_mask(lengths, len(sources)).T[None]
        memory = Memory(self.decoder.attention.project(outputs), outputs, visible)
        zeros = outputs.new_zeros(1, sources.shape[1], self.decoder.layer.hidden_size)
        logits, weights, _ = self.decoder(inputs, (zeros, zeros), memory)
        return logits, weights


def batch(step, rng, size=64):
    """Fresh sentences at each step, all of one step within the same length, so that little of them is padding."""
    pairs = practice(size, rng, longest=int(rng.integers(24, LONGEST + 1)))
    return data.translation_batch(*data.sources_and_targets(pairs), READS, WRITES)


def exported(reader):
    """The weights under the names of :class:`DateNetwork`, rounded to what float16 holds, so that a page is lighter."""
    decoder = reader.decoder
    parts = {"encoder.embedding": reader.embedding, "encoder.layer": reader.encoder}
    parts |= {f"decoder.{name}": getattr(decoder, name) for name in ("embedding", "layer", "combine", "readout")}
    arrays = {"decoder.attention.W": decoder.attention.W.detach().numpy()}
    for part, module in parts.items():
        arrays |= {f"{part}.{name}": array for name, array in from_torch(module).parameters().items()}
    return {name: array.astype(np.float16).astype(np.float32) for name, array in arrays.items()}


def scores(network, pairs):
    """How many it reads without a mistake, and how much attention falls on the letters that decide, against chance."""
    readings = [network.read(pair.source) for pair in pairs]
    truths = [data.alignment_array([pair])[:-1] for pair in pairs]  # no row for EOS
    steps = [truth.any(axis=2).sum() for truth in truths]
    looks = zip(readings, truths, strict=True)
    mass = [data.attention_mass(reading.weights[:, None], truth) for reading, truth in looks]
    return {
        "exact": float(np.mean([r.answer == pair.target for r, pair in zip(readings, pairs, strict=True)])),
        "mass": float(np.average(mass, weights=steps)),
        "chance": float(np.average([data.chance_mass(truth) for truth in truths], weights=steps)),
    }


@click.command(help=__doc__)
@click.option("--steps", default=1500, show_default=True, help="Batches of 64 sentences.")
@click.option("--seed", default=0, show_default=True)
@click.option("--sentences", default=1000, show_default=True, help="How many the exam has.")
def main(steps, seed, sentences):
    settings = {"steps": steps, "seed": seed, "learning_rate": 5e-3, "schedule": "one cycle"}
    run = training.train(lambda: Reader(**SIZES), batch, training.cross_entropy, **settings)
    weights = exported(run.model)
    questions = exam(sentences, np.random.default_rng(EXAM_SEED))
    result = scores(DateNetwork(weights), questions)
    about = {
        "what": "A bidirectional LSTM and an LSTM with general attention that read the date in a sentence.",
        "data": "tools.live.sentences.practice: fresh sentences in each batch of 64",
        "training": settings | {"sizes": SIZES},
        "exam": {"seed": EXAM_SEED, "sentences": sentences, "patterns": len(EXAM_FRAMES)} | result,
    }
    content = io.BytesIO()
    np.savez_compressed(content, about=json.dumps(about), **weights)
    whole_file.write(WEIGHTS, content.getvalue())
    click.echo(json.dumps(about["exam"]))


if __name__ == "__main__":
    main()
