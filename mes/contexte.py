"""What every page of a portal receives: its name, who is connected, how long the session lasts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

import accueil.menu
import support.menu
import webps.menu
from comptes import sessions
from mes.portails import PATIENT, PS, SUPPORT, Portail
from webps.session import affichage

_ESPACES_DE_NOMS = {PATIENT.nom: "accueil", PS.nom: "webps", SUPPORT.nom: "support"}


@dataclass(frozen=True, slots=True)
class SessionWeb:
    """For `templates/session/annonce.html`: delays in seconds, addresses of this portal."""

    reste: int
    annonce: int
    url_etat: str
    url_prolonger: str
    url_deconnexion: str
    url_connexion: str


def _session_web(request: HttpRequest, portail: Portail) -> SessionWeb | None:
    bornes = sessions.limites(portail.nom)
    reste = sessions.reste(request.session, bornes, time.time())
    if reste <= 0:
        return None
    espace = _ESPACES_DE_NOMS[portail.nom]
    return SessionWeb(
        reste=reste,
        annonce=bornes.annonce,
        url_etat=reverse(f"{espace}:session_etat"),
        url_prolonger=reverse(f"{espace}:prolonger"),
        url_deconnexion=reverse(f"{espace}:deconnexion"),
        url_connexion=reverse(portail.connexion),
    )


def portail(request: HttpRequest) -> dict[str, Any]:
    """Context processor. What the session says costs no query; the patient's bell counts once."""
    courant: Portail | None = getattr(request, "portail", None)
    contexte: dict[str, Any] = {
        "MES_NOM": settings.MES_NOM,
        "fictif": settings.MES_ENVIRONNEMENT != "production",
        "portail": courant,
        "est_connecte": False,
    }
    if courant is None or getattr(request, "session", None) is None:
        return contexte
    session_web = _session_web(request, courant)
    if session_web is not None:
        contexte |= {
            "est_connecte": True,
            "session_web": session_web,
            "url_deconnexion": session_web.url_deconnexion,
        }
        if courant is PS:
            contexte |= {"exercice_ouvert": affichage(request), **webps.menu.menus(request)}
        elif courant is SUPPORT:
            contexte |= support.menu.menus(request)
        else:
            contexte |= accueil.menu.menus(request)
    return contexte
