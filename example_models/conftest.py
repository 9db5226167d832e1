"""The ledger and ACME are projects of their own, with their own settings: run pytest in their folders."""

collect_ignore = ["acme", "ledger"]
