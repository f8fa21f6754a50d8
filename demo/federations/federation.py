"""What tells one federation from another: address, scopes, delays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Federation:
    """One issuer. Delays are in seconds."""

    nom: str
    """Short name: first segment of every path, and name of its clients in the database."""
    titre: str
    racine: str
    """Path of the issuer on this server."""
    decouverte: str
    """Name of the discovery document under `.well-known/`."""
    scopes: frozenset[str]
    duree_code: int
    duree_acces: int
    duree_rafraichissement: int
    duree_session: int
    duree_inactivite: int


PSC = Federation(
    nom="psc",
    titre="Pro Santé Connect",
    racine="/psc/auth/realms/esante-wallet",
    decouverte="wallet-openid-configuration",
    scopes=frozenset({"openid", "scope_all"}),
    duree_code=60,
    duree_acces=120,
    duree_rafraichissement=1800,
    duree_session=4 * 3600,
    duree_inactivite=1800,
)

FEDERATIONS = (PSC,)
