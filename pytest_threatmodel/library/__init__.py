"""Threats: what can go wrong, for which kinds, under which condition; and the packs that hold them."""
