"""Layers: a cell over a whole sequence, arranged for speed, and layers made of layers."""

from rnncourse.scratch.recurrent.bidirectional import Bidirectional
from rnncourse.scratch.recurrent.gru import GRU
from rnncourse.scratch.recurrent.lstm import LSTM
from rnncourse.scratch.recurrent.rnn import RNN
from rnncourse.scratch.recurrent.stacked import Stacked
from rnncourse.scratch.recurrent.unrolled import Unrolled

__all__ = ["GRU", "LSTM", "RNN", "Bidirectional", "Stacked", "Unrolled"]
