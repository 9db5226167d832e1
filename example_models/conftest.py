"""The ledger is a project of its own, with its own settings: run pytest in its folder."""

collect_ignore = ["ledger"]
