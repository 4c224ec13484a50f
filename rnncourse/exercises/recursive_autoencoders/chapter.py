"""The name of the chapter that these exercises belong to."""

CHAPTER = "09_recursive_autoencoders"
