"""The files inside documents: base64, and what their first bytes say they are."""

from __future__ import annotations

import base64
import binascii
import re

PDF = "application/pdf"
IMAGES_AFFICHABLES = frozenset({"image/png", "image/jpeg", "image/gif"})

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_BLANCS = re.compile(r"[ \t\r\n]+")
_DEBUT_PDF = 1024  # readers look for the header that far, and scanners do prepend bytes


def decoder_base64(texte: str) -> bytes | None:
    """The bytes, blanks and missing padding forgiven; None for anything else, or for nothing."""
    compact = _BLANCS.sub("", texte).rstrip("=")
    try:
        octets = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets or None


def type_reel(octets: bytes) -> str | None:
    """The media type told by the signature: PDF, PNG, JPEG, GIF or TIFF; None otherwise."""
    for signature, mime in _SIGNATURES:
        if octets.startswith(signature):
            return mime
    return PDF if b"%PDF-" in octets[:_DEBUT_PDF] else None
