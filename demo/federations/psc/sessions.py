"""What the browser's session remembers: who is logged in, and the requests being answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

from demo.federations.federation import PSC
from demo.federations.models import Authentification
from demo.federations.psc.moyens import Moyen

_QUI: Final = "psc.authentification"
_DEMANDES: Final = "psc.demandes"
_GARDEES: Final = 10
"""Requests remembered per browser: as many tabs opened on the login screen."""


def authentification_ouverte(request: HttpRequest, maintenant: datetime) -> Authentification | None:
    """The session still open in this browser, if any."""
    identifiant = request.session.get(_QUI)
    if identifiant is None:
        return None
    trouvee = Authentification.objects.filter(pk=identifiant, federation=PSC.nom).first()
    return trouvee if trouvee is not None and trouvee.est_ouverte(maintenant) else None


def ouvrir(request: HttpRequest, rpps: str, moyen: Moyen, maintenant: datetime) -> None:
    """Logs the professional in, under a new session identifier."""
    request.session.cycle_key()
    authentification = Authentification.objects.create(
        federation=PSC.nom,
        personne=rpps,
        moyen=moyen,
        authentifiee_le=maintenant,
        active_le=maintenant,
    )
    request.session[_QUI] = str(authentification.pk)


def oublier(request: HttpRequest) -> None:
    request.session.pop(_QUI, None)


def retenir_demande(request: HttpRequest, demande: Mapping[str, Any]) -> UUID:
    """Remembers an authorization request while its author proves who they are."""
    identifiant = uuid.uuid4()
    demandes = {**request.session.get(_DEMANDES, {}), str(identifiant): dict(demande)}
    request.session[_DEMANDES] = dict(list(demandes.items())[-_GARDEES:])
    return identifiant


def demande(request: HttpRequest, identifiant: UUID | str) -> dict[str, Any] | None:
    trouvee: dict[str, Any] | None = request.session.get(_DEMANDES, {}).get(str(identifiant))
    return trouvee


def completer_demande(request: HttpRequest, identifiant: UUID, **ajouts: Any) -> None:
    demandes = request.session[_DEMANDES]
    demandes[str(identifiant)].update(ajouts)
    request.session[_DEMANDES] = demandes


def clore_demande(request: HttpRequest, identifiant: UUID | str) -> None:
    demandes = request.session.get(_DEMANDES, {})
    if demandes.pop(str(identifiant), None) is not None:
        request.session[_DEMANDES] = demandes
