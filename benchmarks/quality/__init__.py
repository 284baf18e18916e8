"""How good the language work is, measured on texts that are not part of the project."""
