"""The entries of the Web PS that do not depend on an open record (those are tabs of its pages)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from comptes.models import Compte
from habilitations.portes import REGULATION_MEDICALE
from notifications.models import CodeNotification, Notification
from webps import bandeau
from webps.session import affichage


def menus(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell of a logged-in professional."""
    ici = request.resolver_match.url_name if request.resolver_match else ""
    patients = {
        "libelle": "Patients",
        "icone": "recherche",
        "url": reverse("webps:recherche"),
        "actif": ici in ("recherche", "declaration", "code", "refus"),
    }
    mes_patients = {
        "libelle": "Mes patients",
        "icone": "utilisateur",
        "url": reverse("webps:mes_patients"),
        "actif": ici == "mes_patients",
    }
    depots = {
        "libelle": "Mes dépôts",
        "icone": "deposer",
        "url": reverse("webps:recus"),
        "actif": ici == "recus",
    }
    structure = {
        "libelle": "Ma structure",
        "icone": "reglages",
        "url": reverse("webps:structure"),
        "actif": ici == "structure",
    }
    demandes = {
        "libelle": "Demandes des patients",
        "icone": "aide",
        "url": reverse("webps:demandes"),
        "actif": ici in ("demandes", "demande"),
    }
    urgence = {
        "libelle": "Urgence",
        "icone": "urgence",
        # A regulating physician mostly answers calls.
        "url": reverse(
            "webps:urgence_samu" if request.session.get(REGULATION_MEDICALE) else "webps:urgence"
        ),
        "actif": ici in ("urgence", "urgence_samu", "urgences", "urgences_structure"),
    }
    dossier = {
        # Read only by the pages that do not give their own.
        "dossier_ouvert": SimpleLazyObject(lambda: bandeau.dossier_ouvert(request)),
        "administre_le_dossier": SimpleLazyObject(
            lambda: bandeau.administre_le_dossier_ouvert(request)
        ),
    }
    a_lire = _avis_a_lire(request) if ici in ("recherche", "mes_patients") else 0
    avis = {
        "libelle": f"Avis ({a_lire})" if a_lire else "Avis",
        "icone": "cloche",
        "url": reverse("webps:avis"),
        "actif": ici == "avis",
    }
    exercice = affichage(request)
    if exercice is not None and not exercice.peut_lire:
        # Who only deposits has opened nobody's record (R-PS-08).
        return dossier | {"menu": [patients, depots, structure]}
    return dossier | {"menu": [patients, mes_patients, urgence, depots, demandes, avis, structure]}


def _avis_a_lire(request: HttpRequest) -> int:
    """How many notices wait, told where a professional arrives (R-PS-31): one query, there only."""
    return Notification.objects.filter(
        compte_id=cast(Compte, request.user).pk, code=CodeNotification.DOCUMENT_ECARTE, lue_le=None
    ).count()
