"""UUIDv7 made in Python: ordered by time, known before the INSERT (no RETURNING behind the wall)."""

from __future__ import annotations

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """RFC 9562 §5.7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliemes = time.time_ns() // 1_000_000
    alea = int.from_bytes(os.urandom(10), "big")
    valeur = (milliemes & 0xFFFFFFFFFFFF) << 80
    valeur |= 0x7 << 76
    valeur |= ((alea >> 64) & 0xFFF) << 64
    valeur |= 0b10 << 62
    valeur |= alea & 0x3FFFFFFFFFFFFFFF
    return UUID(int=valeur)
