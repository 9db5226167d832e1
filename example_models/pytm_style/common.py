"""Zones that several models share."""

from pytm import Boundary

internet = Boundary("Internet")
cloud = Boundary("Cloud")
