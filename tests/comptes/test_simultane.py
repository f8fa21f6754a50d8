"""Two requests at once: a code counts once, a refresh token is used once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.utils import timezone

from comptes import actions, psc
from comptes.models import JetonsPSC
from tests.comptes.conftest import code_recu

T = TypeVar("T")


def ensemble(nombre: int, faire: Callable[[], T]) -> list[T]:
    """The results of `nombre` calls started together, each on its own connection."""
    depart = Barrier(nombre)

    def partir() -> T:
        depart.wait(timeout=20)
        try:
            return faire()
        finally:
            connection.close()

    with ThreadPoolExecutor(nombre) as fils:
        return [futur.result(timeout=30) for futur in [fils.submit(partir) for _ in range(nombre)]]


@pytest.mark.regle("R-AUT-02")
@pytest.mark.django_db(transaction=True)
def test_le_meme_code_envoye_deux_fois_a_la_fois_ne_sert_qu_une_fois(alex):
    destination = actions.destinations(alex)[0]
    actions.envoyer_code(compte=alex, destination=destination, liaison="l", adresse_page="/")
    code = code_recu()
    verdicts = ensemble(
        4, lambda: actions.verifier_code(compte_id=alex.pk, liaison="l", code=code).refus
    )
    assert verdicts.count(None) == 1


@pytest.mark.regle("R-AUT-04")
@pytest.mark.django_db(transaction=True)
def test_des_essais_simultanes_comptent_tous(alex):
    destination = actions.destinations(alex)[0]
    actions.envoyer_code(compte=alex, destination=destination, liaison="l", adresse_page="/")
    faux = f"{(int(code_recu()) + 1) % 1_000_000:06d}"
    ensemble(5, lambda: actions.verifier_code(compte_id=alex.pk, liaison="l", code=faux))
    verdict = actions.verifier_code(compte_id=alex.pk, liaison="l", code=code_recu())
    assert verdict.refus is actions.RefusCode.BLOQUE


@pytest.mark.regle("R-SEC-05")
@pytest.mark.django_db(transaction=True)
def test_une_requete_n_attend_pas_celle_qui_renouvelle_les_jetons():
    maintenant = timezone.now()
    jetons = JetonsPSC(
        a_rafraichir_le=maintenant - timedelta(seconds=1), fin_le=maintenant + timedelta(hours=1)
    )
    jetons.poser_contenu(
        {"acces": "a", "rafraichissement": "r", "identite": "i", "sub": "s", "nonce": "n"}
    )
    jetons.save(force_insert=True)
    tenu, lacher = Event(), Event()

    def tenir() -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                JetonsPSC.objects.select_for_update().get(pk=jetons.pk)
                tenu.set()
                assert lacher.wait(timeout=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as fils:
        premiere = fils.submit(tenir)
        assert tenu.wait(timeout=20)
        suivante = actions.rafraichir_jetons(jetons_id=jetons.pk, maintenant=maintenant)
        lacher.set()
        premiere.result(timeout=20)
    # The session goes on with what the other request is fetching.
    assert suivante == maintenant + timedelta(seconds=5)
    assert JetonsPSC.objects.get().contenu()["rafraichissement"] == "r"


def test_un_client_par_reglage_garde_sa_memoire(settings: Any):
    settings.MES_PSC = {**settings.MES_PSC, "client_id": "un"}
    premier = psc.client()
    assert psc.client() is premier
    settings.MES_PSC = {**settings.MES_PSC, "client_id": "autre"}
    assert psc.client() is not premier
