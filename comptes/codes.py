"""Single-use codes: how they are drawn, how often they may be sent, how long a block lasts. Pure."""

from __future__ import annotations

import secrets
from datetime import timedelta

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
