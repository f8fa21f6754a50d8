"""The product's routes, and views of the tests that misbehave behind the same door."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path

from dossier.actions import Depot, deposer_document
from habilitations.acces import Acces
from habilitations.politique import Action
from habilitations.portes import acces_usager
from mes.socle.vues import hors_transaction
from tests import situations as s


class PanneDEssai(Exception):
    """What a view raises in these tests."""


def _ecrire(request: HttpRequest) -> Acces:
    """A deposit: a file, a row, a line of the journal, a job."""
    acces = acces_usager(request, Action.DEPOSER)
    deposer_document(
        acces=acces,
        depot=Depot(
            octets=s.pdf("essai"),
            nom_fichier="essai.pdf",
            type_code="11488-4",
            titre="Essai",
        ),
    )
    return acces


def ecrire(request: HttpRequest) -> HttpResponse:
    _ecrire(request)
    return HttpResponse("fait")


def tomber(request: HttpRequest) -> HttpResponse:
    _ecrire(request)
    raise PanneDEssai


def tomber_au_rendu(request: HttpRequest) -> HttpResponse:
    def panne() -> str:
        raise PanneDEssai

    _ecrire(request)
    gabarit = engines["django"].from_string("{{ panne }}")  # type: ignore[attr-defined]
    return TemplateResponse(request, gabarit, {"panne": panne})


def rendre_une_panne(request: HttpRequest) -> HttpResponse:
    _ecrire(request)
    return HttpResponse("panne", status=500)


def refuser(request: HttpRequest) -> HttpResponse:
    acces = _ecrire(request)
    raise acces.refuser(None, action=Action.LIRE, objet_id=s.UUID(int=7))


def couler(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"un", b"deux"]))


@login_not_required
@hors_transaction
def ouvrir_sans_transaction(request: HttpRequest) -> HttpResponse:
    acces_usager(request, Action.LISTER)
    return HttpResponse("ouvert")


urlpatterns = [
    path("essai/ecrire/", ecrire),
    path("essai/tomber/", tomber),
    path("essai/tomber-au-rendu/", tomber_au_rendu),
    path("essai/rendre-une-panne/", rendre_une_panne),
    path("essai/refuser/", refuser),
    path("essai/couler/", couler),
    path("essai/ouvrir-sans-transaction/", ouvrir_sans_transaction),
    path("", include("mes.urls")),
]
handler500 = "mes.erreurs.panne"
