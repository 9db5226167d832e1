"""Tests of verdicts and their explanations."""
