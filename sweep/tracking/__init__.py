"""Trackers turn stored facts into TensorBoard event files. They see records only, never the store or the loop."""
