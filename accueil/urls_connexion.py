"""Addresses of the patient's log-in and session."""

from django.urls import path

from accueil.views import connexion, session

urlpatterns = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("connexion/moyen/", connexion.moyen, name="connexion_moyen"),
    path("connexion/code/", connexion.code, name="connexion_code"),
    path("connexion/code/renvoi/", connexion.renvoi, name="connexion_renvoi"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("sortie/", connexion.sortie_discrete, name="sortie_discrete"),
    path("session/etat/", session.etat, name="session_etat"),
    path("session/prolonger/", session.prolonger, name="prolonger"),
    path("session/reprise/", session.reprise, name="reprise"),
]
