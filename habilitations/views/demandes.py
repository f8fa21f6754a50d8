"""Asking why a record was opened, reporting an access, and reading the answers (I-01, R-PS-26)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from habilitations.acces import Acces
from habilitations.actions.demandes import (
    LONGUEUR_TEXTE,
    DemandeImpossible,
    demander_explication,
    signalements_restants,
    signaler_acces,
)
from habilitations.demandes import mes_demandes
from habilitations.panneau import lieux
from habilitations.politique import Action
from habilitations.views.patient import ouvrir_pour_gerer, professionnel_ou_404
from journal.faits import Chaine, Fait, GenreActeur
from journal.models import Ligne
from mes.socle.dates import formater_instant
from professionnels.models import Professionnel

ACCES_PROPOSES = 10
_DES_ACCES = (Fait.ACCES_PROFESSIONNEL, Fait.ACCES_URGENCE)


class FormulaireDemande(forms.Form):
    """About which access, and what she writes."""

    ligne = forms.ChoiceField(
        label="De quel accès s'agit-il ?",
        required=False,
        error_messages={"invalid_choice": "Choisissez un accès de la liste."},
    )
    texte = forms.CharField(
        label="Mon message",
        max_length=LONGUEUR_TEXTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=f"{LONGUEUR_TEXTE} caractères au plus.",
        error_messages={
            "required": "Écrivez votre message.",
            "max_length": f"Votre message tient en {LONGUEUR_TEXTE} caractères.",
        },
    )

    def __init__(self, lignes: list[Ligne], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lignes = {str(ligne.pk): ligne for ligne in lignes}
        champ = self.fields["ligne"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [
            ("", "Aucun en particulier"),
            *((pk, formater_instant(ligne.inscrite_le)) for pk, ligne in self.lignes.items()),
        ]

    def acces_vise(self) -> dict[str, Any]:
        """`acces_le` and `structure_id` of the chosen line of the history; nothing without one."""
        ligne = self.lignes.get(self.cleaned_data["ligne"])
        if ligne is None:
            return {}
        return {"acces_le": ligne.inscrite_le, "structure_id": ligne.structure_id}


def _acces_du_professionnel(acces: Acces, professionnel: Professionnel) -> list[Ligne]:
    """His last openings of the record; never a secret one, which only the visible chain leaves out."""
    return list(
        Ligne.objects.filter(
            espace_id=acces.espace_id,
            chaine=Chaine.VISIBLE,
            acteur_genre=GenreActeur.PROFESSIONNEL,
            acteur_id=professionnel.pk,
            fait__in=_DES_ACCES,
        ).order_by("-inscrite_le")[:ACCES_PROPOSES]
    )


@require_http_methods(["GET", "HEAD", "POST"])
def demander(request: HttpRequest, professionnel_id: UUID, genre: str) -> HttpResponse:
    """`genre`: explication or signalement, as the routes say."""
    acces = ouvrir_pour_gerer(
        request, Action.BLOQUER if request.method == "POST" else Action.LISTER
    )
    professionnel = professionnel_ou_404(professionnel_id)
    lignes = _acces_du_professionnel(acces, professionnel)
    formulaire = FormulaireDemande(
        lignes,
        request.POST if request.method == "POST" else None,
        initial={"ligne": str(lignes[0].pk) if lignes else ""},
    )
    if request.method == "POST" and formulaire.is_valid():
        ecrire = signaler_acces if genre == "signalement" else demander_explication
        try:
            ecrire(
                acces=acces,
                professionnel=professionnel,
                texte=formulaire.cleaned_data["texte"],
                **formulaire.acces_vise(),
            )
        except DemandeImpossible as impossible:
            formulaire.add_error(None, str(impossible))
        else:
            messages.success(
                request,
                "Votre signalement est enregistré. Le support du 3422 le traitera."
                if genre == "signalement"
                else "Votre demande est envoyée. Vous serez prévenu de la réponse.",
            )
            return redirect("accueil:acces_demandes")
    ou = lieux([professionnel_id]).get(professionnel_id, [])
    return TemplateResponse(
        request,
        f"patient/acces/{genre}.html",
        {
            "formulaire": formulaire,
            "professionnel": professionnel,
            "lieux": ou,
            "jours": settings.MES_EXPLICATION_JOURS,
            "restants": signalements_restants(acces.espace_id),
            "maximum": settings.MES_SIGNALEMENTS_PAR_JOUR,
        },
        status=422 if formulaire.errors else 200,
    )


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """What I asked and reported, with the answers."""
    acces = ouvrir_pour_gerer(request)
    return TemplateResponse(
        request, "patient/acces/demandes.html", {"demandes": mes_demandes(acces)}
    )
