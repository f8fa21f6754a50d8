"""Views that manage their own transactions: the wall is found shut before each, forgotten by none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mes.socle import mur

pytestmark = pytest.mark.django_db(transaction=True)


def _vues_libres(motifs: Any, espaces: tuple[str, ...] = ()) -> Iterator[str]:
    for motif in motifs:
        if isinstance(motif, URLResolver):
            ici = (*espaces, motif.namespace) if motif.namespace else espaces
            yield from _vues_libres(motif.url_patterns, ici)
        elif isinstance(motif, URLPattern):
            vue = getattr(motif.callback, "view_class", motif.callback)
            if getattr(vue, "hors_transaction", False):
                yield ":".join((*espaces, str(motif.name)))


LIBRES = sorted(_vues_libres(get_resolver().url_patterns))


def test_il_y_a_des_vues_libres():
    assert "accueil:connexion" in LIBRES
    assert "webps:retour" in LIBRES


@pytest.mark.parametrize("ouverture", mur.Ouverture)
def test_un_mur_laisse_ouvert_arrete_aussi_les_vues_qui_gerent_leurs_transactions(ouverture):
    client = Client(raise_request_exception=False)
    for nom in LIBRES:
        adresse = reverse(nom)
        assert client.get(adresse).status_code != 500, nom
        _poser(ouverture, "{" + str(uuid4()) + "}")
        try:
            for methode in (client.get, client.post):
                assert methode(adresse).status_code == 500, nom
        finally:
            _poser(ouverture, "")


def _poser(ouverture: mur.Ouverture, valeur: str) -> None:
    """For the whole connection, as nobody in the product does."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT set_config(%s, %s, false)", [str(ouverture), valeur])
