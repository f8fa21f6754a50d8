"""Addresses of Pro Santé Connect: those of the real one, then our own screens and switches."""

from __future__ import annotations

from django.urls import path

from demo.federations.federation import PSC
from demo.federations.psc import controle, ecrans, protocole

_EMETTEUR = PSC.racine.removeprefix("/psc/")
_OIDC = f"{_EMETTEUR}/protocol/openid-connect"

app_name = "psc"
urlpatterns = [
    path("auth", protocole.Autorisation.as_view(), name="autorisation"),
    path(
        f"{_EMETTEUR}/.well-known/{PSC.decouverte}",
        protocole.Decouverte.as_view(),
        name="decouverte",
    ),
    path(f"{_OIDC}/token", protocole.Jeton.as_view(), name="jeton"),
    path(f"{_OIDC}/token/introspect", protocole.Introspection.as_view(), name="introspection"),
    path(f"{_OIDC}/userinfo", protocole.UserInfo.as_view(), name="userinfo"),
    path(f"{_OIDC}/certs", protocole.Certs.as_view(), name="certs"),
    path(f"{_OIDC}/logout", protocole.Deconnexion.as_view(), name="deconnexion"),
    path("connexion/<uuid:demande>", ecrans.Connexion.as_view(), name="connexion"),
    path("connexion/<uuid:demande>/preuve", ecrans.Preuve.as_view(), name="preuve"),
    path("e-cps/<uuid:identifiant>", ecrans.Attente.as_view(), name="attente"),
    path("e-cps/<uuid:identifiant>/etat", ecrans.etat_mobile, name="etat_mobile"),
    path("mobile/<uuid:identifiant>", ecrans.Mobile.as_view(), name="mobile"),
    path("session", ecrans.Session.as_view(), name="session"),
    path("controle", controle.Etat.as_view()),
    path("controle/scenario", controle.ReglerScenario.as_view()),
    path("controle/cles", controle.TournerCles.as_view()),
    path("controle/clients", controle.DeclarerClient.as_view()),
    path("controle/delai-ecps", controle.ReglerDelai.as_view()),
    path("controle/vieillir", controle.Vieillir.as_view()),
    path("controle/fermer-sessions", controle.FermerSessions.as_view()),
]
