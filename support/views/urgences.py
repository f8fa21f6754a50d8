"""« Accès d'urgence »: the queue that the structures' referents also see, for a supervisor.

No word of the record, no name of a patient: what is concluded is traced in the espace's journal,
where its titulaire reads it (R-SUP-10).
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from comptes.models import RoleAgent
from support.actions import acteur_support
from support.roles import agent_de, role_requis
from urgence import revue
from urgence.actions import RevueImpossible, conclure_revue
from urgence.forms import SUITES, FormulaireConclusion, FormulaireFiltre
from urgence.models import EtatRevue


@require_http_methods(["GET", "HEAD", "POST"])
@role_requis(RoleAgent.SUPERVISEUR)
def liste(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _conclure(request)
    filtre = FormulaireFiltre(request.GET)
    criteres = filtre.criteres()
    contexte = {
        "page": revue.page(revue.revues(criteres), request.GET.get("page")),
        "filtre": filtre,
        "criteres": criteres,
        "suites": SUITES,
        "acteur_id": None,
    }
    return TemplateResponse(request, "support/urgences.html", contexte)


def _conclure(request: HttpRequest) -> HttpResponse:
    formulaire = FormulaireConclusion(request.POST)
    if not formulaire.is_valid():
        messages.error(request, "Dites si cet accès est conforme ou à instruire.")
        return redirect("support:urgences")
    saisie = formulaire.cleaned_data
    try:
        conclure_revue(
            revue_id=saisie["acces"],
            acteur=acteur_support(agent_de(request)),
            suite=EtatRevue(saisie["suite"]),
            note=saisie["note"],
        )
    except RevueImpossible as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, "Votre conclusion est enregistrée.")
    return redirect("support:urgences")
