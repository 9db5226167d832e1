"""Verdicts: what the threats of a library mean for the elements of a model, and why."""
