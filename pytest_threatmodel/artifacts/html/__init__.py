"""The HTML report: one file that needs nothing else, for people who decide about findings."""
