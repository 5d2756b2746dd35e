"""Sealing, blind indexes, digests, masks, check digits."""

from lifang.core.crypto.keys import KeyRing, KeysUnsafe, key_ring, rotate
from lifang.core.crypto.masks import (
    mask_address,
    mask_identity,
    mask_name,
    mask_telephone,
)
from lifang.core.crypto.profiles import Profile, profile
from lifang.core.crypto.seals import Unsealable, blind, digest, open_, seal, signature

__all__ = [
    "KeyRing",
    "KeysUnsafe",
    "Profile",
    "Unsealable",
    "blind",
    "digest",
    "key_ring",
    "mask_address",
    "mask_identity",
    "mask_name",
    "mask_telephone",
    "open_",
    "profile",
    "rotate",
    "seal",
    "signature",
]
