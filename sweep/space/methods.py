"""What search methods have in common, and in what they differ."""

from __future__ import annotations

INDEPENDENT = ("random", "grid")
"""Methods that decide nothing from results: whatever comes of a trial, the others are the same. They promote nothing,
so a trial that is asked for twice is one that the user has tried again."""
