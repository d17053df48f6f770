"""regplay: a desktop playground in which you see over- and underfitting."""

__version__ = "0.1.0"
