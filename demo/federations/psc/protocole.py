"""The OpenID Connect endpoints of Pro Santé Connect."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.models import Application
from oauth2_provider.views.base import TokenView
from oauth2_provider.views.oidc import UserInfoView
from oauthlib.common import add_params_to_uri

from demo.federations.cles import ALGORITHME, JetonInvalide
from demo.federations.federation import PSC
from demo.federations.models import Authentification
from demo.federations.psc import sessions
from demo.federations.psc.moyens import ACR, Moyen, acr_rendu
from demo.federations.psc.validateur import ValidateurPSC
from demo.federations.scenarios import Scenario
from demo.federations.service import service
from demo.federations.validateur import fermer
from demo.federations.vues import Point, page_erreur

_DEFI_S256 = re.compile(r"[A-Za-z0-9_-]{43}")
_SCENARIOS_DE_DEMANDE = set(Scenario) - {Scenario.INDISPONIBLE}
"""Those that one authorization request may ask for itself."""


class PointPSC(Point):
    federation = PSC
    validator_class = ValidateurPSC


class Decouverte(PointPSC):
    """The discovery document, at its own non-standard address and at no other."""

    def get(self, request: HttpRequest) -> JsonResponse:
        emetteur = service().emetteur(PSC)
        oidc = f"{emetteur}/protocol/openid-connect"
        return JsonResponse(
            {
                "issuer": emetteur,
                "authorization_endpoint": f"{service().reglages.adresse}/psc/auth",
                "token_endpoint": f"{oidc}/token",
                "introspection_endpoint": f"{oidc}/token/introspect",
                "userinfo_endpoint": f"{oidc}/userinfo",
                "end_session_endpoint": f"{oidc}/logout",
                "jwks_uri": f"{oidc}/certs",
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHME],
                "acr_values_supported": list(ACR),
                "scopes_supported": sorted(PSC.scopes),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )


class Autorisation(PointPSC):
    """Checks the request before showing anything, then asks who is there, then gives a code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            scopes, elements = self.validate_authorization_request(request)
        except OAuthToolkitError as erreur:
            return self._refuser(request, erreur)
        parametres = request.GET
        if "redirect_uri" not in parametres:
            return page_erreur(request, "L'adresse de retour (redirect_uri) est obligatoire.")
        motif = _motif_de_refus(parametres)
        if motif:
            return _retour_en_erreur(parametres, *motif)

        maintenant = timezone.now()
        authentification = sessions.authentification_ouverte(request, maintenant)
        invites = set(parametres.get("prompt", "").split())
        demande = sessions.demande(request, parametres.get("demande", ""))
        vient_de_s_authentifier = bool(demande and demande.get("est_authentifiee"))
        acr_values = parametres.get("acr_values", "")
        acr = acr_rendu(acr_values, Moyen(authentification.moyen)) if authentification else None
        if authentification and acr and (vient_de_s_authentifier or "login" not in invites):
            sessions.clore_demande(request, parametres.get("demande", ""))
            return self._donner_code(request, scopes, elements, authentification, acr)
        if "none" in invites:
            return _retour_en_erreur(parametres, "login_required", "Aucune session ouverte.")
        identifiant = sessions.retenir_demande(
            request,
            {
                "requete": parametres.urlencode(),
                "redirection": parametres["redirect_uri"],
                "state": parametres["state"],
                "acr_values": acr_values,
            },
        )
        return redirect("psc:connexion", demande=identifiant)

    def _donner_code(
        self,
        request: HttpRequest,
        scopes: list[str],
        elements: dict[str, Any],
        authentification: Authentification,
        acr: str,
    ) -> HttpResponse:
        """`elements` is what the toolkit understood of the request."""
        demande = request.GET.get("scenario")
        scenario = Scenario(demande) if demande else service().controle(PSC).prochain()
        authentification.acr = acr
        authentification.scenario = scenario or ""
        authentification.active_le = timezone.now()
        authentification.save(update_fields=["acr", "scenario", "active_le"])
        request.user = authentification  # type: ignore[assignment]  # see models.Authentification
        try:
            adresse, *_ = self.create_authorization_response(
                request=request, scopes=" ".join(scopes), credentials=elements, allow=True
            )
        except OAuthToolkitError as erreur:
            return self._refuser(request, erreur)
        if scenario is Scenario.STATE_FAUX:
            debut, _, requete = adresse.partition("?")
            faussee = QueryDict(requete, mutable=True)
            faussee["state"] = "un-state-que-personne-n-a-donne"
            adresse = f"{debut}?{faussee.urlencode()}"
        return HttpResponseRedirect(adresse)

    def _refuser(self, request: HttpRequest, erreur: OAuthToolkitError) -> HttpResponse:
        """Back to the service with the error; on our own page when it may not be the service."""
        if isinstance(erreur, FatalClientError):
            detail = erreur.oauthlib_error.description or erreur.oauthlib_error.error
            return page_erreur(request, f"Le service a envoyé une demande invalide : {detail}")
        _, reponse = self.error_response(erreur)
        return HttpResponseRedirect(reponse["url"])


def _motif_de_refus(parametres: QueryDict) -> tuple[str, str] | None:
    """What Pro Santé Connect demands beyond the norm: (error, description), or None."""
    if not parametres.get("state"):
        return "invalid_request", "Le paramètre state est obligatoire."
    if not parametres.get("nonce"):
        return "invalid_request", "Le paramètre nonce est obligatoire."
    if parametres.get("code_challenge_method") != "S256":
        return "invalid_request", "Seule la méthode PKCE S256 est acceptée."
    if not _DEFI_S256.fullmatch(parametres.get("code_challenge", "")):
        return "invalid_request", "Le code_challenge n'est pas un condensat S256."
    if set(parametres.get("scope", "").split()) != PSC.scopes:
        return "invalid_scope", "Les portées attendues sont openid et scope_all."
    if all(acr_rendu(parametres.get("acr_values", ""), moyen) is None for moyen in Moyen):
        return "invalid_request", "Aucun des niveaux de acr_values n'est connu."
    if parametres.get("scenario") and parametres["scenario"] not in _SCENARIOS_DE_DEMANDE:
        return "invalid_request", "Ce scénario n'existe pas."
    return None


def _retour_en_erreur(parametres: QueryDict, erreur: str, description: str) -> HttpResponse:
    redirection = str(parametres["redirect_uri"])
    return retour_en_erreur(redirection, parametres.get("state", ""), erreur, description)


def retour_en_erreur(
    redirection: str, state: str, erreur: str, description: str
) -> HttpResponseRedirect:
    """Sends the browser back to the service with an OAuth error. `redirection` was checked."""
    elements = [("error", erreur), ("error_description", description)]
    if state:
        elements.append(("state", state))
    return HttpResponseRedirect(add_params_to_uri(redirection, elements))


@method_decorator(csrf_exempt, name="dispatch")
class Jeton(PointPSC, TokenView):  # type: ignore[misc]  # the toolkit has no types
    """Code or refresh token against tokens."""

    http_method_names = ("post",)


@method_decorator(csrf_exempt, name="dispatch")
class UserInfo(PointPSC, UserInfoView):  # type: ignore[misc]  # the toolkit has no types
    """Plain JSON: Pro Santé Connect does not sign it."""


@method_decorator(csrf_exempt, name="dispatch")
class Introspection(PointPSC):
    """For services holding somebody's token, with the client's own Basic authentication."""

    def post(self, request: HttpRequest) -> HttpResponse:
        est_basic = request.headers.get("Authorization", "").startswith("Basic ")
        if not est_basic or not self.authenticate_client(request):
            reponse = JsonResponse({"error": "invalid_client"}, status=401)
            reponse["WWW-Authenticate"] = 'Basic realm="esante-wallet"'
            return reponse
        jeton = request.POST.get("token")
        if not jeton:
            return JsonResponse({"error": "invalid_request"}, status=400)
        return JsonResponse(ValidateurPSC().introspecter(jeton))


class Certs(PointPSC):
    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse(service().trousseau(PSC).jwks())


@method_decorator(csrf_exempt, name="dispatch")
class Deconnexion(PointPSC):
    """Logout asked by a service: closes the session of the id_token, then goes back."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._deconnecter(request, request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._deconnecter(request, request.POST)

    def _deconnecter(self, request: HttpRequest, parametres: QueryDict) -> HttpResponse:
        indice = parametres.get("id_token_hint")
        retour = parametres.get("post_logout_redirect_uri")
        if not indice:
            return redirect("psc:session")
        try:
            jeton = service().trousseau(PSC).verifier(indice)
        except JetonInvalide:
            return page_erreur(request, "Le jeton fourni (id_token_hint) n'est pas le nôtre.")
        service_demandeur = Application.objects.filter(
            client_id=jeton.get("aud"), name=PSC.nom
        ).first()
        if service_demandeur is None:
            return page_erreur(request, "Le service qui demande la déconnexion est inconnu.")
        if retour and retour not in service_demandeur.post_logout_redirect_uris.split():
            return page_erreur(
                request, "L'adresse de retour (post_logout_redirect_uri) n'est pas déclarée."
            )
        terminee = Authentification.objects.filter(pk=jeton["sid"]).first()
        if terminee is not None:
            fermer(terminee, timezone.now())
        sessions.oublier(request)
        if not retour:
            return redirect("psc:session")
        etat = parametres.get("state")
        return HttpResponseRedirect(
            add_params_to_uri(retour, [("state", etat)]) if etat else retour
        )
