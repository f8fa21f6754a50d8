"""The bench's measure of one journal counts for nothing when lines or chain are not as acknowledged."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from demo.bench import charge, journal
from demo.bench.scenarios import Cible
from journal.faits import SYSTEME, Fait
from journal.inscription import Inscription, inscrire
from journal.models import TeteChaine
from tests import situations as s

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-TRA-06")]


@pytest.fixture
def semis() -> Any:
    espace = s.creer_espace("alex")
    cible = Cible("mes_session=cle", "DEMO-UN", "marque", str(espace.pk), ())
    return SimpleNamespace(patients=(cible, cible))


def test_autant_de_lignes_que_de_lectures_et_une_chaine_entiere_sont_un_succes(semis):
    temoin = journal.relever(semis)
    with transaction.atomic():
        inscrire(temoin.espace_id, *[Inscription(Fait.DOCUMENT_CONSULTE, SYSTEME)] * 3)
    journal.exiger_intacte(temoin, attendues=3)
    with pytest.raises(journal.ChaineFausse, match="4 lectures accusées, 3 lignes"):
        journal.exiger_intacte(temoin, attendues=4)


def test_une_chaine_rompue_n_est_pas_une_mesure(semis):
    temoin = journal.relever(semis)
    TeteChaine.objects.filter(espace_id=temoin.espace_id).update(numero=temoin.numero + 2)
    with pytest.raises(journal.ChaineFausse, match="n°"):
        journal.exiger_intacte(temoin, attendues=2)


def test_chaque_client_lit_le_meme_dossier(semis):
    scenarios = journal.scenarios(semis)
    assert len(scenarios) == charge.CLIENTS == 8
    assert {scenario.cibles for scenario in scenarios} == {semis.patients[:1]}  # type: ignore[attr-defined]
