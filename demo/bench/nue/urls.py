"""The bare view: the status of one espace, read by its primary key."""

from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def statut(request: HttpRequest, espace_id: UUID) -> HttpResponse:
    """Governance is readable without opening the wall: this is one round trip."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT statut FROM usagers_espacesante WHERE id = %s", [espace_id])
        ligne = curseur.fetchone()
    if ligne is None:
        return HttpResponse(status=404)
    return HttpResponse(ligne[0], content_type="text/plain")


urlpatterns = [path("<uuid:espace_id>/", statut)]
