"""The doors of the house; each app's views are composed there, never here."""

from django.urls import include, path

urlpatterns = [
    path("ps/", include("webps.urls")),
    path("support/", include("support.urls")),
    path("", include("accueil.urls")),
]

handler400 = "mes.erreurs.requete_invalide"
handler403 = "mes.erreurs.interdit"
handler404 = "mes.erreurs.introuvable"
handler500 = "mes.erreurs.panne"
