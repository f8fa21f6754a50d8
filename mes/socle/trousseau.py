"""The process-wide keyring and blind-index key, read once from the settings."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from mes.socle.chiffrement import Index, Trousseau


@cache
def trousseau() -> Trousseau:
    return Trousseau.depuis_texte(settings.MES_CLES)


@cache
def index() -> Index:
    return Index(base64.b64decode(settings.MES_CLE_INDEX, validate=True))


@cache
def cle_de_signature() -> Ed25519PrivateKey:
    """Signs the journal's checkpoints (conception §5)."""
    return Ed25519PrivateKey.from_private_bytes(
        base64.b64decode(settings.MES_CLE_SIGNATURE, validate=True)
    )
