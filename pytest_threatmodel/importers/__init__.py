"""Models of other tools: their files are read as data, and become elements of ours."""
