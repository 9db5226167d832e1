"""The data-flow diagram: as DOT text, and as the pictures that a layout engine makes of it."""
