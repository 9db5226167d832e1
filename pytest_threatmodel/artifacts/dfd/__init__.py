"""The data-flow diagram of a model: DOT text, and pictures laid out by Graphviz."""
