"""What somebody had written when the session ended: kept sealed, given back to the same account.

A form that arrives too late is not lost: its fields wait in the browser's new, anonymous session,
sealed like every session, and after the next log-in a page offers to send them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

_CLE = "_brouillon"
CHAMP = "_brouillon"
"""Hidden field of the form that sends a draft again: it is then forgotten."""
TAILLE_MAXIMALE = 100_000
"""Characters, all fields together; beyond, nothing is kept."""
DUREE = 1800
"""Seconds to log in again."""
_A_OUBLIER = {"csrfmiddlewaretoken", CHAMP}
_SECRETS = {"mot_de_passe", "password", "code"}


@dataclass(frozen=True, slots=True)
class Champ:
    nom: str
    valeur: str

    @property
    def est_redige(self) -> bool:
        """A sentence somebody wrote, to be read over, rather than a choice or an id."""
        return len(self.valeur) > 20 and " " in self.valeur.strip()

    @property
    def libelle(self) -> str:
        return self.nom.replace("_", " ").replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Brouillon:
    """A form as it was sent: where to, what was in it, whether files were with it."""

    chemin: str
    champs: tuple[Champ, ...]
    fichiers: bool
    compte: str
    le: int

    def en_session(self) -> dict[str, Any]:
        return {
            "chemin": self.chemin,
            "champs": [[champ.nom, champ.valeur] for champ in self.champs],
            "fichiers": self.fichiers,
            "compte": self.compte,
            "le": self.le,
        }


def lire(request: HttpRequest, maintenant: float) -> Brouillon | None:
    """The draft that this late form makes, before its session is emptied; None if nothing to keep.

    Its CSRF token has been checked: another site can't plant a draft.
    """
    compte = request.session.get(SESSION_KEY)
    if request.method != "POST" or compte is None or _SECRETS & set(request.POST):
        return None
    champs = tuple(
        Champ(nom, str(valeur))
        for nom, valeurs in request.POST.lists()
        if nom not in _A_OUBLIER
        for valeur in valeurs
    )
    if not any(c.est_redige for c in champs):
        return None
    if sum(len(c.nom) + len(c.valeur) for c in champs) > TAILLE_MAXIMALE:
        return None
    return Brouillon(
        request.get_full_path(), champs, bool(request.FILES), str(compte), int(maintenant)
    )


def garder(session: SessionBase, brouillon: Brouillon) -> None:
    session[_CLE] = brouillon.en_session()


def oublier(session: SessionBase) -> None:
    session.pop(_CLE, None)


def en_attente(session: SessionBase, maintenant: float) -> Brouillon | None:
    """The draft of the account now logged in; one of somebody else's is destroyed."""
    garde = session.get(_CLE)
    if garde is None:
        return None
    brouillon = Brouillon(
        chemin=garde["chemin"],
        champs=tuple(Champ(nom, valeur) for nom, valeur in garde["champs"]),
        fichiers=garde["fichiers"],
        compte=garde["compte"],
        le=garde["le"],
    )
    if brouillon.compte != session.get(SESSION_KEY) or maintenant - brouillon.le > DUREE:
        oublier(session)
        return None
    return brouillon
