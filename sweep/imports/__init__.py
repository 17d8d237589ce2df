"""Definitions of other tools, made into ours."""
