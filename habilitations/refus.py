"""What the person sees of a refusal: the reason in French, or the page of what does not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from habilitations.acces import AccesRefuse
from habilitations.politique import phrase


def page_de_refus(request: HttpRequest, refus: AccesRefuse) -> HttpResponse:
    """404, the same page for absent and hidden, or 403 with the reason (table of decisions)."""
    if refus.statut == 404:
        return render(request, "404.html", status=404)
    return render(
        request,
        "refus.html",
        {"phrase": phrase(refus.decision.motif), "motif": refus.decision.motif},
        status=403,
    )
