"""What a professional's session holds: who, in which exercice, proven by what (R-PS-07, R-PS-09)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from journal.faits import GenreActeur
from professionnels.models import Exercice

_CLE = "ps"

ROLES_DU_PERSONNEL = frozenset({"331", "332"})
"""TRE_R85: medical secretary, medical assistant. They deposit for somebody, and read nothing."""
MEDECIN = "10"


@dataclass(frozen=True, slots=True)
class SessionPS:
    """The exercice chosen at log-in: to change it is to begin another session."""

    exercice_id: str
    professionnel_id: str
    genre: str
    """`professionnel` or `personnel` (journal.faits.GenreActeur)."""
    regulateur: bool
    """A physician whom Pro Santé Connect says is a SAMU regulator (R-URG-03)."""
    palier: str
    """`Palier_Authentification`, as received."""
    moyen: str
    """comptes.psc_identite.Moyen."""


class SansExercice(LookupError):
    """The session has no exercice: it isn't one of a professional."""


def genre_de(exercice: Exercice) -> GenreActeur:
    """Whether this exercice makes a professional or a member of the staff (R-PS-08)."""
    personnel = exercice.role in ROLES_DU_PERSONNEL
    return GenreActeur.PERSONNEL if personnel else GenreActeur.PROFESSIONNEL


def poser(request: HttpRequest, session_ps: SessionPS) -> None:
    request.session[_CLE] = asdict(session_ps)


def session_ps(request: HttpRequest) -> SessionPS:
    """Raises SansExercice."""
    posee: dict[str, Any] | None = request.session.get(_CLE)
    if posee is None:
        raise SansExercice
    return SessionPS(**posee)


def exercice_de(request: HttpRequest) -> Exercice:
    """The exercice of the session, with its person and its place; read once a request.

    An exercice ended since the log-in comes back with its `fin_le`: the decision refuses it
    (R-PS-09). Raises SansExercice.
    """
    garde: Exercice | None = getattr(request, "_exercice_ps", None)
    if garde is None:
        identifiant = UUID(session_ps(request).exercice_id)
        garde = (
            Exercice.objects.select_related("professionnel", "structure")
            .filter(pk=identifiant)
            .first()
        )
        if garde is None:
            raise SansExercice
        request._exercice_ps = garde  # type: ignore[attr-defined]
    return garde
