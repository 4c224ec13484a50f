"""Generated tasks: every data set that the chapters need, with a known truth, from a random generator alone."""

from rnncourse.data.tasks.adding import adding, adding_error
from rnncourse.data.tasks.agreement import agreement_sentences, nearest_noun_accuracy
from rnncourse.data.tasks.aligned import AlignedPair, alignment_array, attention_mass, chance_mass, sources_and_targets
from rnncourse.data.tasks.brackets import BracketSource
from rnncourse.data.tasks.captions import (
    CAPTION_SIZE,
    CAPTION_WORDS,
    DIGIT_LETTERS,
    caption_batch,
    captioned_images,
    region_array,
    spelling_batch,
)
from rnncourse.data.tasks.cloze import Cloze, cloze_batch, cloze_choices, cloze_questions, unseen
from rnncourse.data.tasks.copying import SAY_IT_BACK, copy_memory, copy_memory_cross_entropy, say_it_back
from rnncourse.data.tasks.dates import DATE_SOURCE, DATE_TARGET, dates
from rnncourse.data.tasks.digits import DIGIT_NAMES, digit_images, digit_vectors
from rnncourse.data.tasks.everyday import (
    EVERYDAY_ANALOGIES,
    EVERYDAY_GROUPS,
    EVERYDAY_LAW,
    EVERYDAY_PAIRS,
    EVERYDAY_WORDS,
    everyday,
    everyday_entropy,
)
from rnncourse.data.tasks.first_token import first_token, first_token_chance
from rnncourse.data.tasks.forecasting import Scaling, naive_forecast, random_windows, whole_series
from rnncourse.data.tasks.intensifiers import INTENSIFIER_WORDS, intensifiers
from rnncourse.data.tasks.markov import MarkovSource
from rnncourse.data.tasks.reviews import review_pairs, reviews
from rnncourse.data.tasks.same_coin import same_coin, same_coin_cross_entropy
from rnncourse.data.tasks.speakers import speakers
from rnncourse.data.tasks.stories import stories
from rnncourse.data.tasks.traffic import (
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    poisson_errors,
    poisson_medians,
    traffic,
    week_profile,
)
from rnncourse.data.tasks.translation import TRANSLATION_SOURCE, TRANSLATION_TARGET, translate, translations
from rnncourse.data.tasks.tree_sentiment import SENTIMENT_WORDS, SENTIMENTS, sentiment_trees

__all__ = [
    "CAPTION_SIZE",
    "CAPTION_WORDS",
    "DATE_SOURCE",
    "DATE_TARGET",
    "DIGIT_LETTERS",
    "DIGIT_NAMES",
    "EVERYDAY_ANALOGIES",
    "EVERYDAY_GROUPS",
    "EVERYDAY_LAW",
    "EVERYDAY_PAIRS",
    "EVERYDAY_WORDS",
    "HOURS_PER_DAY",
    "HOURS_PER_WEEK",
    "INTENSIFIER_WORDS",
    "SAY_IT_BACK",
    "SENTIMENTS",
    "SENTIMENT_WORDS",
    "TRANSLATION_SOURCE",
    "TRANSLATION_TARGET",
    "AlignedPair",
    "BracketSource",
    "Cloze",
    "MarkovSource",
    "Scaling",
    "adding",
    "adding_error",
    "agreement_sentences",
    "alignment_array",
    "attention_mass",
    "caption_batch",
    "captioned_images",
    "chance_mass",
    "cloze_batch",
    "cloze_choices",
    "cloze_questions",
    "copy_memory",
    "copy_memory_cross_entropy",
    "dates",
    "digit_images",
    "digit_vectors",
    "everyday",
    "everyday_entropy",
    "first_token",
    "first_token_chance",
    "intensifiers",
    "naive_forecast",
    "nearest_noun_accuracy",
    "poisson_errors",
    "poisson_medians",
    "random_windows",
    "region_array",
    "review_pairs",
    "reviews",
    "same_coin",
    "same_coin_cross_entropy",
    "say_it_back",
    "sentiment_trees",
    "sources_and_targets",
    "speakers",
    "spelling_batch",
    "stories",
    "traffic",
    "translate",
    "translations",
    "unseen",
    "week_profile",
    "whole_series",
]
