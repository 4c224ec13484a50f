"""The PyTorch models that the course's experiments train: small, time-major, each with its equation.

A model is called with a batch without its last part, the targets; :mod:`rnncourse.data` makes the batches and
:mod:`rnncourse.training` trains them. What torch has is not here: layers are ``nn.RNN``, ``nn.LSTM`` and ``nn.GRU``.
"""

from rnncourse.models.attention import (
    AdditiveAttention,
    DotProductAttention,
    GeneralAttention,
    ScaledDotProductAttention,
)
from rnncourse.models.baselines import BagOfWords, ConvolutionTagger, WindowModel
from rnncourse.models.captioner import Captioner, VectorCaptioner
from rnncourse.models.deep import HighwayNetwork, PlainNetwork
from rnncourse.models.deep_transition import DeepTransitionRNN
from rnncourse.models.encoder_decoder import EncoderDecoder
from rnncourse.models.feedback import ConditionalRNN, JordanRNN, previous
from rnncourse.models.gated_unit import GatedUnit
from rnncourse.models.lstm_variants import VARIANTS, LSTMPopulation, LSTMVariant, member_losses
from rnncourse.models.recurrent import chrono_, forget_bias_, identity_, orthogonal_
from rnncourse.models.recursive import RecursiveNetwork, RecursiveTensorNetwork, TreeLSTM
from rnncourse.models.sequence import Classifier, LanguageModel, Tagger, gates
from rnncourse.models.stacked import StackedRecurrent, StackedTagger

__all__ = [
    "VARIANTS",
    "AdditiveAttention",
    "BagOfWords",
    "Captioner",
    "Classifier",
    "ConditionalRNN",
    "ConvolutionTagger",
    "DeepTransitionRNN",
    "DotProductAttention",
    "EncoderDecoder",
    "GatedUnit",
    "GeneralAttention",
    "HighwayNetwork",
    "JordanRNN",
    "LSTMPopulation",
    "LSTMVariant",
    "LanguageModel",
    "PlainNetwork",
    "RecursiveNetwork",
    "RecursiveTensorNetwork",
    "ScaledDotProductAttention",
    "StackedRecurrent",
    "StackedTagger",
    "Tagger",
    "TreeLSTM",
    "VectorCaptioner",
    "WindowModel",
    "chrono_",
    "forget_bias_",
    "gates",
    "identity_",
    "member_losses",
    "orthogonal_",
    "previous",
]
