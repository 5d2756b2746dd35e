"""Finding Chinese text: bigrams, single characters, pinyin and initials in one indexed array. No ICU, no trigrams."""

from lifang.core.search.blind import BlindTokens, matching_blind
from lifang.core.search.models import Searchable, Tokens, matching
from lifang.core.search.words import is_broad, name_terms, pinyin_key, query_terms, terms

__all__ = [
    "BlindTokens",
    "Searchable",
    "Tokens",
    "is_broad",
    "matching",
    "matching_blind",
    "name_terms",
    "pinyin_key",
    "query_terms",
    "terms",
]
