"""Decisions: what people said about findings, and what follows from it."""
