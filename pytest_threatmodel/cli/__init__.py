"""The script form: what `tm.process()` does in `python threatmodel_shop.py --dfd`, without pytest."""
