"""Addresses of the federations' process."""

from __future__ import annotations

from django.urls import include, path

from demo.federations import vitale, vues

urlpatterns = [
    path("", vues.accueil, name="accueil"),
    path("sante", vues.sante, name="sante"),
    path("statique/<path:chemin>", vues.statique, name="statique"),
    path("vitale/", vitale.Lecteur.as_view(), name="lecteur_vitale"),
    path("vitale/lecture", vitale.lecture, name="lecture_vitale"),
    path("psc/", include("demo.federations.psc.urls")),
]
