"""The name of the chapter that these exercises belong to."""

CHAPTER = "08_attention"
