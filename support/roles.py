"""Which agents a view of the console is for (R-SUP-05)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from comptes.models import Compte, RoleAgent
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite

Vue = Callable[..., HttpResponseBase]

TOUS = frozenset(RoleAgent)
_PLURIELS = {
    RoleAgent.TELECONSEILLER: "téléconseillers",
    RoleAgent.SUPERVISEUR: "superviseurs",
    RoleAgent.ADMINISTRATEUR: "administrateurs",
}


def agent_de(request: HttpRequest) -> Compte:
    """The agent's account, which the portal read before the transaction took the console's role."""
    return cast(Compte, request.user)


def role_requis(*roles: RoleAgent) -> Callable[[Vue], Vue]:
    """Lets in the agents of these roles; the others get 403, and the security journal a line.

    The view keeps them as `roles_requis`: the menu and the home only show what the agent may open.
    """
    permis = frozenset(roles)

    def decorer(vue: Vue) -> Vue:
        @wraps(vue)
        def gardee(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if agent_de(request).role not in permis:
                return _refuser(request, permis)
            return vue(request, *args, **kwargs)

        gardee.roles_requis = permis  # type: ignore[attr-defined]
        return gardee

    return decorer


def roles_requis(vue: Callable[..., Any]) -> frozenset[RoleAgent]:
    """The roles that a view lets in; none when it is not a view of the console."""
    permis: frozenset[RoleAgent] = getattr(vue, "roles_requis", frozenset())
    return permis


def _refuser(request: HttpRequest, permis: Collection[RoleAgent]) -> HttpResponse:
    inscrire_securite(
        FaitSecurite.REFUS,
        motif="ROLE_REQUIS",
        acteur_genre=GenreActeur.AGENT,
        acteur_id=agent_de(request).pk,
        details={"page": request.path_info, "regle": "R-SUP-05"},
    )
    qui = " et aux ".join(_PLURIELS[role] for role in RoleAgent if role in permis)
    contexte = {
        "phrase": f"Cette page est réservée aux {qui}.",
        "motif": "ROLE_REQUIS",
        "que_faire": "Demandez à une personne qui a ce rôle. Cette demande a été enregistrée.",
    }
    return render(request, "refus.html", contexte, status=403)
