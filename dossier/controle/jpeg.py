"""How big a JPEG is, read in its markers before anything is decoded."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _StructureJpeg:
    pixels: int
    balayages: int


_FIN_DE_BALAYAGE = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MARQUES_DE_TRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def structure_jpeg(octets: bytes) -> _StructureJpeg | None:
    """Pixels and scans, read from the markers without decoding; None when they make no sense."""
    position, pixels, balayages = 2, 0, 0
    while (position := octets.find(b"\xff", position)) >= 0 and position + 4 <= len(octets):
        marque = octets[position + 1]
        if marque == 0xFF:
            position += 1
            continue
        if marque == 0xD9:
            break
        if marque in (0x00, 0x01) or 0xD0 <= marque <= 0xD8:
            position += 2
            continue
        longueur = int.from_bytes(octets[position + 2 : position + 4], "big")
        if marque in _MARQUES_DE_TRAME and position + 9 <= len(octets):
            hauteur, largeur = struct.unpack(">HH", octets[position + 5 : position + 9])
            pixels = max(pixels, hauteur * largeur)
        position += 2 + longueur
        if marque == 0xDA:
            balayages += 1
            fin = _FIN_DE_BALAYAGE.search(octets, position)
            if fin is None:
                break
            position = fin.start()
    return _StructureJpeg(pixels, balayages) if pixels and balayages else None
