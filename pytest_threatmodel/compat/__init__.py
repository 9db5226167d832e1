"""pytm's names, and the alias that stands for pytm while a file written for it is loaded."""
