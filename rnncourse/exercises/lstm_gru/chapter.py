"""The name of the chapter that these exercises belong to."""

CHAPTER = "05_lstm_gru"
