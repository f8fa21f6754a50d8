"""« Demandes des patients » of the Web PS: explanations asked of a structure (I-01)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from habilitations.acces import AccesRefuse, ActeurAcces
from habilitations.actions.demandes import (
    LONGUEUR_TEXTE,
    DemandeImpossible,
    demandes_a_repondre,
    repondre,
)
from habilitations.demandes import lire
from habilitations.politique import Acteur, Action, Decision, Motif
from habilitations.portes import acteur_professionnel
from usagers.recherche import identite_affichee

TAILLE_PAGE = 20


class FormulaireReponse(forms.Form):
    reponse = forms.CharField(
        label="Votre réponse au patient",
        max_length=LONGUEUR_TEXTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=(
            "Dites pourquoi son dossier a été ouvert. Une seule réponse, "
            f"{LONGUEUR_TEXTE} caractères au plus."
        ),
        error_messages={
            "required": "Écrivez votre réponse.",
            "max_length": f"Votre réponse tient en {LONGUEUR_TEXTE} caractères.",
        },
    )


def _acteur(request: HttpRequest) -> ActeurAcces:
    """A professional in an active exercice; the personnel doesn't read what patients write."""
    acteur = acteur_professionnel(request)
    if acteur.genre is Acteur.PROFESSIONNEL and acteur.exercice_actif:
        return acteur
    motif, regle = (
        (Motif.EXERCICE_INACTIF, "R-PS-09")
        if acteur.genre is Acteur.PROFESSIONNEL
        else (Motif.LECTURE_INTERDITE, "R-PS-08")
    )
    raise AccesRefuse(
        Decision(False, motif, regle),
        acteur=acteur,
        espace_id=None,
        action=Action.LISTER,
        statut=403,
    )


@require_safe
def demandes(request: HttpRequest) -> HttpResponse:
    """Those that wait first, the most urgent before; then those already answered."""
    acteur = _acteur(request)
    toutes = (
        demandes_a_repondre(acteur)
        .select_related("professionnel", "structure", "repondue_par__professionnel")
        .order_by(F("repondue_le").desc(nulls_first=True), "echeance_le", "pk")
    )
    page = Paginator(toutes, TAILLE_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "ps/demandes/liste.html",
        {"demandes": lire(page.object_list), "page": page},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def demande(request: HttpRequest, demande_id: UUID) -> HttpResponse:
    """One question: who asks, about which access; the answer is sent once."""
    acteur = _acteur(request)
    trouvee = (
        demandes_a_repondre(acteur)
        .select_related(
            "professionnel", "structure", "repondue_par__professionnel", "espace__identite"
        )
        .filter(pk=demande_id)
        .first()
    )
    if trouvee is None:
        raise Http404
    formulaire = FormulaireReponse(request.POST if request.method == "POST" else None)
    if request.method == "POST" and formulaire.is_valid():
        saisie: dict[str, Any] = formulaire.cleaned_data
        try:
            repondre(acteur=acteur, demande_id=demande_id, reponse=saisie["reponse"])
        except DemandeImpossible as impossible:
            formulaire.add_error(None, str(impossible))
        else:
            messages.success(request, "Votre réponse est envoyée. Le patient en est prévenu.")
            return redirect("webps:demandes")
    (lue,) = lire([trouvee])
    return TemplateResponse(
        request,
        "ps/demandes/demande.html",
        {
            "lue": lue,
            "patient": identite_affichee(trouvee.espace),
            "formulaire": formulaire,
        },
        status=422 if formulaire.errors else 200,
    )
