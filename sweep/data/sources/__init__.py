"""Where labelled images come from: one module a kind of source; `opening.open_source` knows them all."""
