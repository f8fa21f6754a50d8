"""The session as the person sees it: how long it still lasts, extend it, take up a late form."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comptes import brouillons, sessions
from comptes.suites import suite_demandee


def hors_session(vue: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view that asks about the session: it neither keeps it alive nor empties it when over.

    What was being written can thus still be sent with its CSRF token, and be kept as a draft.
    """
    vue.hors_session = True  # type: ignore[attr-defined]
    return vue


def _reste(request: HttpRequest) -> int:
    portail: Any = request.portail  # type: ignore[attr-defined]  # set by SessionParPortail
    return sessions.reste(request.session, sessions.limites(portail.nom), time.time())


@hors_session
@login_not_required
@require_safe
def etat(request: HttpRequest) -> HttpResponse:
    """JSON `{"reste": seconds}`, 0 when there is no session; asking doesn't count as activity."""
    return JsonResponse({"reste": _reste(request)})


@hors_session
@login_not_required
@require_POST
def prolonger(request: HttpRequest) -> HttpResponse:
    """« Je reste connecté »: a script gets the new delay, a browser alone goes back to its page.

    Too late, the delay is 0 and the page asked for says that the session is over.
    """
    if _reste(request) > 0:
        sessions.marquer_activite(request.session, time.time(), grain=0)
    if request.accepts("text/html"):
        portail: Any = request.portail  # type: ignore[attr-defined]
        return redirect(suite_demandee(request, prefixe=portail.prefixe) or portail.prefixe)
    return JsonResponse({"reste": _reste(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def reprise(request: HttpRequest) -> HttpResponse:
    """The form that arrived after the end of the session, to be read over and sent, or dropped."""
    portail: Any = request.portail  # type: ignore[attr-defined]
    brouillon = brouillons.en_attente(request.session, time.time())
    if brouillon is None or request.method == "POST":
        brouillons.oublier(request.session)
        return redirect(portail.prefixe)
    contexte = {"brouillon": brouillon, "champ_brouillon": brouillons.CHAMP}
    return render(request, f"{portail.nom}/connexion/reprise.html", contexte)
