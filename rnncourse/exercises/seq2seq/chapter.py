"""The name of the chapter that these exercises belong to."""

CHAPTER = "07_seq2seq"
