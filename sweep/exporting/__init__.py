"""A sweep in the formats of other tools, made from its store."""
