"""The public home and the patient's home."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dossier import selection
from habilitations.politique import Action
from habilitations.portes import acces_usager
from journal.faits import Fait
from journal.lecture import lectures_par_des_professionnels
from usagers.identite import nom_affiche

RECENTS = 5


@require_safe
@login_not_required
def bienvenue(request: HttpRequest) -> HttpResponse:
    """What this service is, for whom, and the two doors."""
    if request.user.is_authenticated:
        return redirect("accueil:tableau")
    return TemplateResponse(request, "patient/bienvenue.html")


@require_safe
def tableau(request: HttpRequest) -> HttpResponse:
    """Home: greeting, recent and pinned documents, who has read mine (R-ACC-01)."""
    acces = acces_usager(request, Action.LISTER)
    documents = selection.courants(acces)
    recents = [
        selection.apercu(acces, d) for d in documents.order_by("-depose_le", "-pk")[:RECENTS]
    ]
    epingles = [
        selection.apercu(acces, d)
        for d in documents.filter(epingle_le__isnull=False).order_by("-epingle_le")[:RECENTS]
    ]
    acces.noter(Fait.LISTE_CONSULTEE)
    traits = acces.traits()
    return TemplateResponse(
        request,
        "patient/tableau.html",
        {
            "prenom": traits["prenom_utilise"] or traits["prenoms"].split(" ", 1)[0].title(),
            "nom": nom_affiche(traits),
            "recents": recents,
            "epingles": epingles,
            "lectures": lectures_par_des_professionnels(acces.espace_id, acces.cle_journal),
        },
    )
