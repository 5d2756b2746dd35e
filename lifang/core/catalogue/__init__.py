"""Typed YAML of a context, overlaid per site, loaded once, mistakes told with file and line."""

from lifang.core.catalogue.lines import Mistake
from lifang.core.catalogue.loader import Catalogue, catalogue, declared, gather, load_all

__all__ = ["Catalogue", "Mistake", "catalogue", "declared", "gather", "load_all"]
