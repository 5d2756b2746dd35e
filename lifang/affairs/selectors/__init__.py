"""Ask about matters and applications."""

from lifang.affairs.selectors.guides import find_guides, guide, guides

__all__ = ["find_guides", "guide", "guides"]
