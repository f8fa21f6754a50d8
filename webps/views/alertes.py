"""A professional asks to be told of new documents of the open record, or stops it (R-PS-30)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from habilitations.actions.accords import AccordImpossible
from habilitations.actions.alertes import cesser_mes_alertes, demander_alertes
from habilitations.models import Rythme
from habilitations.politique import Action
from habilitations.portes import acces_professionnel


@require_POST
def alertes(request: HttpRequest) -> HttpResponse:
    """`rythme`: one of `Rythme`; anything else stops the alerts."""
    acces = acces_professionnel(request, Action.LISTER)
    rythme = request.POST.get("rythme", "")
    try:
        if rythme in Rythme.values:
            demander_alertes(acces=acces, rythme=Rythme(rythme))
            messages.success(request, "Vous serez prévenu des nouveaux documents de ce patient.")
        else:
            cesser_mes_alertes(acces=acces)
            messages.success(request, "Vous ne recevrez plus d'alerte pour ce patient.")
    except AccordImpossible as erreur:
        messages.error(request, str(erreur))
    return redirect("webps:recapitulatif")
