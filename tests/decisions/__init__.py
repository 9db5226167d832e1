"""Tests of decisions: how they are read, put on pairs and judged."""
