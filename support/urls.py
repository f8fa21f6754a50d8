"""The console's door (conception §1)."""

from django.urls import include, path

from support.views import accueil, alertes, explication, urgences

app_name = "support"

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("", include("support.urls_connexion")),
    path("expliquer/", explication.expliquer, name="expliquer"),
    path("alertes/", alertes.liste, name="alertes"),
    path("alertes/<uuid:alerte_id>/", alertes.alerte, name="alerte"),
    path("urgences/", urgences.liste, name="urgences"),
]
