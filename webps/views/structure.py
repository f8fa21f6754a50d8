"""What a structure notes and sets about feeding records, and the receipts of its deposits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossier.models import Recu
from habilitations.acces import ActeurAcces, situation_de_l_espace
from habilitations.actions.structures import (
    LONGUEUR_MOTIF,
    ReglageImpossible,
    enregistrer_refus_d_alimentation,
    noter_information,
    regler_versement,
    supprimer_regle,
)
from habilitations.models import RegleVersement
from habilitations.politique import Acteur, Action, Masque
from habilitations.portes import acteur_professionnel, espace_trouve
from habilitations.structures import information_donnee, versements_obligatoires
from mes.socle import coffres
from mes.socle.dates import aujourdhui_a_paris
from mes.socle.models import CleIdentite
from mes.socle.nomenclatures import types_deposes_par_les_ps, types_documents
from professionnels.models import Professionnel
from usagers.identite import nom_affiche
from usagers.models import EspaceSante, Identite
from usagers.recherche import identite_affichee

PAR_PAGE = 20
_LIBELLES_MASQUES = {
    Masque.MASQUE_PS: "Masqué aux autres professionnels",
    Masque.INVISIBLE_PATIENT: "Non montré au patient avant la consultation d'annonce",
    Masque.INVISIBLE_REPRESENTANTS_LEGAUX: "Non montré aux représentants légaux du mineur",
}


class FormulaireRegle(forms.Form):
    """What is decided for one type (R-ALI-09)."""

    type_code = forms.ChoiceField(
        label="Type de document",
        error_messages={"required": "Choisissez le type de document."},
    )
    envoi_automatique = forms.BooleanField(
        label="Envoyer sans le demander à chaque fois",
        help_text="Le logiciel de votre structure envoie ce type de document dès qu'il est validé.",
        required=False,
    )
    masque_ps = forms.BooleanField(label=_LIBELLES_MASQUES[Masque.MASQUE_PS], required=False)
    invisible_patient = forms.BooleanField(
        label=_LIBELLES_MASQUES[Masque.INVISIBLE_PATIENT], required=False
    )
    invisible_representants = forms.BooleanField(
        label=_LIBELLES_MASQUES[Masque.INVISIBLE_REPRESENTANTS_LEGAUX], required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["type_code"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [("", "Choisissez dans la liste"), *types_deposes_par_les_ps()]

    def masques(self) -> frozenset[Masque]:
        cases = {
            "masque_ps": Masque.MASQUE_PS,
            "invisible_patient": Masque.INVISIBLE_PATIENT,
            "invisible_representants": Masque.INVISIBLE_REPRESENTANTS_LEGAUX,
        }
        return frozenset(masque for nom, masque in cases.items() if self.cleaned_data[nom])


@dataclass(frozen=True, slots=True)
class RegleAffichee:
    code: str
    libelle: str
    envoi_automatique: bool
    visibilite: Sequence[str]
    est_obligatoire: bool
    est_posee: bool


def _regles(structure_id: UUID | None) -> list[RegleAffichee]:
    """The structure's rules, and the types that must be sent whatever it decides (R-ALI-01)."""
    types = types_documents()
    obligatoires = versements_obligatoires(aujourdhui_a_paris())
    siennes = RegleVersement.objects.none()
    if structure_id is not None:
        siennes = RegleVersement.objects.filter(structure_id=structure_id)
    posees = {regle.type_code: regle for regle in siennes}
    return [
        RegleAffichee(
            code=code,
            libelle=types[code].libelle,
            envoi_automatique=posees[code].envoi_automatique if code in posees else False,
            visibilite=[
                _LIBELLES_MASQUES[Masque(masque)]
                for masque in (posees[code].masques if code in posees else ())
            ],
            est_obligatoire=code in obligatoires,
            est_posee=code in posees,
        )
        for code in types
        if code in posees or code in obligatoires
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def reglages(request: HttpRequest) -> HttpResponse:
    """Settings of the structure of the chosen exercice, by whoever practises there."""
    acteur = acteur_professionnel(request)
    formulaire = FormulaireRegle(request.POST or None)
    if request.method == "POST" and formulaire.is_valid():
        saisie: dict[str, Any] = formulaire.cleaned_data
        try:
            regler_versement(
                acteur=acteur,
                type_code=saisie["type_code"],
                envoi_automatique=saisie["envoi_automatique"],
                masques=formulaire.masques(),
            )
        except ReglageImpossible as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            messages.success(request, "La règle est enregistrée pour votre structure.")
            return redirect("webps:structure")
    return TemplateResponse(
        request,
        "ps/structure/reglages.html",
        {
            "formulaire": formulaire,
            "regles": _regles(acteur.structure_id),
            "peut_regler": acteur.genre is Acteur.PROFESSIONNEL and acteur.structure_id is not None,
        },
        status=422 if formulaire.is_bound else 200,
    )


@require_POST
def retirer_regle(request: HttpRequest) -> HttpResponse:
    """The type follows the common rule again."""
    acteur = acteur_professionnel(request)
    try:
        retiree = supprimer_regle(acteur=acteur, type_code=request.POST.get("type_code", ""))
    except ReglageImpossible as erreur:
        messages.error(request, str(erreur))
    else:
        if retiree:
            messages.success(request, "La règle est retirée : ce type suit la règle commune.")
    return redirect("webps:structure")


@dataclass(frozen=True, slots=True)
class RecuAffiche:
    recu: Recu
    patient: str
    auteur: str


@require_safe
def recus(request: HttpRequest) -> HttpResponse:
    """The receipts of this exercice's own deposits: never a title, never a type (R-PS-08)."""
    acteur = acteur_professionnel(request)
    pages = Paginator(
        Recu.objects.filter(exercice_id__in=filter(None, [acteur.exercice_id])).order_by(
            "-depose_le", "-pk"
        ),
        PAR_PAGE,
    )
    page = pages.get_page(request.GET.get("page"))
    espaces = {recu.espace_id for recu in page}
    identites = Identite.objects.in_bulk(espaces)
    cles = coffres.coffres(CleIdentite, espaces)
    auteurs = Professionnel.objects.in_bulk({recu.auteur_id for recu in page})
    lignes = [
        RecuAffiche(
            recu=recu,
            patient=nom_affiche(identites[recu.espace_id].traits(cles[recu.espace_id])),
            auteur=str(auteurs.get(recu.auteur_id, "")),
        )
        for recu in page
    ]
    return TemplateResponse(
        request,
        "ps/structure/recus.html",
        {
            "page": page,
            "lignes": lignes,
            "precedente": page.previous_page_number() if page.has_previous() else None,
            "suivante": page.next_page_number() if page.has_next() else None,
        },
    )


def _patient_trouve(acteur: ActeurAcces, espace_id: UUID) -> EspaceSante:
    """The patient found by INS and traits, as for a deposit; raises AccesRefuse as it would."""
    return situation_de_l_espace(acteur, espace_id, Action.DEPOSER).espace


@require_POST
def information(request: HttpRequest) -> HttpResponse:
    """Notes that the patient was told (R-ALI-02)."""
    acteur = acteur_professionnel(request)
    espace_id = espace_trouve(request)
    if espace_id is None:
        return redirect("webps:recherche")
    try:
        noter_information(
            acteur=acteur,
            espace_id=espace_id,
            information=request.POST.get("information", ""),
        )
    except ReglageImpossible as erreur:
        messages.error(request, str(erreur))
    else:
        messages.success(request, "L'information du patient est enregistrée pour votre structure.")
    return redirect("webps:deposer")


class FormulaireRefus(forms.Form):
    """A document that is not sent, and the legitimate reason (R-ALI-03)."""

    type_code = forms.ChoiceField(label="Type de document concerné", required=False)
    motif = forms.CharField(
        label="Motif légitime donné par le patient",
        max_length=LONGUEUR_MOTIF,
        help_text="Vous l'appréciez. Il est scellé et figure dans l'historique du patient.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Écrivez le motif légitime donné par le patient."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["type_code"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [
            ("", "Tous les documents de cette prise en charge"),
            *types_deposes_par_les_ps(),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def refus_d_alimentation(request: HttpRequest) -> HttpResponse:
    """Records that a document is not sent; nothing is deposited."""
    acteur = acteur_professionnel(request)
    espace_id = espace_trouve(request)
    if espace_id is None:
        return redirect("webps:recherche")
    espace = _patient_trouve(acteur, espace_id)
    formulaire = FormulaireRefus(request.POST or None)
    if request.method == "POST" and formulaire.is_valid():
        try:
            enregistrer_refus_d_alimentation(
                acteur=acteur, espace_id=espace_id, **formulaire.cleaned_data
            )
        except ReglageImpossible as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            messages.success(request, "Le refus est enregistré. Rien n'a été déposé.")
            return redirect("webps:deposer")
    return TemplateResponse(
        request,
        "ps/structure/refus.html",
        {
            "formulaire": formulaire,
            "patient": identite_affichee(espace),
            "information": information_donnee(espace_id, acteur.structure_id),
        },
        status=422 if formulaire.is_bound else 200,
    )
