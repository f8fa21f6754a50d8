"""How lines are chained: pure functions shared by writing, verification and checkpoints.

    engagement = sha256(salt of 32 bytes ‖ canonical text)
    empreinte  = sha256(previous digest ‖ numero, 8 bytes big endian ‖ engagement)
    the digest before number 1 is sha256("mes.journal" ‖ name of the chain)

A commitment rather than a plain hash: a hash of the clear text could be guessed, one of the
ciphertext could not be checked once the key is destroyed (conception §5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

TAILLE_SEL = 32


def engagement(sel: bytes, canonique: bytes) -> bytes:
    return hashlib.sha256(sel + canonique).digest()


def origine(nom: str) -> bytes:
    """Digest before the first line of the chain `nom` (« espace uuid:V », « securite:2026-01-31 »)."""
    return hashlib.sha256(b"mes.journal" + nom.encode()).digest()


def suivante(precedente: bytes, numero: int, engage: bytes) -> bytes:
    return hashlib.sha256(precedente + numero.to_bytes(8, "big") + engage).digest()


def texte_signe(nom: str, numero: int, empreinte: bytes, signe_le: datetime) -> bytes:
    """What a checkpoint signs."""
    return f"mes.journal.point|{nom}|{numero}|{empreinte.hex()}|{signe_le.isoformat()}".encode()


def texte_du_sommaire(espace_id: UUID, produit_le: str, noms: Iterable[str]) -> bytes:
    """What the contents of a downloaded history sign: which chains it gives, and when."""
    return "|".join(("mes.historique", str(espace_id), produit_le, *noms)).encode()
