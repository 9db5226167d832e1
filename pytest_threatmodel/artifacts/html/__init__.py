"""The HTML report: one file with diagrams, findings and everything that was said about them."""
