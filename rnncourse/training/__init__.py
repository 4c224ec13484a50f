"""Training: one loop for all models, and comparisons of models over several seeds.

What needs torch is imported on first use, so that a NumPy-only chapter can have intervals without importing torch.
"""

from rnncourse.training.intervals import mean_and_interval

__all__ = [
    "Comparison",
    "Run",
    "TrainingDiverged",
    "compare",
    "cross_entropy",
    "generate",
    "mean_and_interval",
    "mean_squared_error",
    "predict",
    "train",
]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rnncourse.training import comparison, divergence, evaluation, loop, losses, run

    homes = (comparison, divergence, evaluation, loop, losses, run)
    return next(getattr(home, name) for home in homes if hasattr(home, name))


def __dir__():
    return sorted(__all__)
