"""Figures that compute in the page: small trained networks in plain JavaScript, held equal to the NumPy code by tests."""

from rnncourse.live.characters import Characters
from rnncourse.live.gradients import GradientLaboratory
from rnncourse.live.reader import DateReader

__all__ = ["Characters", "DateReader", "GradientLaboratory"]
