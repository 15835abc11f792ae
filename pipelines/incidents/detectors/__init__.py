"""One module for each kind of thing that may be wrong with a day."""
