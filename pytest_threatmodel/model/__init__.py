"""The model of a system: kinds, fields, inheritance and loading; knows neither pytest nor threats."""
