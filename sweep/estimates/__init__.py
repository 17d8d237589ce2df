"""How long a sweep will take and how large it gets: told before it, during it, and held against the truth after it."""
