"""Fitting on one GPU with nothing to wait for: faces, their variation and every step of an epoch stay on the device.

`training.train` varies faces on the host, which a GPU outruns. Here an epoch is one compiled JAX program. A long
course of a small network takes minutes; so a run is not resumed but done again.
"""
