"""Reports from templates of the user's own, in jinja2 or in pytm's template language."""
