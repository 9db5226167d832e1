"""One model's run as plain data: what reports and diagrams are made of, and what workers send."""
