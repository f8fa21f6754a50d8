"""The entries of the Web PS that do not depend on an open record (those are tabs of its pages)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def menus(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell of a logged-in professional."""
    ici = request.resolver_match.url_name if request.resolver_match else ""
    patients = {
        "libelle": "Patients",
        "icone": "recherche",
        "url": reverse("webps:recherche"),
        "actif": ici in ("recherche", "declaration"),
    }
    return {"menu": [patients]}
