"""The entries of the patient's portal, in the one order of every page (ecrans §1).

An entry exists when its part exists: nothing here leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from habilitations.acces import Acces
from habilitations.politique import Acteur
from notifications.models import Notification
from usagers.identite import nom_affiche


@dataclass(frozen=True, slots=True)
class Entree:
    """What <c-entree_menu> writes."""

    libelle: str
    icone: str
    url: str
    actif: bool
    libelle_court: str = ""


_PRINCIPAL = (
    ("Accueil", "accueil", "tableau", ""),
    ("Documents", "documents", "documents", "document"),
)
_COMPTE = (
    ("Mes mesures", "profil", "mesures", "mesure"),
    ("Accès des professionnels", "bouclier", "acces", "acces"),
    ("Historique d'activité", "historique", "historique", ""),
    ("Notifications", "cloche", "notifications", ""),
    ("Mes réglages", "reglages", "reglages", ""),
)
"""Label, icon, address name, and the beginning of the names of the pages below it."""


def _entrees(request: HttpRequest, lignes: tuple[tuple[str, str, str, str], ...]) -> list[Entree]:
    ici = request.resolver_match.url_name if request.resolver_match else ""
    return [
        Entree(
            libelle,
            icone,
            reverse(f"accueil:{nom}"),
            actif=ici == nom or bool(prefixe and (ici or "").startswith(prefixe)),
        )
        for libelle, icone, nom, prefixe in lignes
    ]


def menus(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell of a logged-in person; whose espace is open once a view has opened it."""
    principal, compte = _entrees(request, _PRINCIPAL), _entrees(request, _COMPTE)
    contexte: dict[str, Any] = {
        "menu": principal,
        "menu_principal": principal[:4],
        "menu_plus": [*principal[4:], *compte],
        "menu_compte": compte,
        "url_notifications": reverse("accueil:notifications"),
    }
    acces: Acces | None = getattr(request, "acces", None)
    if acces is not None:
        contexte |= {
            "profil_ouvert": nom_affiche(acces.traits()),
            "profil_autre": acces.acteur.genre is not Acteur.TITULAIRE,
            "non_lues": Notification.objects.filter(
                compte_id=acces.acteur.compte, espace_id=acces.espace_id, lue_le=None
            ).count(),
        }
    return contexte
