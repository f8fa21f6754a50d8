"""An agent's session, tried at every address of the product: it opens nothing but the console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.converters import UUIDConverter

from mes.portails import PORTAILS, SUPPORT, portail_de
from tests.support.outils import connecter_agent

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-SUP-05")]


def _adresses(motifs: Any, debut: str = "/") -> Iterator[tuple[str, Any]]:
    """Every address with its view; a uuid that nobody has where one is asked."""
    for motif in motifs:
        chemin = debut + str(motif.pattern)
        if not isinstance(motif, URLPattern):
            yield from _adresses(motif.url_patterns, chemin)
            continue
        for nom, convertisseur in motif.pattern.converters.items():
            if isinstance(convertisseur, UUIDConverter):
                chemin = chemin.replace(f"<uuid:{nom}>", str(uuid4()))
        yield chemin, motif.callback


AILLEURS = [
    (adresse, vue)
    for adresse, vue in _adresses(get_resolver().url_patterns)
    if portail_de(adresse) is not SUPPORT
]


@pytest.fixture
def agent_partout(agent) -> Client:
    """The agent's key, in the cookie of every door."""
    client = Client(raise_request_exception=False)
    session = connecter_agent(client, agent)
    for portail in PORTAILS:
        client.cookies[portail.temoin] = session.session_key
    return client


def test_la_session_d_un_agent_n_ouvre_aucune_page_des_autres_portes(agent_partout):
    ouvertes = []
    for adresse, vue in AILLEURS:
        fermee = getattr(vue, "login_required", True)
        for methode in ("get", "post"):
            point = transaction.savepoint()
            reponse = getattr(agent_partout, methode)(adresse)
            transaction.savepoint_rollback(point)
            vers = reponse.headers.get("Location", "")
            connexion = vers.startswith(portail_de(adresse).prefixe + "connexion/")
            if fermee and not (connexion or reponse.status_code in (404, 405)):
                ouvertes.append((methode, adresse, reponse.status_code, vers))
    assert ouvertes == []


def test_l_essai_porte_bien_sur_les_pages_fermees_des_deux_portes():
    fermees = [adresse for adresse, vue in AILLEURS if getattr(vue, "login_required", True)]
    for connue in ("/documents/", "/historique/", "/ps/dossier/", "/ps/patients/"):
        assert connue in fermees
