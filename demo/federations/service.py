"""What the process knows once started: its settings, its keys, its switches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demo.federations.cles import Trousseau
from demo.federations.controle import Controle
from demo.federations.federation import FEDERATIONS, Federation

HOTE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Client:
    """A service that may send people to a federation. Redirect URIs are compared as a whole."""

    federation: Federation
    client_id: str
    client_secret: str
    redirections: tuple[str, ...]
    redirections_deconnexion: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reglages:
    """Given on the command line and by the environment."""

    port: int
    donnees: Path
    url_produit: str
    clients: tuple[Client, ...]
    delai_ecps: int

    @property
    def adresse(self) -> str:
        return f"http://{HOTE}:{self.port}"


class Service:
    """One per process."""

    def __init__(self, reglages: Reglages) -> None:
        self.reglages = reglages
        self._trousseaux = {
            f.nom: Trousseau(reglages.donnees / f"cles_{f.nom}.json") for f in FEDERATIONS
        }
        self._controles = {f.nom: Controle(reglages.delai_ecps) for f in FEDERATIONS}

    def emetteur(self, federation: Federation) -> str:
        """The issuer URL."""
        return f"{self.reglages.adresse}{federation.racine}"

    def trousseau(self, federation: Federation) -> Trousseau:
        return self._trousseaux[federation.nom]

    def controle(self, federation: Federation) -> Controle:
        return self._controles[federation.nom]


_courant: list[Service] = []


def demarrer(reglages: Reglages) -> Service:
    """Makes the service of this process; to be called once, before the first request."""
    _courant[:] = [Service(reglages)]
    return _courant[0]


def service() -> Service:
    return _courant[0]
