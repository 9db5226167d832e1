"""What is wrong with the threats of a pack: the checks behind `--threatmodel-selftest`."""
