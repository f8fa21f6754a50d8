"""The product's addresses, the gallery, and a view that fails."""

from __future__ import annotations

from typing import NoReturn

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.urls import include, path

from accueil.views.galerie import galerie


@login_not_required
def panne(request: HttpRequest) -> NoReturn:
    raise RuntimeError("une vue qui échoue")


urlpatterns = [
    path("essai/galerie/", galerie),
    path("essai/panne/", panne),
    path("", include("mes.urls")),
]
handler400 = "mes.erreurs.requete_invalide"
handler403 = "mes.erreurs.interdit"
handler404 = "mes.erreurs.introuvable"
handler500 = "mes.erreurs.panne"
