"""Addresses of the professional's log-in and session."""

from django.urls import path

from comptes.views import session
from webps.views import connexion

urlpatterns = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("connexion/psc/", connexion.vers_psc, name="psc"),
    # Declared to Pro Santé Connect (comptes.psc.client): not to be moved alone.
    path("connexion/retour/", connexion.retour, name="retour"),
    path("connexion/exercice/", connexion.exercice, name="exercice"),
    path("exercice/changer/", connexion.changer_exercice, name="changer_exercice"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("session/etat/", session.etat, name="session_etat"),
    path("session/prolonger/", session.prolonger, name="prolonger"),
    path("session/reprise/", session.reprise, name="reprise"),
]
