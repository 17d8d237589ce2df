"""The report's figures for a paper: PNG or SVG, drawn with matplotlib on white."""
