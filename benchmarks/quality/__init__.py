"""The quality of the language work, measured on texts that lie beside the repository: ``make quality``."""
