"""The console's home: what this agent can do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from support.menu import ecrans_de
from support.roles import TOUS, agent_de, role_requis


@require_safe
@role_requis(*TOUS)
def accueil(request: HttpRequest) -> HttpResponse:
    contexte = {"ecrans": ecrans_de(agent_de(request).role)}
    return TemplateResponse(request, "support/accueil.html", contexte)
