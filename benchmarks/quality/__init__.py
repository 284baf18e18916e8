"""The quality of the language work, measured on development data that stands beside the repository."""
