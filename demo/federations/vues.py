"""What every federation shares: security headers, 503 on demand, error pages, static files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views import View
from django.views.static import serve
from oauth2_provider.views.mixins import OAuthLibMixin

from demo.federations.federation import FEDERATIONS, Federation
from demo.federations.service import service
from demo.federations.validateur import ValidateurFederation

STATIQUE = Path(__file__).resolve().parent / "statique"
POLITIQUE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'none'; form-action "
)


def entetes(
    suivant: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: strict content policy, nothing kept in caches. CORS is never allowed."""

    def poser(request: HttpRequest) -> HttpResponseBase:
        reponse = suivant(request)
        if "Content-Security-Policy" not in reponse:
            reponse["Content-Security-Policy"] = POLITIQUE + "'self'"
        if "Cache-Control" not in reponse:
            reponse["Cache-Control"] = "no-store"
        return reponse

    return poser


def origine_de(redirection: str) -> str:
    """The service as people know it: scheme and host of its redirect URI."""
    origine = urlsplit(redirection)
    return f"{origine.scheme}://{origine.netloc}"


def autoriser_retour(reponse: HttpResponse, redirection: str) -> HttpResponse:
    """Lets the page's forms end, through our redirect, at the service that sent the person."""
    reponse["Content-Security-Policy"] = f"{POLITIQUE}'self' {origine_de(redirection)}"
    return reponse


def page_erreur(request: HttpRequest, message: str, *, statut: int = 400) -> HttpResponse:
    contexte = {"message": message, "url_produit": service().reglages.url_produit}
    return render(request, "federations/erreur.html", contexte, status=statut)


class Point(OAuthLibMixin, View):  # type: ignore[misc]  # the toolkit has no types
    """An endpoint of a federation; answers 503 when the federation is told to be down."""

    federation: ClassVar[Federation]
    validator_class: ClassVar[type[ValidateurFederation]]

    @classmethod
    def get_server(cls) -> Any:
        validateur = cls.validator_class()
        return cls.get_server_class()(
            validateur,
            token_expires_in=cls.federation.duree_acces,
            token_generator=validateur.jeton_acces,
            refresh_token_generator=validateur.jeton_rafraichissement,
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if service().controle(self.federation).est_indisponible():
            reponse = JsonResponse({"error": "temporarily_unavailable"}, status=503)
            reponse["Retry-After"] = "30"
            return reponse
        return super().dispatch(request, *args, **kwargs)


def accueil(request: HttpRequest) -> HttpResponse:
    contexte = {
        "federations": FEDERATIONS,
        "url_produit": service().reglages.url_produit,
    }
    return render(request, "federations/accueil.html", contexte)


def sante(request: HttpRequest) -> JsonResponse:
    """For whoever waits until the process is ready."""
    return JsonResponse({"etat": "pret"})


def statique(request: HttpRequest, chemin: str) -> HttpResponseBase:
    return serve(request, chemin, document_root=str(STATIQUE))
