"""« Ce que voit mon médecin » (I-16): choosing through whose eyes, then my documents as he lists them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dossier.simulation import VUES, regards
from habilitations.acces import Acces, ActeurAcces, acces_simule
from habilitations.actions.choix import exiger_de_gerer
from habilitations.panneau import lieux, panneau
from habilitations.politique import Acteur, Action
from habilitations.portes import acces_usager, acteur_de_l_exercice
from journal.faits import ActeurTrace, Fait, GenreActeur
from mes.socle.nomenclatures import professions, specialites
from professionnels.models import Exercice


def _metiers() -> list[tuple[str, str]]:
    return [
        (metier.code, metier.libelle) for metier in professions().values() if metier.peut_lire_dmp
    ]


def _specialites() -> list[tuple[str, Any]]:
    groupes: dict[str, list[tuple[str, str]]] = {}
    for specialite in specialites().values():
        metier = professions().get(specialite.profession)
        if metier is not None and metier.peut_lire_dmp:
            groupes.setdefault(metier.libelle, []).append((specialite.code, specialite.libelle))
    return [("", "Toutes"), *groupes.items()]


class FormulaireRegard(forms.Form):
    """Query string: a profession (with a speciality), or one exercice of somebody. Ids and codes."""

    metier = forms.ChoiceField(label="Métier", required=False)
    specialite = forms.ChoiceField(label="Spécialité", required=False)
    exercice = forms.UUIDField(required=False, widget=forms.HiddenInput)
    vue = forms.ChoiceField(required=False, choices=list(VUES.items()))
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        metier, specialite = self.fields["metier"], self.fields["specialite"]
        assert isinstance(metier, forms.ChoiceField)
        assert isinstance(specialite, forms.ChoiceField)
        metier.choices = [("", "Choisissez un métier"), *_metiers()]
        specialite.choices = _specialites()

    def clean(self) -> dict[str, Any]:
        saisie = super().clean() or {}
        specialite = specialites().get(saisie.get("specialite", ""))
        if specialite and saisie.get("metier") and specialite.profession != saisie["metier"]:
            self.add_error("specialite", "Cette spécialité est celle d'un autre métier.")
        if specialite and not saisie.get("metier"):
            saisie["metier"] = specialite.profession
        return saisie

    def acteur(self) -> ActeurAcces | None:
        """Through whose eyes, or None: nothing chosen, nobody known by this id."""
        if not self.is_valid():
            return None
        saisie: dict[str, Any] = self.cleaned_data
        if saisie["exercice"]:
            exercice = (
                Exercice.objects.select_related("professionnel", "structure")
                .filter(pk=saisie["exercice"])
                .first()
            )
            if exercice is None:
                return None
            return acteur_de_l_exercice(exercice, compte_id=None, regulateur=False)
        return _quelqu_un(saisie["metier"], saisie["specialite"]) if saisie["metier"] else None


def _quelqu_un(metier: str, specialite: str) -> ActeurAcces:
    """Somebody of this profession, whom nothing names."""
    precise = specialites().get(specialite)
    nom = professions()[metier].libelle + (f", {precise.libelle}" if precise else "")
    return ActeurAcces(
        genre=Acteur.PROFESSIONNEL,
        id=None,
        trace=ActeurTrace(GenreActeur.PROFESSIONNEL, None, nom),
        profession=metier,
        specialite=specialite or None,
    )


@require_safe
def simulation(request: HttpRequest) -> HttpResponse:
    """Chooses, or shows; journalled when it shows. Opened for reading only: nothing can be written."""
    acces = acces_usager(request, Action.LISTER)
    exiger_de_gerer(acces)
    formulaire = FormulaireRegard(request.GET)
    acteur = formulaire.acteur()
    if acteur is None:
        return _choisir(request, acces, formulaire)
    saisie: dict[str, Any] = formulaire.cleaned_data
    simule = acces_simule(acces, acteur)
    acces.noter(Fait.SIMULATION, objet_id=acteur.id, details={"titre": acteur.trace.nom})
    return TemplateResponse(
        request,
        "patient/acces/simulation.html",
        {
            "acteur": acteur,
            "simule": simule,
            "page": regards(simule, acces, vue=saisie["vue"] or "", numero=saisie["page"] or 1),
        },
    )


def _choisir(request: HttpRequest, acces: Acces, formulaire: FormulaireRegard) -> HttpResponse:
    connus = panneau(acces).personnes
    ou = lieux(personne.id for personne in connus)
    return TemplateResponse(
        request,
        "patient/acces/simulation_choix.html",
        {
            "formulaire": formulaire,
            "connus": [(personne, lieu) for personne in connus for lieu in ou.get(personne.id, ())],
        },
        status=422 if request.GET and formulaire.errors else 200,
    )
