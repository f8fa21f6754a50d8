"""Acts that don't count, imprecise dates, and the order in which needs are served."""

from __future__ import annotations

from datetime import date

import pytest

from calendrier import Etat, Grossesse, Personne, Sexe, ce_qui_est_du, examiner, regrouper
from tests.calendrier.lecture import lire_actes

pytestmark = pytest.mark.regle("R-VAC-05")

LOU = Personne(date(2025, 3, 10), Sexe.FEMININ)
JOUR = date(2025, 9, 1)


def etats(personne: Personne, actes: str, jour: date = JOUR) -> dict[tuple[str, str, int], Etat]:
    return {e.cle: e.etat for e in ce_qui_est_du(personne, lire_actes(actes), jour)}


def une(personne: Personne, actes: str, jour: date, cle: tuple[str, str, int]):
    return next(e for e in ce_qui_est_du(personne, lire_actes(actes), jour) if e.cle == cle)


@pytest.mark.parametrize(
    ("actes", "raison"),
    [
        ("HEXA 2025-09-02", "La date est à venir"),
        ("HEXA 2025-03-09", "La date précède la naissance"),
        ("HEXA 2025-05-12, HEXA 2025-05-12", "enregistré deux fois"),
        ("INCONNU 2025-05-12", "Ce vaccin n'est pas dans la table"),
        ("examen INCONNU 2025-05-12", "Cet examen n'est pas dans la table"),
        ("examen EXE_M9 2025-05-12", "ne correspond à aucune période prévue"),
        ("examen MAMMOGRAPHIE 2025-05-12", "ne correspond à aucune période prévue"),
    ],
)
def test_un_acte_impossible_est_ecarte_et_dit_pourquoi(actes, raison):
    ecartes = examiner(LOU, lire_actes(actes), JOUR).ecartes
    assert [raison in e.raison for e in ecartes] == [True]
    assert sum(
        e.etat is Etat.FAIT for e in ce_qui_est_du(LOU, lire_actes(actes), JOUR) if e.maladie
    ) == (6 if "05-12, HEXA" in actes else 0)


def test_deux_vaccins_le_meme_jour_ne_font_qu_une_dose():
    rendu = etats(LOU, "HEXA 2025-05-12, PENTA 2025-05-12")
    assert rendu["HEXA_1", "DIP", 1] is Etat.FAIT
    assert rendu["HEXA_2", "DIP", 2] is not Etat.FAIT


def test_une_date_imprecise_qui_peut_convenir_compte_et_se_dit():
    # May 2025: from 52 to 82 days of age, always after the 45 days of HEXA_1.
    sure = une(LOU, "HEXA 2025-05", JOUR, ("HEXA_1", "DIP", 1))
    assert (sure.etat, sure.a_verifier, sure.reserves) == (Etat.FAIT, False, ())
    # April 2025: from 22 to 51 days.
    douteuse = une(LOU, "HEXA 2025-04", JOUR, ("HEXA_1", "DIP", 1))
    assert (douteuse.etat, douteuse.a_verifier) == (Etat.FAIT, True)
    assert any("imprécise" in reserve for reserve in douteuse.reserves)
    # March 2025: at most 21 days.
    assert etats(LOU, "HEXA 2025-03")["HEXA_1", "DIP", 1] is not Etat.FAIT


def test_l_intervalle_se_compte_du_dernier_jour_possible():
    suite = une(LOU, "HEXA 2025-06", date(2025, 8, 1), ("HEXA_2", "DIP", 2))
    assert suite.debut == date(2025, 8, 25)  # 30 June + 56 days
    annee = une(LOU, "HEXA 2025", date(2025, 8, 1), ("HEXA_2", "DIP", 2))
    assert annee.debut == date(2025, 9, 26)  # today + 56 days: the year isn't over


def test_ce_que_l_injection_a_ete_dite_decide_de_la_place():
    adulte = Personne(date(1980, 2, 1), Sexe.MASCULIN)
    jour = date(2026, 1, 1)
    assert etats(adulte, "dTP 2025-09-01", jour)["dTP_45", "DIP", 1] is Etat.FAIT
    assert etats(adulte, "dTP 2025-09-01 rappel", jour)["dTP_45", "DIP", 1] is Etat.FAIT
    initiale = etats(adulte, "dTP 2025-09-01 initiale", jour)
    assert initiale["DTP_ANC_1", "DIP", 1] is Etat.FAIT
    assert initiale["dTP_45", "DIP", 1] is Etat.A_VENIR  # after the first doses


def test_un_rappel_dit_tel_passe_avant_les_premieres_doses():
    enfant = Personne(date(2014, 3, 10), Sexe.MASCULIN)
    assert etats(enfant, "DTCaP 2022-06-01")["DTP_ANC_1", "DIP", 1] is Etat.FAIT
    assert etats(enfant, "DTCaP 2022-06-01 rappel")["DTCaP_6", "DIP", 1] is Etat.FAIT


def test_apres_un_rappel_seule_une_dose_dite_initiale_commence_les_premieres_doses():
    adulte = Personne(date(1980, 2, 1), Sexe.MASCULIN)
    jour = date(2026, 1, 1)
    premiere = ("DTP_ANC_1", "DIP", 1)
    assert etats(adulte, "dTP 2025-03-01, dTP 2025-09-01", jour)[premiere] is Etat.RATTRAPAGE
    assert etats(adulte, "dTP 2025-03-01, dTP 2025-09-01 initiale", jour)[premiere] is Etat.FAIT
    # What was begun goes on.
    enfant = Personne(date(2014, 3, 10), Sexe.MASCULIN)
    actes = "HEXA 2014-06-01, DTCaP 2020-06-01 rappel, DTCaP 2020-09-01"
    assert etats(enfant, actes)["DTP_ANC_2", "DIP", 2] is Etat.FAIT


def test_deux_vaccins_du_meme_jour_ne_comblent_pas_deux_places():
    # Counted from the first dose, the interval of the third would be respected.
    premature = Personne(date(2025, 1, 15), Sexe.FEMININ, frozenset({"PREMATURE"}))
    rendu = etats(premature, "VPC15_13 2025-03-15, VPC15_13 2025-05-15, VPC20_21 2025-05-15")
    assert rendu["PNEU_PREMA", "PNEU", 2] is Etat.FAIT
    assert rendu["PNEU_2", "PNEU", 3] is not Etat.FAIT


def test_les_doses_qui_suivent_se_comptent_d_aujourd_hui_quand_la_premiere_manque():
    jour = date(2025, 8, 1)
    assert une(LOU, "", jour, ("HEXA_2", "DIP", 2)).debut == date(2025, 9, 26)
    assert une(LOU, "", jour, ("HEXA_R", "DIP", 3)).debut == date(2026, 2, 23)


def test_une_dose_d_une_annee_entiere_ne_compte_que_pour_une_campagne_ou_une_grossesse():
    ancien = Personne(date(1950, 1, 1), Sexe.MASCULIN)
    grippes = ce_qui_est_du(ancien, lire_actes("GRIPPE 2025"), date(2025, 12, 1))
    assert [e.cle for e in grippes if e.etat is Etat.FAIT] == [("GRIPPE_65", "GRIPPE", 2025)]
    grossesses = (
        Grossesse(date(2023, 9, 1), date(2024, 5, 20)),
        Grossesse(date(2024, 8, 1), date(2025, 4, 20)),
    )
    mere = Personne(date(1995, 1, 1), Sexe.FEMININ, grossesses=grossesses)
    faites = [
        e.numero
        for e in ce_qui_est_du(mere, lire_actes("dTcaP 2024"), date(2025, 1, 10))
        if e.regle == "COQ_GROSS" and e.etat is Etat.FAIT
    ]
    assert faites == [1]


def test_un_vaccin_combine_compte_pour_chacune_de_ses_maladies():
    rendu = etats(LOU, "HEXA 2025-05-12")
    faites = {m for (r, m, _), etat in rendu.items() if r == "HEXA_1" and etat is Etat.FAIT}
    assert faites == {"DIP", "TET", "POL", "COQ", "HIB", "HEPB"}


def test_une_dose_de_trop_est_dite_supplementaire():
    actes = "ZONA 2025-01-10, ZONA 2025-04-10, ZONA 2025-08-10"
    ecartes = examiner(Personne(date(1955, 1, 1)), lire_actes(actes), JOUR).ecartes
    assert ["supplémentaire" in e.raison for e in ecartes] == [True]


def test_une_dose_de_grossesse_n_est_pas_de_trop():
    grossesses = (Grossesse(date(2025, 3, 1), None),)
    mere = Personne(date(1995, 1, 1), Sexe.FEMININ, grossesses=grossesses)
    actes = "dTcaP 2021-03-01, dTcaP 2025-07-01"
    assert {e.maladie for e in examiner(mere, lire_actes(actes), JOUR).ecartes} == {
        "DIP",
        "TET",
        "POL",
    }
    # Too early for a child, she is told so for each disease, pertussis included.
    trop_tot = examiner(LOU, lire_actes("HEXA 2025-04-01"), JOUR).ecartes
    assert {e.maladie for e in trop_tot} == {"DIP", "TET", "POL", "COQ", "HIB", "HEPB"}


def test_la_portee_distingue_obligatoire_recommande_et_possible():
    portees = {e.regle: e.portee.value for e in ce_qui_est_du(Personne(date(2024, 5, 1)), [], JOUR)}
    assert portees["HEXA_1"] == "obligatoire"
    assert portees["HPV_1"] == "recommandé"
    assert portees["GRIPPE_ENF"] == "possible"


def test_une_situation_absente_dit_a_qui_s_adresse_la_regle():
    zona = une(Personne(date(1985, 1, 1)), "", JOUR, ("ZONA_ID", "ZONA", 1))
    assert zona.raison == "Concerne : personne immunodéprimée."
    dengue = une(Personne(date(2015, 1, 1)), "", JOUR, ("DENGUE_OM_6", "DENGUE", 1))
    assert " et " in dengue.raison


def test_une_regle_dit_sa_source_et_sa_certitude():
    vrs = une(LOU, "", JOUR, ("COVID_80", "COVID", 2025))
    assert (vrs.confiance.value, vrs.lecture.value) == ("sure", "assumed")
    assert vrs.source


def test_les_maladies_d_une_meme_injection_se_regroupent():
    echeances = ce_qui_est_du(LOU, lire_actes("PENTA 2025-05-12"), date(2025, 7, 20))
    ensembles = regrouper(echeances)
    assert sorted(e.cle for x in ensembles for e in x.echeances) == sorted(e.cle for e in echeances)
    hexa = {
        (x.premiere.etat, x.maladies) for x in ensembles if x.premiere.regle in {"HEXA_1", "HEXA_2"}
    }
    assert hexa == {
        (Etat.FAIT, ("DIP", "TET", "POL", "COQ", "HIB")),
        (Etat.A_FAIRE, ("DIP", "TET", "POL", "COQ", "HIB")),
        (Etat.EN_RETARD, ("HEPB",)),
        (Etat.A_VENIR, ("HEPB",)),
    }
