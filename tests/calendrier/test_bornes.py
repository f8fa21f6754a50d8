"""Each bound of the tables is a day, not the day before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendrier import Etat, Personne, Sexe, ce_qui_est_du, tables
from tests.calendrier.bornes import BORNES, Borne
from tests.calendrier.lecture import lire_actes, lire_personne

pytestmark = pytest.mark.regle("R-VAC-05")


def etat(borne: Borne, jour: date) -> str:
    personne = lire_personne(borne.naissance, "F", borne.situations, borne.grossesses)
    regle, maladie, numero = borne.cle.split()
    trouvees = {e.cle: e for e in ce_qui_est_du(personne, lire_actes(borne.actes), jour)}
    echeance = trouvees.get((regle, maladie, int(numero)))
    if echeance is None:
        return "-"
    return echeance.etat.value + (" ?" if echeance.a_verifier else "")


@pytest.mark.parametrize("borne", BORNES, ids=lambda borne: f"{borne.cle} {borne.jour}")
def test_la_reponse_change_le_jour_dit(borne: Borne):
    jour = date.fromisoformat(borne.jour)
    assert (etat(borne, jour - timedelta(days=1)), etat(borne, jour)) == (borne.avant, borne.apres)


def test_chaque_regle_de_vaccination_a_une_borne_ou_une_personne():
    from tests.calendrier.lecture import lire_attendu
    from tests.calendrier.personnes import TOUS

    citees = {borne.cle.split()[0] for borne in BORNES}
    citees |= {lire_attendu(texte).regle for cas in TOUS for texte in cas.attendus}
    assert {r.id for r in tables().vaccinations} - citees == set()
    assert {r.id for r in tables().examens} - citees == set()


@pytest.mark.parametrize(
    "regle", [r for r in tables().vaccinations if r.situations], ids=lambda regle: regle.id
)
def test_sans_la_situation_demandee_rien_n_est_propose(regle):
    for annees in (0, 8, 13, 20, 40, 66, 82):
        personne = Personne(date(2025 - annees, 6, 10), Sexe.FEMININ)
        for jour in (date(2025, 11, 10), date(2026, 4, 10)):
            siennes = [e for e in ce_qui_est_du(personne, [], jour) if e.regle == regle.id]
            assert {e.etat for e in siennes} == {Etat.NON_CONCERNE}
