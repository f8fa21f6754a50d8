"""A carte Vitale reader, invented: a few cards, one of which is in it. Not a federation.

The product asks `/vitale/lecture`, as it would ask the service of a real reader; the page beside it
puts a card in or takes it out. Kept in memory: a restart puts the first card back.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views import View
from django.views.decorators.http import require_GET

from demo.federations.service import service
from demo.personnes_demo import PATIENTS


@dataclass(frozen=True, slots=True)
class Carte:
    """A card: what the page says of it, and what the reader answers."""

    libelle: str
    aide: str
    donnees: dict[str, Any]


def _carte(
    nir: str, nom: str, prenom: str, date_naissance: str, *, aide: str, rang: int = 1
) -> Carte:
    return Carte(
        libelle=f"{prenom} {nom}",
        aide=f"{aide} — {nir}",
        donnees={
            "nir": nir,
            "nom": nom,
            "prenom": prenom,
            "date_naissance": date_naissance,
            "rang": rang,
        },
    )


ABIMEE: Final = Carte(
    libelle="Carte abîmée",
    aide="Le lecteur répond, mais rien de juste",
    donnees={"nir": "000000000000000", "nom": "", "prenom": "", "date_naissance": "", "rang": 0},
)
CARTES: Final[dict[str, Carte]] = {
    **{
        patient.matricule: _carte(
            patient.matricule, patient.nom, patient.prenom, patient.naissance, aide="Patient connu"
        )
        for patient in PATIENTS
    },
    "inconnue": _carte(
        "279209900001365", "DEMO-DIX", "LINA", "1979-01-01", aide="Personne sans espace ici"
    ),
    "abimee": ABIMEE,
}
"""By the name that the page's form gives them; the first one is in the reader at the start."""


class _Etat:
    def __init__(self) -> None:
        self.verrou = threading.Lock()
        self.dedans: Carte | None = next(iter(CARTES.values()))


_etat = _Etat()


def inserer(carte: Carte | None) -> None:
    """Puts a card in the reader; None takes it out."""
    with _etat.verrou:
        _etat.dedans = carte


class Lecteur(View):
    """The reader as somebody at the desk handles it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        contexte = {
            "cartes": CARTES.items(),
            "dedans": _etat.dedans,
            "url_produit": service().reglages.url_produit,
        }
        return render(request, "federations/vitale.html", contexte)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("action") == "retirer":
            inserer(None)
        elif request.POST.get("carte") in CARTES:
            inserer(CARTES[request.POST["carte"]])
        return redirect("lecteur_vitale")


@require_GET
def lecture(request: HttpRequest) -> JsonResponse:
    """What the product's server asks: the card's five values, or 404 when the reader is empty."""
    carte = _etat.dedans
    if carte is None:
        return JsonResponse({"erreur": "aucune carte"}, status=404)
    return JsonResponse(carte.donnees)
