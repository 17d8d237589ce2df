"""A trial as a pure function: its results depend on what it is, to the last bit, not on where or when it is run."""
