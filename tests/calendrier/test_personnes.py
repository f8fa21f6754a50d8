"""Each invented person gets what her lines of the tables say."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from calendrier import Etat, examiner, tables
from tests.calendrier.lecture import lire_actes, lire_attendu, lire_personne
from tests.calendrier.personnes import EXAMENS, TOUS, Cas

pytestmark = pytest.mark.regle("R-VAC-05", "R-AGE-08")


def bilan(cas: Cas):
    personne = lire_personne(cas.naissance, cas.sexe, cas.situations, cas.grossesses)
    return examiner(personne, lire_actes(cas.actes), date.fromisoformat(cas.jour))


@pytest.mark.parametrize("cas", TOUS, ids=lambda cas: cas.nom)
def test_chaque_personne_recoit_ce_que_disent_ses_lignes(cas: Cas):
    rendu = bilan(cas)
    par_cle = {e.cle: e for e in rendu.echeances}
    for texte in cas.attendus:
        attendu = lire_attendu(texte)
        echeance = par_cle.get((attendu.regle, attendu.maladie, attendu.numero))
        assert echeance is not None, f"{texte} : rien"
        assert not attendu.contredit(echeance), f"{texte} ≠ {echeance}"
        assert echeance.raison
    raisons = [f"{e.maladie}: {e.raison}" for e in rendu.ecartes]
    for attendu_ecarte in cas.ecartes:
        assert any(raison.startswith(attendu_ecarte) for raison in raisons), raisons
    if not cas.ecartes:
        assert raisons == []


def test_les_personnes_couvrent_les_etats_et_au_moins_soixante_cas():
    assert len(TOUS) >= 60
    assert len({cas.nom for cas in TOUS}) == len(TOUS)
    etats = Counter(lire_attendu(texte).etat for cas in TOUS for texte in cas.attendus)
    assert set(etats) == set(Etat)


def test_chaque_attente_cite_une_ligne_des_tables():
    connues = {r.id for r in tables().vaccinations} | {r.id for r in tables().examens}
    citees = {lire_attendu(texte).regle for cas in TOUS for texte in cas.attendus}
    assert citees <= connues
    assert len(citees) >= 60


@pytest.mark.regle("R-PRO-14", "R-AGE-07")
def test_le_carnet_de_l_enfant_a_vingt_examens_et_trois_certificats():
    for naissance, absent in (("2025-06-01", "EXE_M1"), ("2017-06-15", "EXE_A7")):
        cas = Cas("", naissance, "F", "2026-11-21", "", ())
        propres = {r.id for r in tables().examens if r.famille == "enfant"}
        sans_objet = {
            e.regle
            for e in bilan(cas).echeances
            if e.regle in propres and e.raison.startswith("Examen en vigueur")
        }
        assert sans_objet == {absent}
        assert len(propres - sans_objet) == 20
    certificats = {r.id: r.certificat for r in tables().examens if r.certificat}
    assert certificats == {"EXE_J8": "CS8", "EXE_M9": "CS9", "EXE_M24": "CS24"}
    cs8 = next(e for e in bilan(EXAMENS[0]).echeances if e.regle == "EXE_J8")
    assert cs8.certificat == "CS8"


@pytest.mark.regle("R-AGE-10")
def test_le_suivi_de_l_enfance_reste_lisible_apres_dix_huit_ans():
    cas = Cas("", "2004-03-01", "M", "2026-11-21", "examen EXE_M9 2004-11-20, ROR 2005-03-05", ())
    faits = {e.regle: e.fait_le.iso for e in bilan(cas).echeances if e.etat is Etat.FAIT}
    assert faits == {"EXE_M9": "2004-11-20", "ROR_CU": "2005-03-05"}
