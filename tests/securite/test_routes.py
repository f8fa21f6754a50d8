"""Every address of the product × everybody: a forgotten route, or a forgotten guard, is red."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import situations as s
from tests.securite.scene import TYPE, Scene

pytestmark = pytest.mark.django_db

METHODES = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD")

# fmt: off
ATTENDUS: dict[tuple[str, str], tuple[int, ...]] = {
}
# fmt: on

FORMULAIRES: dict[str, dict[str, str]] = {
    "accueil:connexion": {"identifiant": "alex.demo", "mot_de_passe": "faux"},
    "accueil:document_ajouter": {"titre": "Photo", "type_code": TYPE, "confidentialite": "visible"},
    "accueil:document_confidentialite": {"confidentialite": "masque"},
    "accueil:documents_confidentialite": {"choix": "masquer"},
    "accueil:document_epingler": {"epingle": "oui"},
    "accueil:notification_basculer": {"lue": "oui"},
    "accueil:reglages": {"courriel_document": "oui"},
    "webps:recherche": {
        "matricule": s.PERSONNES["alex"]["matricule"],
        "nom_naissance": "DEMO-UN",
        "date_naissance": "1985-04-12",
    },
    "webps:declaration": {"base": "consentement", "information": "papier", "rappel_lu": "on"},
    "webps:document_confidentialite": {"confidentialite": "masque"},
    "webps:deposer": {"titre": "Courrier", "type_code": TYPE, "date_document": "2026-01-05"},
}
"""What a person would really send; nothing for the others."""

AVEC_FICHIER = frozenset({"accueil:document_ajouter", "webps:deposer"})


def _noms(motifs: Any, espaces: tuple[str, ...] = ()) -> Iterator[str]:
    """« namespace:name » of every route; a route without a name cannot be in the table."""
    for motif in motifs:
        if isinstance(motif, URLResolver):
            ici = (*espaces, motif.namespace) if motif.namespace else espaces
            yield from _noms(motif.url_patterns, ici)
        else:
            assert isinstance(motif, URLPattern)
            assert motif.name, f"route sans nom : {motif.pattern}"
            yield ":".join((*espaces, motif.name))


ROUTES = sorted(_noms(get_resolver().url_patterns))


def _adresse(nom: str, scene: Scene) -> str:
    if nom.startswith("accueil:notification_"):
        return reverse(nom, args=[scene.notification_id])
    prefixe, _, court = nom.partition(":")
    if court == "document" or (
        court.startswith("document_") and court not in ("document_ajouter", "documents")
    ):
        return reverse(nom, args=[scene.document_id])
    return reverse(nom)


def _demander(client: Client, methode: str, nom: str, scene: Scene) -> HttpResponseBase:
    adresse = _adresse(nom, scene)
    if methode != "POST":
        return client.generic(methode, adresse)
    champs: dict[str, Any] = dict(FORMULAIRES.get(nom, {}))
    if nom == "accueil:document_ajouter":
        champs["date_document"] = "2026-01-05"
    if nom in AVEC_FICHIER:
        from django.core.files.uploadedfile import SimpleUploadedFile

        champs["fichier"] = SimpleUploadedFile("courrier.pdf", s.pdf("courrier"))
    return client.post(adresse, champs)
