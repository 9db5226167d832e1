"""jinja2 in a sandbox over a snapshot."""
