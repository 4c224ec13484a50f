"""Exercises of chapter 4, vanishing and exploding gradients, in the order of the notebook."""

from rnncourse.exercises.vanishing_gradients.jacobians import GRADIENT_SHARE, JACOBIAN_PRODUCT
from rnncourse.exercises.vanishing_gradients.matrices import ORTHOGONAL_FROM, SPECTRAL_RADIUS_RESCALE
from rnncourse.exercises.vanishing_gradients.steps import CLIP_GRAD_NORM, RMSPROP_STEP
from rnncourse.exercises.vanishing_gradients.training import TRAIN_WITH_CLIPPING

EXERCISES = (
    JACOBIAN_PRODUCT,
    SPECTRAL_RADIUS_RESCALE,
    GRADIENT_SHARE,
    CLIP_GRAD_NORM,
    RMSPROP_STEP,
    ORTHOGONAL_FROM,
    TRAIN_WITH_CLIPPING,
)
