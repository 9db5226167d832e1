"""Tests of the threat library."""
