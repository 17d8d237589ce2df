"""The report's figures: pure functions from what a run's store says to Plotly's traces and layouts, as plain JSON."""
