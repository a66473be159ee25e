"""Recognisers: each looks at the chunks from one place on and takes up a clause, or leaves it to the next."""
