"""Labelled images from where they lie to arrays on disk: sources, checks, splits, and a cache that decodes once.

`prepare.prepare` does all of it, `inspect.inspect` looks without storing, `dataset.Dataset` opens what was prepared,
`check.check` says whether the annotations are right.
"""
