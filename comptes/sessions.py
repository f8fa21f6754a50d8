"""Sessions: sealed at rest, limited in time, opened and closed in one place (R-AUT-08, R-SEC-05)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from comptes import actions
from comptes.authentification import BACKEND
from comptes.models import Compte, DispositifCode, DispositifTOTP
from mes.socle.chiffrement import ChiffrementInvalide
from mes.socle.trousseau import trousseau

LIEU = "django.session"
GRAIN_MAXIMAL = 30
ANNONCE_MAXIMALE = 120
MARGE = 3600
"""Seconds that an ended session stays readable, to say why and to keep what arrives too late."""

_OUVERTE = "_ouverte_le"
_ACTIVE = "_active_le"
_JETONS_PSC = "psc_jetons"
_VERIFIER_PSC = "psc_verifier_le"


class SerialiseurScelle:
    """What Django writes in its table of sessions: JSON sealed by the keyring (conception §6)."""

    def dumps(self, obj: dict[str, Any]) -> bytes:
        return trousseau().sceller_json(obj, lieu=LIEU)

    def loads(self, data: bytes) -> dict[str, Any]:
        """Raises ValueError on a value that isn't ours: Django then starts an empty session."""
        try:
            return trousseau().desceller_json(data, lieu=LIEU)
        except ChiffrementInvalide as erreur:
            raise ValueError("session illisible") from erreur


# --- Limits --------------------------------------------------------------------------------------


class Fin(StrEnum):
    """Why a session ended; said to the person on the log-in page."""

    INACTIVITE = "inactivite"
    DUREE = "duree"
    PSC = "psc"
    DECONNEXION = "deconnexion"


PHRASES = {
    Fin.INACTIVITE: "Votre session a pris fin, faute d’activité. Connectez-vous de nouveau.",
    Fin.DUREE: "Votre session a atteint sa durée maximale. Connectez-vous de nouveau.",
    Fin.PSC: (
        "Pro Santé Connect a mis fin à votre session. Identifiez-vous de nouveau pour continuer."
    ),
    Fin.DECONNEXION: "Vous êtes déconnecté.",
}


def phrase_de_fin(mot: str) -> str:
    """The sentence for a `fin` read in an address; empty for anything else."""
    return PHRASES[Fin(mot)] if mot in set(Fin) else ""


@dataclass(frozen=True, slots=True)
class Limites:
    """Seconds without activity, and in all, that a session of one portal may last."""

    inactivite: int
    maximum: int

    @property
    def grain(self) -> int:
        """The last activity is written at most that often, not at every page."""
        return min(GRAIN_MAXIMAL, self.inactivite // 10)

    @property
    def annonce(self) -> int:
        """How long before its end a session announces it."""
        return min(ANNONCE_MAXIMALE, self.inactivite // 3)


def limites(portail: str) -> Limites:
    return Limites(**settings.MES_SESSIONS[portail])


def est_authentifiee(session: SessionBase) -> bool:
    return SESSION_KEY in session


def fin_atteinte(session: SessionBase, bornes: Limites, maintenant: float) -> Fin | None:
    """Why the session is over at that instant (epoch seconds), None if it isn't.

    Without its two marks a session was not opened by us: over.
    """
    ouverte, active = session.get(_OUVERTE), session.get(_ACTIVE)
    if ouverte is None or active is None or maintenant >= ouverte + bornes.maximum:
        return Fin.DUREE
    if maintenant >= active + bornes.inactivite:
        return Fin.INACTIVITE
    return None


def reste(session: SessionBase, bornes: Limites, maintenant: float) -> int:
    """Seconds before the session ends if nothing is done, 0 when it is over or not opened."""
    if not est_authentifiee(session) or fin_atteinte(session, bornes, maintenant) is not None:
        return 0
    fin = min(session[_ACTIVE] + bornes.inactivite, session[_OUVERTE] + bornes.maximum)
    return int(fin - maintenant)


def marquer_activite(session: SessionBase, maintenant: float, *, grain: int) -> None:
    if maintenant - session[_ACTIVE] >= grain:
        session[_ACTIVE] = int(maintenant)


# --- Opening, closing ----------------------------------------------------------------------------


def ouvrir_session(
    request: HttpRequest,
    compte: Compte,
    *,
    portail: str,
    dispositif: DispositifCode | DispositifTOTP | None = None,
    jetons_psc: UUID | None = None,
    maintenant: float | None = None,
) -> None:
    """Logs in under a new session key. To be called once every factor has been proven (R-AUT-01)."""
    if dispositif is not None:
        compte.otp_device = dispositif  # type: ignore[attr-defined]  # as django-otp reads it
    login(request, compte, backend=BACKEND)
    instant = int(time.time() if maintenant is None else maintenant)
    request.session[_OUVERTE] = request.session[_ACTIVE] = instant
    # Only for the sweeping of the table: the limits above are what ends a session.
    request.session.set_expiry(limites(portail).maximum + MARGE)
    if jetons_psc is not None:
        request.session[_JETONS_PSC] = str(jetons_psc)


def fermer_session(request: HttpRequest) -> None:
    """Logs out and empties the session; what Pro Santé Connect gave goes with it."""
    jetons = request.session.get(_JETONS_PSC)
    if jetons is not None:
        actions.oublier_jetons(jetons_id=UUID(jetons))
    logout(request)


def jetons_psc_de(session: SessionBase) -> UUID | None:
    jetons = session.get(_JETONS_PSC)
    return None if jetons is None else UUID(jetons)


def verifier_psc(session: SessionBase, maintenant: float) -> bool:
    """False once Pro Santé Connect no longer answers for the session (R-SEC-05).

    Asks it at most once in the life of an access token (two minutes).
    """
    jetons = jetons_psc_de(session)
    if jetons is None:
        return False
    if maintenant < session.get(_VERIFIER_PSC, 0):
        return True
    instant = datetime.fromtimestamp(maintenant, UTC)
    suivante = actions.rafraichir_jetons(jetons_id=jetons, maintenant=instant)
    if suivante is None:
        return False
    session[_VERIFIER_PSC] = int(suivante.timestamp())
    return True
