"""Switches for the tests, in JSON, on the loopback only. A real federation has none of them."""

from __future__ import annotations

import json
from abc import abstractmethod
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.models import AccessToken, Grant

from demo.federations.clients import enregistrer
from demo.federations.federation import PSC
from demo.federations.models import Authentification, DemandeMobile
from demo.federations.scenarios import Scenario
from demo.federations.service import Client, service


class OrdreInvalide(Exception):
    """The body does not say what it should; the message is French."""


@method_decorator(csrf_exempt, name="dispatch")
class Ordre(View):
    """One switch. Only JSON is read: no page of another site can send it without asking first."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.content_type != "application/json":
            return JsonResponse({"erreur": "Envoyez du JSON."}, status=415)
        try:
            lu = json.loads(request.body)
            self.executer(lu)
        except (KeyError, TypeError, ValueError, OrdreInvalide) as erreur:
            return JsonResponse({"erreur": str(erreur)}, status=400)
        return JsonResponse(_etat())

    @abstractmethod
    def executer(self, lu: dict[str, Any]) -> None:
        """Does what the body says; raises OrdreInvalide or lets a missing key out."""


def _etat() -> dict[str, Any]:
    controle = service().controle(PSC)
    return {
        "emetteur": service().emetteur(PSC),
        "scenario": controle.scenario,
        "fois": controle.fois,
        "delai_ecps": controle.delai_ecps,
        "cles": service().trousseau(PSC).kids,
        "scenarios": list(Scenario),
    }


class Etat(View):
    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse(_etat())


class ReglerScenario(Ordre):
    """`{"scenario": nom|null, "fois": n|null}`: for the next n authorizations, or for ever."""

    def executer(self, lu: dict[str, Any]) -> None:
        scenario = Scenario(lu["scenario"]) if lu["scenario"] is not None else None
        fois = lu.get("fois")
        if fois is not None and (not isinstance(fois, int) or fois < 1):
            raise OrdreInvalide("« fois » est un nombre à partir de 1, ou null.")
        service().controle(PSC).regler(scenario, fois)


class TournerCles(Ordre):
    """`{"retirer": bool}`: signs with a new key; the former ones are withdrawn or still served."""

    def executer(self, lu: dict[str, Any]) -> None:
        service().trousseau(PSC).tourner(retirer=bool(lu["retirer"]))


class DeclarerClient(Ordre):
    """`{"client_id", "client_secret", "redirections": [], "redirections_deconnexion": []}`."""

    def executer(self, lu: dict[str, Any]) -> None:
        enregistrer(
            Client(
                federation=PSC,
                client_id=str(lu["client_id"]),
                client_secret=str(lu["client_secret"]),
                redirections=tuple(map(str, lu["redirections"])),
                redirections_deconnexion=tuple(map(str, lu.get("redirections_deconnexion", []))),
            )
        )


class ReglerDelai(Ordre):
    """`{"secondes": n}`: time given from now on to approve on the phone; 0 is always too late."""

    def executer(self, lu: dict[str, Any]) -> None:
        service().controle(PSC).delai_ecps = int(lu["secondes"])


class Vieillir(Ordre):
    """`{"secondes": n}`: everything given so far is that much older, without waiting."""

    def executer(self, lu: dict[str, Any]) -> None:
        ecart = timedelta(seconds=int(lu["secondes"]))
        for modele in (Grant, AccessToken):
            modele.objects.update(expires=F("expires") - ecart)
        DemandeMobile.objects.update(expire_le=F("expire_le") - ecart)
        Authentification.objects.update(
            authentifiee_le=F("authentifiee_le") - ecart, active_le=F("active_le") - ecart
        )


class FermerSessions(Ordre):
    """`{"personne": rpps}`: ends the professional's sessions, as if done from elsewhere."""

    def executer(self, lu: dict[str, Any]) -> None:
        ouvertes = Authentification.objects.filter(personne=str(lu["personne"]), terminee_le=None)
        ouvertes.update(terminee_le=timezone.now())
