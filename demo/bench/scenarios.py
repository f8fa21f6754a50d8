"""What a client asks of the product, and how each answer is checked. No Django: clients load this.

A scenario is made ready once (`preparer`), then played (`jouer`) one request at a time by one
client. An answer that is not exactly the expected one raises ReponseInattendue: a fast error page
is no success.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from demo.bench import papier

TAILLE_PAGE = 20
"""Documents on the first page of a list, which has more."""


class ReponseInattendue(Exception):
    """The answer is not the one that this scenario must get; the message says what came."""


@dataclass(frozen=True, slots=True)
class Cible:
    """One session and what it must see: whose record, which documents."""

    temoin: str
    """The Cookie header."""
    nom: str
    """Birth name of the person whose record is shown."""
    marque: str
    """What tells her file from the others'."""
    espace_id: str
    documents: tuple[str, ...]
    """Document ids, the latest first."""


@dataclass(frozen=True, slots=True)
class Reponse:
    statut: int
    entetes: Mapping[str, str]
    """Names in lower case."""
    corps: bytes
    duree: float
    """Seconds from the first byte sent to the last one received."""


class Navigateur(Protocol):
    """Sends one request and waits for its answer."""

    def demander(
        self,
        chemin: str,
        *,
        temoin: str = "",
        corps: bytes | None = None,
        type_contenu: str = "",
    ) -> Reponse: ...


class Scenario(Protocol):
    def preparer(self, navigateur: Navigateur) -> None:
        """What happens once, before the clock starts."""

    def jouer(self, navigateur: Navigateur, rang: int) -> float:
        """The `rang`-th request; its duration in seconds. Raises ReponseInattendue."""


def _exiger(condition: bool, reponse: Reponse, chemin: str, quoi: str) -> None:
    if not condition:
        raise ReponseInattendue(
            f"{chemin} : {quoi} (statut {reponse.statut}, {len(reponse.corps)} octets"
            f"{', vers ' + reponse.entetes['location'] if 'location' in reponse.entetes else ''})"
        )


@dataclass(slots=True)
class Nue:
    """The yardstick: a bare view that reads one row by its key."""

    cibles: Sequence[Cible]

    def preparer(self, navigateur: Navigateur) -> None:
        """Nothing to make ready."""

    def jouer(self, navigateur: Navigateur, rang: int) -> float:
        chemin = f"/{self.cibles[rang % len(self.cibles)].espace_id}/"
        reponse = navigateur.demander(chemin)
        _exiger(
            reponse.statut == 200 and reponse.corps == b"ACTIVE", reponse, chemin, "statut attendu"
        )
        return reponse.duree


@dataclass(slots=True)
class Liste:
    """The first page of a record: the person's name, the latest titles, the right total."""

    chemin: str
    cibles: Sequence[Cible]

    def preparer(self, navigateur: Navigateur) -> None:
        """Nothing to make ready."""

    def jouer(self, navigateur: Navigateur, rang: int) -> float:
        cible = self.cibles[rang % len(self.cibles)]
        reponse = navigateur.demander(self.chemin, temoin=cible.temoin)
        page = reponse.corps
        _exiger(reponse.statut == 200, reponse, self.chemin, "la liste était attendue")
        _exiger(cible.nom.encode() in page, reponse, self.chemin, "ce n'est pas la bonne personne")
        _exiger(
            f"{len(cible.documents)} documents".encode() in page,
            reponse,
            self.chemin,
            "mauvais total",
        )
        montres = [document.encode() in page for document in cible.documents[: TAILLE_PAGE + 1]]
        _exiger(
            montres == [True] * TAILLE_PAGE + [False],
            reponse,
            self.chemin,
            "la première page montre les vingt plus récents",
        )
        return reponse.duree


@dataclass(slots=True)
class Contenu:
    """A document's file: exactly the bytes of this person's, another document each time."""

    prefixe: str
    cibles: Sequence[Cible]
    _attendus: dict[str, bytes] = field(default_factory=dict)

    def preparer(self, navigateur: Navigateur) -> None:
        modele = papier.modele()
        self._attendus = {
            cible.marque: papier.marquer(modele, cible.marque) for cible in self.cibles
        }

    def jouer(self, navigateur: Navigateur, rang: int) -> float:
        tour, choisie = divmod(rang, len(self.cibles))
        cible = self.cibles[choisie]
        chemin = f"{self.prefixe}{cible.documents[tour % len(cible.documents)]}/contenu/"
        reponse = navigateur.demander(chemin, temoin=cible.temoin)
        _exiger(
            reponse.statut == 200 and reponse.corps == self._attendus[cible.marque],
            reponse,
            chemin,
            "le fichier de cette personne était attendu",
        )
        return reponse.duree


_SEPARATEUR = "----banc-de-mesure-du-produit"
_JETON = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(slots=True)
class Depot:
    """A professional's deposit through the form of the Web PS, another file each time.

    The answer comes after the commit: the file and the journal's line are on disk.
    """

    cible: Cible
    serie: str
    """Two characters that no other client of this run has."""
    _debut: bytes = b""
    _modele: bytes = b""

    def preparer(self, navigateur: Navigateur) -> None:
        """Opens the form, whose token goes with each deposit."""
        self._modele = papier.modele()
        reponse = navigateur.demander("/ps/depot/", temoin=self.cible.temoin)
        trouve = _JETON.search(reponse.corps.decode())
        if reponse.statut != 200 or trouve is None:
            raise ReponseInattendue(f"/ps/depot/ : pas de formulaire (statut {reponse.statut})")
        champs = {
            "csrfmiddlewaretoken": trouve[1],
            "type_code": "11488-4",
            "titre": "Consultation du banc de mesure",
            "date_document": "2026-01-15",
        }
        morceaux = [
            f'--{_SEPARATEUR}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n{valeur}\r\n'
            for nom, valeur in champs.items()
        ]
        morceaux.append(
            f"--{_SEPARATEUR}\r\nContent-Disposition: form-data; "
            'name="fichier"; filename="scan.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        )
        self._debut = "".join(morceaux).encode()

    def jouer(self, navigateur: Navigateur, rang: int) -> float:
        octets = papier.marquer(self._modele, f"{self.serie}{rang:014d}")
        reponse = navigateur.demander(
            "/ps/depot/",
            temoin=self.cible.temoin,
            corps=b"".join((self._debut, octets, f"\r\n--{_SEPARATEUR}--\r\n".encode())),
            type_contenu=f"multipart/form-data; boundary={_SEPARATEUR}",
        )
        _exiger(
            reponse.statut == 302 and reponse.entetes.get("location") == "/ps/depot/accuse/",
            reponse,
            "/ps/depot/",
            "l'accusé de dépôt était attendu",
        )
        return reponse.duree
