"""Finding a professional or a structure, to authorise, block or name (R-PS-10, R-PS-13, R-ADM-01).

The words typed go in the body of a POST: no name in an address. Finding gives no right (R-PS-13).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from habilitations.panneau import lieux
from habilitations.que_voit import metiers
from habilitations.views.patient import ouvrir_pour_gerer
from professionnels.recherche import (
    PAGES_MAX,
    Criteres,
    CriteresStructure,
    RechercheInvalide,
    chercher,
    chercher_structures,
)

_LIBRE = forms.TextInput(attrs={"autocomplete": "off"})


class _Formulaire(forms.Form):
    page = forms.IntegerField(
        required=False, min_value=1, max_value=PAGES_MAX, widget=forms.HiddenInput
    )

    @property
    def numero(self) -> int:
        return self.cleaned_data.get("page") or 1

    def criteres_saisis(self) -> dict[str, str]:
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom != "page"}


class FormulaireProfessionnel(_Formulaire):
    nom = forms.CharField(label="Nom", required=False, max_length=100, widget=_LIBRE)
    prenom = forms.CharField(label="Prénom", required=False, max_length=100, widget=_LIBRE)
    profession = forms.ChoiceField(label="Métier", required=False)
    commune = forms.CharField(
        label="Commune ou code postal", required=False, max_length=100, widget=_LIBRE
    )
    rpps = forms.CharField(
        label="Numéro RPPS",
        required=False,
        max_length=20,
        help_text="11 chiffres, sur une ordonnance ou une feuille de soins. Il suffit à lui seul.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["profession"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [("", "Tous"), *((metier.code, metier.libelle) for metier in metiers())]


class FormulaireStructure(_Formulaire):
    commune = forms.CharField(
        label="Commune ou code postal", required=False, max_length=100, widget=_LIBRE
    )
    nom = forms.CharField(
        label="Nom de la structure",
        required=False,
        max_length=100,
        help_text="Un ou plusieurs mots de son nom.",
        widget=_LIBRE,
    )
    finess = forms.CharField(
        label="Numéro FINESS",
        required=False,
        max_length=20,
        help_text="9 caractères. Il suffit à lui seul.",
        widget=_LIBRE,
    )


def _page(
    request: HttpRequest, gabarit: str, formulaire: forms.Form, **contexte: Any
) -> HttpResponse:
    return TemplateResponse(
        request,
        gabarit,
        {"formulaire": formulaire, "resultats": None, **contexte},
        status=422 if formulaire.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def professionnels(request: HttpRequest) -> HttpResponse:
    """By name, profession and commune, or by RPPS; those who no longer practise too (R-PS-27)."""
    ouvrir_pour_gerer(request)
    formulaire = FormulaireProfessionnel(request.POST if request.method == "POST" else None)
    contexte: dict[str, Any] = {}
    if request.method == "POST" and formulaire.is_valid():
        try:
            page = chercher(Criteres(**formulaire.criteres_saisis()), page=formulaire.numero)
        except RechercheInvalide as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            ou = lieux(trouve.pk for trouve in page.professionnels)
            contexte = {
                "page": page,
                "resultats": [(trouve, ou.get(trouve.pk, ())) for trouve in page.professionnels],
            }
    return _page(request, "patient/acces/chercher.html", formulaire, **contexte)


@require_http_methods(["GET", "HEAD", "POST"])
def structures(request: HttpRequest) -> HttpResponse:
    """A place of care, by commune and name, or by FINESS."""
    ouvrir_pour_gerer(request)
    formulaire = FormulaireStructure(request.POST if request.method == "POST" else None)
    contexte: dict[str, Any] = {}
    if request.method == "POST" and formulaire.is_valid():
        try:
            page = chercher_structures(
                CriteresStructure(**formulaire.criteres_saisis()), page=formulaire.numero
            )
        except RechercheInvalide as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            contexte = {"page": page, "resultats": page.structures}
    return _page(request, "patient/acces/chercher_structure.html", formulaire, **contexte)
