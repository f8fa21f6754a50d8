"""« Accès des professionnels de santé »: the control panel, and each act with its confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habilitations.acces import Acces
from habilitations.actions.accords import AccordImpossible
from habilitations.actions.alertes import arreter_alertes
from habilitations.actions.choix import ChoixImpossible, exiger_de_gerer, regler_urgence
from habilitations.gestes import (
    DES_PERSONNES,
    DES_STRUCTURES,
    Geste,
    Saisie,
    agir_sur_personne,
    agir_sur_structure,
    durees,
    gestes_de_structure,
    libelle_duree,
)
from habilitations.models import Role, RoleDeclare
from habilitations.panneau import equipe, lieux, panneau, roles_possibles
from habilitations.politique import Action
from habilitations.portes import acces_usager
from professionnels.models import Exercice, Professionnel, Structure


def ouvrir_pour_gerer(request: HttpRequest, action: Action = Action.LISTER) -> Acces:
    """The record, for whoever decides who sees it: titulaire or representative."""
    acces = acces_usager(request, action)
    exiger_de_gerer(acces)
    return acces


def professionnel_ou_404(professionnel_id: UUID) -> Professionnel:
    professionnel = Professionnel.objects.filter(pk=professionnel_id).first()
    if professionnel is None:
        raise Http404
    return professionnel


def structure_ou_404(structure_id: UUID) -> Structure:
    structure = Structure.objects.filter(pk=structure_id).first()
    if structure is None:
        raise Http404
    return structure


@require_safe
def tableau(request: HttpRequest) -> HttpResponse:
    """« Qui peut voir mon dossier »."""
    acces = ouvrir_pour_gerer(request)
    return TemplateResponse(
        request, "patient/acces/tableau.html", {"panneau": panneau(acces), "acces": acces}
    )


@require_POST
def urgence(request: HttpRequest) -> HttpResponse:
    """The three switches, each on its own (R-URG-01, 02, 09)."""
    acces = ouvrir_pour_gerer(request, Action.BLOQUER)
    coches = {nom: request.POST.get(nom) == "oui" for nom in ("samu", "bris_de_glace")}
    masques = request.POST.get("masques_en_urgence") == "oui"
    regler_urgence(acces=acces, **coches, masques_en_urgence=masques)
    messages.success(request, "Vos réglages d'urgence sont enregistrés.")
    return redirect("accueil:acces")


@require_POST
def arreter_alerte(request: HttpRequest, abonnement_id: UUID) -> HttpResponse:
    """Somebody is no longer told of my new documents (R-PS-30)."""
    acces = ouvrir_pour_gerer(request, Action.BLOQUER)
    arreter_alertes(acces=acces, abonnement_id=abonnement_id)
    messages.success(
        request,
        "Ces alertes sont arrêtées. L'accès de ce professionnel, lui, n'a pas changé.",
    )
    return redirect("accueil:acces")


class FormulaireGeste(forms.Form):
    """What an act asks beside being confirmed: a length, a role."""

    jours = forms.TypedChoiceField(
        label="Pendant",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez une des durées proposées.",
            "invalid_choice": "Choisissez une des durées proposées.",
        },
    )
    role = forms.TypedChoiceField(
        label="Son rôle auprès de moi",
        coerce=Role,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez un rôle.",
            "invalid_choice": "Choisissez un rôle de la liste.",
        },
    )

    def __init__(self, geste: Geste, roles: list[Role], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if geste.demande_duree:
            self.choisir("jours", durees())
        else:
            del self.fields["jours"]
        if geste.demande_role:
            self.choisir("role", [(role.value, str(role.label)) for role in roles])
        else:
            del self.fields["role"]

    def choisir(self, nom: str, choix: list[Any]) -> None:
        champ = self.fields[nom]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = choix
        if len(choix) == 1:
            champ.initial = choix[0][0]

    def saisie(self) -> Saisie:
        saisies: dict[str, Any] = self.cleaned_data
        return Saisie(jours=saisies.get("jours", 0), role=saisies.get("role"))


def _roles_de(acces: Acces, professionnel: Professionnel, geste: str) -> list[Role]:
    """Those that he may take, by his profession, or those that he has (R-ADM-06)."""
    if geste == "retirer-role":
        tenus = RoleDeclare.objects.filter(
            espace=acces.espace_id, professionnel=professionnel, fin_le=None
        )
        return [Role(role) for role in tenus.values_list("role", flat=True)]
    return roles_possibles(Exercice.objects.actifs().filter(professionnel=professionnel))


def _recu(request: HttpRequest) -> QueryDict | None:
    """An act that asks nothing is confirmed by an empty form."""
    return request.POST if request.method == "POST" else None


def _geste(gestes: Mapping[str, Geste], nom: str) -> Geste:
    if nom not in gestes:
        raise Http404
    return gestes[nom]


@require_http_methods(["GET", "HEAD", "POST"])
def geste_personne(request: HttpRequest, professionnel_id: UUID, geste: str) -> HttpResponse:
    """Asks, says what changes, then does it."""
    choisi = _geste(DES_PERSONNES, geste)
    acces = ouvrir_pour_gerer(
        request, Action.BLOQUER if request.method == "POST" else Action.LISTER
    )
    professionnel = professionnel_ou_404(professionnel_id)
    roles = _roles_de(acces, professionnel, geste) if choisi.demande_role else []
    if choisi.demande_role and not roles:
        raise Http404
    formulaire = FormulaireGeste(choisi, roles, _recu(request))
    if request.method == "POST" and formulaire.is_valid():
        saisie = formulaire.saisie()
        try:
            agir_sur_personne(geste, acces=acces, professionnel_id=professionnel_id, saisie=saisie)
        except (AccordImpossible, ChoixImpossible) as impossible:
            formulaire.add_error(None, str(impossible))
        else:
            messages.success(request, _dire(choisi.fait, str(professionnel), saisie))
            return redirect("accueil:acces_professionnel", professionnel_id)
    ou = lieux([professionnel_id]).get(professionnel_id, [])
    return _page_du_geste(
        request,
        choisi,
        formulaire,
        nom=str(professionnel),
        precision=str(ou[0]) if ou else "",
        retour="accueil:acces_professionnel",
        cible=professionnel_id,
    )


@require_safe
def structure(request: HttpRequest, structure_id: UUID) -> HttpResponse:
    """One structure: what I decided about its team, what I can do."""
    acces = ouvrir_pour_gerer(request)
    ici = equipe(acces, structure_ou_404(structure_id))
    return TemplateResponse(
        request,
        "patient/acces/structure.html",
        {
            "equipe": ici,
            "gestes": [(nom, DES_STRUCTURES[nom]) for nom in gestes_de_structure(ici)],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def geste_structure(request: HttpRequest, structure_id: UUID, geste: str) -> HttpResponse:
    """The same as `geste_personne`, about a whole structure (I-05)."""
    choisi = _geste(DES_STRUCTURES, geste)
    acces = ouvrir_pour_gerer(
        request, Action.BLOQUER if request.method == "POST" else Action.LISTER
    )
    ou = structure_ou_404(structure_id)
    formulaire = FormulaireGeste(choisi, [], _recu(request))
    if request.method == "POST" and formulaire.is_valid():
        saisie = formulaire.saisie()
        try:
            agir_sur_structure(geste, acces=acces, structure_id=structure_id, saisie=saisie)
        except AccordImpossible as impossible:
            formulaire.add_error(None, str(impossible))
        else:
            messages.success(request, _dire(choisi.fait, str(ou), saisie))
            return redirect("accueil:acces_structure", structure_id)
    return _page_du_geste(
        request,
        choisi,
        formulaire,
        nom=str(ou),
        precision=ou.commune.title(),
        retour="accueil:acces_structure",
        cible=structure_id,
    )


def _dire(phrase: str, nom: str, saisie: Saisie) -> str:
    return phrase.format(
        nom=nom,
        duree=f"pendant {libelle_duree(saisie.jours)}",
        role=saisie.role.label if saisie.role else "",
    )


def _page_du_geste(
    request: HttpRequest,
    geste: Geste,
    formulaire: FormulaireGeste,
    *,
    nom: str,
    precision: str,
    retour: str,
    cible: UUID,
) -> HttpResponse:
    return TemplateResponse(
        request,
        "patient/acces/geste.html",
        {
            "geste": geste,
            "titre": geste.titre.format(nom=nom),
            "formulaire": formulaire,
            "nom": nom,
            "precision": precision,
            "url_retour": reverse(retour, args=[cible]),
        },
        status=422 if formulaire.errors else 200,
    )
