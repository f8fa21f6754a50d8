"""« Gérer mon profil »: what can be set today, nothing that leads nowhere."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from habilitations.politique import Action
from habilitations.portes import acces_usager
from journal.faits import Fait
from usagers import actions as actions_usagers
from usagers.recherche import preferences_de, presenter_traits


@require_http_methods(["GET", "HEAD", "POST"])
def reglages(request: HttpRequest) -> HttpResponse:
    """My identity (corrected at the caisse, R-INS-06), confidentiality, notifications."""
    acces = acces_usager(request, Action.LISTER)
    compte_id = acces.acteur.compte
    if request.method == "POST":
        actions_usagers.changer_preferences(
            espace_id=acces.espace_id,
            compte_id=compte_id,
            courriel_document=request.POST.get("courriel_document") == "oui",
        )
        acces.noter(Fait.PREFERENCES_MODIFIEES)
        messages.success(request, "Vos préférences sont enregistrées.")
        return redirect("accueil:reglages")
    return TemplateResponse(
        request,
        "patient/reglages.html",
        {
            "identite": presenter_traits(acces.traits(), acces.espace.identite),
            "preferences": preferences_de(acces.espace_id, compte_id),
            "masquer_par_defaut": acces.masquer_par_defaut,
        },
    )
