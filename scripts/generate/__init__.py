"""A synthetic delivery with the shape, the size and the quirks of the Olist files, and planted personal data."""

from scripts.generate.delivery import generate

__all__ = ["generate"]
