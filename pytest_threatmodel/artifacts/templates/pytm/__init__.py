"""pytm's template language over a snapshot."""
