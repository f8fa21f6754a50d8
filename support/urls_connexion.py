"""Addresses of the agent's log-in and session."""

from django.urls import path

from comptes.views import session
from support.roles import TOUS, role_requis
from support.views import connexion

urlpatterns = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("connexion/code/", connexion.code, name="connexion_code"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("session/etat/", session.etat, name="session_etat"),
    path("session/prolonger/", session.prolonger, name="prolonger"),
    path("session/reprise/", role_requis(*TOUS)(session.reprise), name="reprise"),
]
