"""The record that is open, on every page of the Web PS (R-PS-22)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from habilitations.acces import Acces, AccesRefuse
from habilitations.models import Administrateur
from habilitations.portes import acteur_professionnel, espace_ouvert
from usagers.models import EspaceSante
from usagers.recherche import identite_affichee


def dossier_ouvert(request: HttpRequest) -> dict[str, Any] | None:
    """Whose record this exercice has open, as the banner shows it; None when there is none.

    A page of the record gives its own; this is for every other one.
    """
    espace = _espace(request)
    return None if espace is None else {**identite_affichee(espace), "lecture_ouverte": True}


def administre_le_dossier_ouvert(request: HttpRequest) -> bool:
    """Whether the patient made this professional administrator of the open record (R-ADM-01)."""
    acces: Acces | None = getattr(request, "acces", None)
    if acces is not None and acces.ouverture_id is not None:
        return acces.situation.administrateur
    espace = _espace(request)
    if espace is None:
        return False
    professionnel_id = acteur_professionnel(request).id
    return (
        professionnel_id is not None
        and Administrateur.objects.filter(
            espace=espace, professionnel_id=professionnel_id, fin_le=None
        ).exists()
    )


def _espace(request: HttpRequest) -> EspaceSante | None:
    """Looked for once by request."""
    porteur = cast(Any, request)
    if not hasattr(porteur, "espace_du_bandeau"):
        porteur.espace_du_bandeau = _chercher(request)
    trouve: EspaceSante | None = porteur.espace_du_bandeau
    return trouve


def _chercher(request: HttpRequest) -> EspaceSante | None:
    if not request.user.is_authenticated:
        return None
    try:
        espace_id = espace_ouvert(acteur_professionnel(request))
    except AccesRefuse:
        # No exercice any more: the page that says so has no banner.
        return None
    if espace_id is None:
        return None
    return EspaceSante.objects.select_related("identite").filter(pk=espace_id).first()
