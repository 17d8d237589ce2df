"""The answer of a sweep: the winner, retrained on train and validation, and its evaluation on the test images."""
