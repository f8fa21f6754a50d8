"""« Historique d'activité »: every act on my espace, by whom and when (R-TRA-02, 03)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from dossier import selection
from habilitations.politique import Acteur, Action
from habilitations.portes import acces_usager
from journal.faits import Fait
from journal.lecture import GROUPES, FiltreHistorique, en_francais, lignes

TAILLE_PAGE = 25
_PLAUSIBLE = (
    MinValueValidator(date(1900, 1, 1), "Choisissez une date à partir de 1900."),
    MaxValueValidator(date(2999, 12, 31), "Choisissez une date avant l'an 3000."),
)
"""Beyond, neither Python nor PostgreSQL can always turn a day into an instant."""


class FormulaireHistorique(forms.Form):
    """Query string of the history; a date that does not exist is said, the rest is ignored."""

    groupe = forms.ChoiceField(
        label="Qui",
        required=False,
        choices=[("", "Tout le monde"), *((cle, libelle) for cle, (libelle, _) in GROUPES.items())],
    )
    depuis = forms.DateField(
        label="À partir du",
        required=False,
        validators=_PLAUSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    jusqua = forms.DateField(
        label="Jusqu'au",
        required=False,
        validators=_PLAUSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    document = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def nombre_filtres(self) -> int:
        """How many dates narrow the list, right or wrong: a wrong one must be seen."""
        return sum(bool(self[nom].value()) for nom in ("depuis", "jusqua"))

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        depuis, jusqua = donnees.get("depuis"), donnees.get("jusqua")
        if isinstance(depuis, date) and isinstance(jusqua, date) and depuis > jusqua:
            self.add_error("jusqua", "Cette date vient avant la première : inversez-les.")
        return donnees

    def filtre(self) -> FiltreHistorique:
        self.is_valid()
        lu = self.cleaned_data
        document: UUID | None = lu.get("document")
        return FiltreHistorique(
            groupe=lu.get("groupe") or "",
            depuis=lu.get("depuis"),
            jusqua=lu.get("jusqua"),
            objet_id=document,
        )


@require_GET
def historique(request: HttpRequest) -> HttpResponse:
    """The whole history but what is not yet announced to the patient, latest first, paged."""
    acces = acces_usager(request, Action.VOIR_HISTORIQUE_COMPLET)
    formulaire = FormulaireHistorique(request.GET)
    filtre = formulaire.filtre()
    est_titulaire = acces.acteur.genre is Acteur.TITULAIRE
    liste = lignes(
        acces.espace_id,
        filtre,
        reservee=est_titulaire,
        objets_caches=selection.caches_au_patient(acces) if est_titulaire else (),
    )
    demande = request.GET.get("page", "1")[:6]
    numero = max(1, int(demande)) if demande.isascii() and demande.isdigit() else 1
    debut = (min(numero, 100_000) - 1) * TAILLE_PAGE
    tranche = list(liste[debut : debut + TAILLE_PAGE + 1])
    acces.noter(Fait.HISTORIQUE_CONSULTE)
    return TemplateResponse(
        request,
        "patient/historique.html",
        {
            "lignes": [en_francais(ligne, acces.cle_journal) for ligne in tranche[:TAILLE_PAGE]],
            "formulaire": formulaire,
            "filtre": filtre,
            "groupes": GROUPES,
            "numero": numero,
            "suivante": numero + 1 if len(tranche) > TAILLE_PAGE else None,
            "precedente": numero - 1 if numero > 1 else None,
            "est_titulaire": est_titulaire,
        },
    )
