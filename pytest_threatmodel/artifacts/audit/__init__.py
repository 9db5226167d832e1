"""Reports for auditors: which requirements a model meets and how, and who decided what."""
