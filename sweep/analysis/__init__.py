"""What one sweep, or several side by side, say about where to go next. Stores are read, and nothing is trained."""
