"""What a run leaves behind for people and machines: diagrams and reports, made from a snapshot."""
