"""How well words, names and languages are understood, measured on the development data."""
