"""rnncourse: the companion package of an executable course on recurrent neural networks."""

__version__ = "0.1.0"
