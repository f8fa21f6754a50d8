"""Single-use codes: how they are drawn, how often they may be sent, how long a block lasts. Pure."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

from django.utils.crypto import constant_time_compare
from django_otp.oath import hotp

DELAI_ENTRE_ENVOIS = timedelta(seconds=30)
ENVOIS_AVANT_PAUSE = 5
PAUSE_DES_ENVOIS = timedelta(minutes=15)
"""After so many codes without a success, the next one has to wait (R-AUT-04)."""

PREMIER_BLOCAGE = timedelta(minutes=15)
BLOCAGE_MAXIMAL = timedelta(hours=24)


def tirer() -> str:
    """Six digits, each value equally likely (R-AUT-02)."""
    return f"{secrets.randbelow(1_000_000):06d}"


def delai_de_renvoi(envois: int) -> timedelta:
    """How long to wait after the last of `envois` codes before sending another."""
    if envois == 0:
        return timedelta(0)
    return PAUSE_DES_ENVOIS if envois >= ENVOIS_AVANT_PAUSE else DELAI_ENTRE_ENVOIS


def duree_du_blocage(blocages: int) -> timedelta:
    """Length of the next block after `blocages` of them without a success: 15 min, 30, 60… 24 h.

    Somebody who has the password thus gets some thirty-five guesses the first day, five a day then.
    """
    facteur: int = 2 ** min(blocages, 10)
    return min(PREMIER_BLOCAGE * facteur, BLOCAGE_MAXIMAL)


# --- The codes of an application (RFC 6238: SHA-1, six digits, thirty seconds) -------------------

DUREE_DU_PAS = 30
TOLERANCE = 1
"""Steps before and after the present one whose code is heard: clocks differ, people type slowly."""


def tirer_secret() -> str:
    """A new shared secret: 160 bits, in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_du_pas(secret: str, pas: int) -> str:
    """The six digits of a time step (whole number of thirty seconds since 1970)."""
    return f"{hotp(base64.b32decode(secret), pas):06d}"


def pas_du_code(secret: str, code: str, maintenant: float) -> int | None:
    """The latest time step near `maintenant` (epoch seconds) that this is the code of, else None."""
    present = int(maintenant) // DUREE_DU_PAS
    for pas in range(present + TOLERANCE, present - TOLERANCE - 1, -1):
        if constant_time_compare(code_du_pas(secret, pas), code):
            return pas
    return None
