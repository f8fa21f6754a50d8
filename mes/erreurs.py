"""Error pages of the whole house, outside any espace."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def requete_invalide(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def interdit(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def introuvable(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def panne(request: HttpRequest) -> HttpResponse:
    """No context, no query: it must render when nothing else works."""
    return render(None, "500.html", status=500)
