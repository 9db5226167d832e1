"""What data-flow and sequence diagrams have in common: which part of a model they show, its words, its letters."""
