"""The doors of the house: each has its prefix, its cookie, its population, its way to log in."""

from __future__ import annotations

from dataclasses import dataclass

from comptes.models import Population


@dataclass(frozen=True, slots=True)
class Portail:
    nom: str
    prefixe: str
    temoin: str
    """Name of the session cookie."""
    population: Population
    connexion: str
    """URL name of the login page."""


PS = Portail("ps", "/ps/", "mes_session_ps", Population.PROFESSIONNEL, "webps:connexion")
SUPPORT = Portail(
    "support", "/support/", "mes_session_support", Population.AGENT, "support:connexion"
)
PATIENT = Portail("patient", "/", "mes_session", Population.USAGER, "accueil:connexion")

PORTAILS = (PS, SUPPORT, PATIENT)


def portail_de(chemin: str) -> Portail:
    """The door a path belongs to: the longest prefix wins, the patient's door is the rest."""
    return next(portail for portail in PORTAILS if chemin.startswith(portail.prefixe))
