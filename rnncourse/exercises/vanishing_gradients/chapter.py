"""The name of the chapter that these exercises belong to."""

CHAPTER = "04_vanishing_gradients"
