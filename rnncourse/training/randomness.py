"""Seeds and threads: what has to be fixed so that a run gives the same numbers whenever it is run or resumed."""

from contextlib import contextmanager

import numpy as np
import torch

BLOCK = 64
"""For how many steps seeds are made at once."""


@contextmanager
def repeatable(device: torch.device):
    """Inside, torch has one thread and its own random numbers; then the caller's thread count and generators return."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]), _kept_generator(device):
            yield
    finally:
        torch.set_num_threads(threads)


def seed_torch(seed: int, device: torch.device):
    """Seed the CPU's generator, which starts models, and the device's own, which serves dropout there."""
    torch.default_generator.manual_seed(int(seed))  # not torch.manual_seed: a hundred times slower, it asks all devices
    if device.type != "cpu":
        torch.get_device_module(device).manual_seed(int(seed))


class StepSeeds:
    """The random numbers of each step of a run.

    As every step has seeds of its own, no generator has to be saved: a run that goes on at step k draws what it would
    have drawn without the break.
    """

    def __init__(self, seed: int, device: torch.device):
        self._seed, self._device, self._ready = seed, device, {}

    def start(self, step: int) -> np.random.Generator:
        """Seed torch for this step and return ``np.random.default_rng([seed, step])`` for its batch."""
        if step not in self._ready:  # in blocks: one alone, between two steps of a model, takes five times as long
            self._ready = {k: self._made(k) for k in range(step, step + BLOCK)}
        torch_seed, rng = self._ready.pop(step)
        seed_torch(torch_seed, self._device)
        return rng

    def _made(self, step):
        sequence = np.random.SeedSequence([self._seed, step])
        return int(sequence.generate_state(1)[0]), np.random.default_rng(sequence)


@contextmanager
def _kept_generator(device):
    if device.type == "cpu":
        yield
        return
    module = torch.get_device_module(device)
    state = module.get_rng_state()
    try:
        yield
    finally:
        module.set_rng_state(state)
