"""Tests of the reports for auditors."""
