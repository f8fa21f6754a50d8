"""The decision, three times over.

1. One readable test per rule of the page.
2. The page written again as data (`page.py`), on its own, and compared with the engine over
   products of facts and over drawn situations; a line turned over in the engine must show.
3. Properties that hold whatever the situation; the filter of lists compared with the decision.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habilitations import politique
from habilitations.politique import (
    DEFAUT,
    LECTURE,
    TABLE,
    Acteur,
    Action,
    Base,
    Case,
    Decision,
    Filtre,
    Ligne,
    Masque,
    Mesure,
    Mode,
    Motif,
    Reglages,
    Situation,
    Statut,
    decider,
    decider_au_mieux,
    decider_espace,
    filtre_lecture,
    ligne_appliquee,
    lignes_examinees,
    phrase,
    statut_http,
)
from tests.habilitations import page
from tests.habilitations.page import illisible, selon_la_page

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"

OUVERTE = Case(lecture=True, ecriture=True, effectif=True)
MASQUE = frozenset({Masque.MASQUE_PS})
RESTREINT = frozenset({Masque.R})
TRES_RESTREINT = frozenset({Masque.V})
INVISIBLE_PATIENT = frozenset({Masque.INVISIBLE_PATIENT})
INVISIBLE_REPRESENTANTS = frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX})
SANS_MASQUE: frozenset[Masque] = frozenset()
FERMES = [s for s in Statut if s not in (Statut.ACTIVE, Statut.OUVERT_NON_ACTIVE)]
SUR_UN_DOCUMENT = [
    Action.LISTER,
    Action.LIRE,
    Action.MASQUER,
    Action.DEMASQUER,
    Action.SUPPRIMER,
    Action.RENDRE_VISIBLE_PATIENT,
    Action.RENDRE_VISIBLE_REPRESENTANTS,
]
ACTES_DU_PATIENT = [
    Action.LISTER,
    Action.LIRE,
    Action.DEPOSER,
    Action.MASQUER,
    Action.DEMASQUER,
    Action.BLOQUER,
    Action.VOIR_HISTORIQUE_COMPLET,
]


def professionnel(action: Action = Action.LIRE, **faits: Any) -> Situation:
    """A physician with the patient's consent, in front of a document the matrix opens to her."""
    habituels: dict[str, Any] = {"base": Base.CONSENTEMENT, "case": OUVERTE, "profession": "10"}
    return Situation(Acteur.PROFESSIONNEL, action, "11502-2", **(habituels | faits))


def samu(action: Action = Action.LIRE, **faits: Any) -> Situation:
    habituels: dict[str, Any] = {"mode": Mode.SAMU, "base": Base.AUCUNE, "regulateur": True}
    return professionnel(action, **(habituels | faits))


def bris_de_glace(action: Action = Action.LIRE, **faits: Any) -> Situation:
    habituels: dict[str, Any] = {
        "mode": Mode.BRIS_DE_GLACE,
        "base": Base.AUCUNE,
        "justification": True,
    }
    return professionnel(action, **(habituels | faits))


def usager(acteur: Acteur, action: Action = Action.LIRE, **faits: Any) -> Situation:
    return Situation(acteur, action, "11502-2", **faits)


def service(action: Action = Action.LIRE, **faits: Any) -> Situation:
    return Situation(Acteur.SERVICE, action, **({"finalite_consentie": True} | faits))


def refuse(situation: Situation, motif: Motif, regle: str, reglages: Reglages = DEFAUT) -> None:
    assert decider(situation, reglages) == Decision(False, motif, regle)


def accorde(situation: Situation, motif: Motif, regle: str, reglages: Reglages = DEFAUT) -> None:
    assert decider(situation, reglages) == Decision(True, motif, regle)


# === 1. The rules, one by one ==================================================================


@pytest.mark.regle("R-HAB-01", "R-HAB-02")
@pytest.mark.parametrize("action", [Action.LISTER, Action.LIRE])
def test_la_matrice_et_le_consentement_ouvrent_le_document(action: Action) -> None:
    accorde(professionnel(action), Motif.MATRICE, "R-HAB-02")
    assert decider(professionnel(action))


@pytest.mark.regle("R-HAB-03")
def test_une_case_absente_de_la_matrice_vaut_refus() -> None:
    refuse(professionnel(case=None), Motif.HORS_MATRICE, "R-HAB-01")


@pytest.mark.regle("R-HAB-01")
def test_une_case_fermee_en_lecture_vaut_refus_meme_ouverte_en_ecriture() -> None:
    case = Case(lecture=False, ecriture=True, effectif=True)
    refuse(professionnel(case=case), Motif.HORS_MATRICE, "R-HAB-01")


@pytest.mark.regle("R-HAB-07", "R-PS-29")
def test_un_droit_publie_mais_pas_effectif_vaut_refus() -> None:
    case = Case(lecture=True, ecriture=True, effectif=False)
    refuse(professionnel(case=case), Motif.HORS_MATRICE, "R-HAB-01")
    refuse(
        bris_de_glace(case=case),
        Motif.HORS_MATRICE,
        "R-HAB-01",
    )


@pytest.mark.regle("R-PS-09")
@pytest.mark.parametrize("action", Action)
def test_sans_exercice_actif_un_professionnel_ne_peut_rien(action: Action) -> None:
    sans_exercice = professionnel(
        action, exercice_actif=False, auteur=True, administrateur=True, statut_espace=Statut.OPPOSE
    )
    refuse(sans_exercice, Motif.EXERCICE_INACTIF, "R-PS-09")


@pytest.mark.regle("R-STA-04", "R-STA-05")
@pytest.mark.parametrize("statut", FERMES)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("acteur", Acteur)
def test_un_espace_ferme_l_est_pour_tous(acteur: Acteur, action: Action, statut: Statut) -> None:
    situation = Situation(
        acteur,
        action,
        statut_espace=statut,
        auteur=True,
        administrateur=True,
        bloque=True,
        base=Base.CONSENTEMENT,
        case=OUVERTE,
        finalite_consentie=True,
    )
    refuse(situation, Motif.ESPACE_FERME, "R-STA-04")


@pytest.mark.regle("R-STA-02")
def test_le_professionnel_lit_et_alimente_un_espace_non_active() -> None:
    non_active = Statut.OUVERT_NON_ACTIVE
    accorde(professionnel(statut_espace=non_active), Motif.MATRICE, "R-HAB-02")
    accorde(professionnel(Action.DEPOSER, statut_espace=non_active), Motif.DEPOT, "R-STA-08")


@pytest.mark.regle("R-STA-02")
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("acteur", [Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT])
def test_le_cote_patient_attend_l_activation(acteur: Acteur, action: Action) -> None:
    situation = usager(acteur, action, statut_espace=Statut.OUVERT_NON_ACTIVE, auteur=True)
    refuse(situation, Motif.ESPACE_NON_ACTIVE, "R-STA-02")


@pytest.mark.regle("R-STA-03")
@pytest.mark.parametrize("action", ACTES_DU_PATIENT)
def test_le_titulaire_d_un_espace_active_y_fait_ce_qui_est_prevu(action: Action) -> None:
    accorde(usager(Acteur.TITULAIRE, action), Motif.TITULAIRE, "R-STA-03")


@pytest.mark.regle("R-STA-08", "R-PS-11")
def test_deposer_ne_demande_ni_consentement_ni_absence_de_blocage() -> None:
    depot = professionnel(
        Action.DEPOSER, base=Base.AUCUNE, bloque=True, structure_bloquee=True, case=None
    )
    accorde(depot, Motif.DEPOT, "R-STA-08")
    refuse(replace(depot, action=Action.LIRE), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10")


def test_le_reglage_matrice_ecriture_soumet_le_depot_a_la_matrice() -> None:
    stricte = Reglages(matrice_ecriture=True)
    depot = professionnel(Action.DEPOSER)
    accorde(depot, Motif.DEPOT, "R-STA-08", stricte)
    for case in (None, Case(True, False, True), Case(True, True, False)):
        refuse(replace(depot, case=case), Motif.HORS_MATRICE, "R-HAB-01", stricte)
        accorde(replace(depot, case=case), Motif.DEPOT, "R-STA-08")


@pytest.mark.regle("R-PS-10")
def test_un_professionnel_bloque_ne_lit_plus_meme_avec_un_consentement() -> None:
    refuse(professionnel(bloque=True), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10")
    refuse(professionnel(structure_bloquee=True), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10")


@pytest.mark.regle("R-HAB-05", "R-PS-10")
def test_le_blocage_prevaut_sur_l_auteur_sauf_reglage_contraire() -> None:
    auteur_bloque = professionnel(bloque=True, auteur=True)
    refuse(auteur_bloque, Motif.PROFESSIONNEL_BLOQUE, "R-PS-10")
    reglages = Reglages(blocage_prevaut_sur_auteur=False)
    accorde(auteur_bloque, Motif.AUTEUR, "R-HAB-05", reglages)
    refuse(professionnel(bloque=True), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10", reglages)


@pytest.mark.regle("R-URG-06")
def test_le_bris_de_glace_est_ferme_au_professionnel_bloque_mais_pas_a_sa_structure() -> None:
    refuse(bris_de_glace(bloque=True), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10")
    accorde(bris_de_glace(structure_bloquee=True), Motif.MATRICE_URGENCE, "R-HAB-02")


@pytest.mark.regle("R-URG-04")
def test_le_samu_n_est_arrete_ni_par_l_absence_d_accord_ni_par_un_blocage() -> None:
    accorde(samu(bloque=True, structure_bloquee=True), Motif.MATRICE_URGENCE, "R-HAB-02")
    reglages = Reglages(blocage_au_samu=True)
    refuse(samu(bloque=True), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10", reglages)
    refuse(samu(structure_bloquee=True), Motif.PROFESSIONNEL_BLOQUE, "R-PS-10", reglages)
    accorde(samu(), Motif.MATRICE_URGENCE, "R-HAB-02", reglages)


@pytest.mark.regle("R-URG-03")
@pytest.mark.parametrize("action", [Action.LISTER, Action.LIRE, Action.DEPOSER])
def test_le_mode_samu_exige_un_medecin_regulateur_et_aucune_justification(action: Action) -> None:
    refuse(samu(action, regulateur=False), Motif.REGULATION_REQUISE, "R-URG-03")
    assert decider(samu(action, justification=False))


@pytest.mark.regle("R-URG-01")
def test_le_patient_refuse_chaque_mode_d_urgence_separement() -> None:
    refuse(samu(opposition_samu=True), Motif.OPPOSITION_SAMU, "R-URG-01")
    refuse(bris_de_glace(opposition_bris_de_glace=True), Motif.OPPOSITION_BRIS_DE_GLACE, "R-URG-06")
    assert decider(samu(opposition_bris_de_glace=True))
    assert decider(bris_de_glace(opposition_samu=True))
    assert decider(professionnel(opposition_samu=True, opposition_bris_de_glace=True))


@pytest.mark.regle("R-URG-05")
def test_le_bris_de_glace_exige_une_justification() -> None:
    refuse(bris_de_glace(justification=False), Motif.JUSTIFICATION_REQUISE, "R-URG-05")
    refuse(
        bris_de_glace(Action.DEPOSER, justification=False),
        Motif.JUSTIFICATION_REQUISE,
        "R-URG-05",
    )


@pytest.mark.regle("R-URG-02")
@pytest.mark.parametrize("urgence", [samu, bris_de_glace])
@pytest.mark.parametrize("masques", [MASQUE, RESTREINT])
def test_les_documents_masques_ne_s_ouvrent_en_urgence_qu_au_troisieme_interrupteur(
    urgence: Any, masques: frozenset[Masque]
) -> None:
    refuse(urgence(masques=masques), Motif.DOCUMENT_MASQUE, "R-URG-02")
    accorde(urgence(masques=masques, masques_en_urgence=True), Motif.MATRICE_URGENCE, "R-HAB-02")
    accorde(urgence(masques=masques, administrateur=True), Motif.MATRICE_URGENCE, "R-HAB-02")


@pytest.mark.regle("R-URG-02")
def test_l_interrupteur_d_urgence_ne_sert_pas_en_mode_normal() -> None:
    situation = professionnel(masques=MASQUE, masques_en_urgence=True)
    refuse(situation, Motif.DOCUMENT_MASQUE, "R-MAS-02")


@pytest.mark.regle("R-URG-11")
@pytest.mark.parametrize("urgence", [samu, bris_de_glace])
def test_la_matrice_reste_appliquee_en_urgence_sauf_reglage_contraire(urgence: Any) -> None:
    refuse(urgence(case=None), Motif.HORS_MATRICE, "R-HAB-01")
    sans_matrice = Reglages(matrice_en_urgence=False)
    accorde(urgence(case=None), Motif.MATRICE_URGENCE, "R-HAB-02", sans_matrice)
    refuse(professionnel(case=None), Motif.HORS_MATRICE, "R-HAB-01", sans_matrice)


@pytest.mark.regle("R-URG-07")
@pytest.mark.parametrize("urgence", [samu, bris_de_glace])
@pytest.mark.parametrize(
    "action", [a for a in Action if a not in (Action.LISTER, Action.LIRE, Action.DEPOSER)]
)
def test_en_urgence_on_ne_fait_que_lire_et_deposer(urgence: Any, action: Action) -> None:
    situation = urgence(
        action, auteur=True, administrateur=True, masque_pose_par_professionnel=True
    )
    refuse(situation, Motif.NON_PREVU, "R-URG-07")


@pytest.mark.regle("R-HAB-05")
def test_l_auteur_lit_son_document_sans_consentement_ni_matrice_et_malgre_les_masques() -> None:
    situation = professionnel(
        auteur=True, base=Base.AUCUNE, case=None, specialite="SM25", masques=frozenset(Masque)
    )
    accorde(situation, Motif.AUTEUR, "R-HAB-05")


@pytest.mark.regle("R-HAB-05")
def test_l_auteur_reste_soumis_aux_conditions_de_l_urgence() -> None:
    refuse(samu(auteur=True, regulateur=False), Motif.REGULATION_REQUISE, "R-URG-03")
    refuse(samu(auteur=True, opposition_samu=True), Motif.OPPOSITION_SAMU, "R-URG-01")


@pytest.mark.regle("R-PS-20")
@pytest.mark.parametrize("base", [Base.EQUIPE, Base.AUCUNE])
def test_le_medecin_du_travail_a_toujours_besoin_d_un_consentement_expres(base: Base) -> None:
    faits: dict[str, Any] = {"specialite": "SM25", "consentement_initial": True}
    refuse(professionnel(base=base, **faits), Motif.CONSENTEMENT_REQUIS, "R-PS-20")
    refuse(professionnel(Action.DEPOSER, base=base, **faits), Motif.CONSENTEMENT_REQUIS, "R-PS-20")
    accorde(professionnel(**faits), Motif.MATRICE, "R-HAB-02")
    accorde(professionnel(Action.DEPOSER, **faits), Motif.DEPOT, "R-STA-08")


@pytest.mark.regle("R-PS-01", "R-PS-04", "R-PS-06")
def test_sans_base_d_acces_un_professionnel_ne_lit_pas() -> None:
    situation = professionnel(base=Base.AUCUNE, consentement_initial=True, administrateur=True)
    refuse(situation, Motif.CONSENTEMENT_REQUIS, "R-PS-01")


@pytest.mark.regle("R-PS-02")
def test_l_equipe_de_soins_a_besoin_du_consentement_initial_du_patient() -> None:
    equipe = professionnel(base=Base.EQUIPE)
    refuse(equipe, Motif.CONSENTEMENT_INITIAL_REQUIS, "R-PS-02")
    accorde(replace(equipe, consentement_initial=True), Motif.MATRICE, "R-HAB-02")
    sans = Reglages(consentement_initial_equipe=False)
    accorde(equipe, Motif.MATRICE, "R-HAB-02", sans)


@pytest.mark.regle("R-MAS-02", "R-MAS-05")
@pytest.mark.parametrize("masques", [MASQUE, RESTREINT, MASQUE | {Masque.N}])
def test_un_document_masque_reste_visible_de_son_auteur_et_du_cote_du_patient_seulement(
    masques: frozenset[Masque],
) -> None:
    refuse(professionnel(masques=masques), Motif.DOCUMENT_MASQUE, "R-MAS-02")
    accorde(professionnel(masques=masques, auteur=True), Motif.AUTEUR, "R-HAB-05")
    for acteur in (Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT):
        assert decider(usager(acteur, masques=masques, mineur=True))


@pytest.mark.regle("R-MAS-06", "R-ADM-02")
@pytest.mark.parametrize("masques", [MASQUE, RESTREINT])
def test_l_administrateur_voit_les_documents_masques(masques: frozenset[Masque]) -> None:
    accorde(professionnel(masques=masques, administrateur=True), Motif.MATRICE, "R-HAB-02")


@pytest.mark.regle("R-MAS-01")
@pytest.mark.parametrize("fabrique", [professionnel, samu, bris_de_glace])
def test_tres_restreint_ferme_le_document_a_tous_les_professionnels_sauf_son_auteur(
    fabrique: Any,
) -> None:
    situation = fabrique(masques=TRES_RESTREINT, administrateur=True, masques_en_urgence=True)
    refuse(situation, Motif.DOCUMENT_MASQUE, "R-MAS-01")
    accorde(replace(situation, auteur=True), Motif.AUTEUR, "R-HAB-05")


@pytest.mark.regle("R-MAS-07")
@pytest.mark.parametrize("action", [Action.MASQUER, Action.DEMASQUER])
def test_seul_l_auteur_masque_ou_demasque_son_document(action: Action) -> None:
    situation = professionnel(action, masque_pose_par_professionnel=True)
    refuse(situation, Motif.NON_AUTEUR, "R-MAS-07")
    accorde(replace(situation, auteur=True, administrateur=True), Motif.AUTEUR, "R-MAS-07")


@pytest.mark.regle("R-MAS-08", "R-ADM-02")
@pytest.mark.parametrize("action", [Action.MASQUER, Action.DEMASQUER])
def test_l_administrateur_masque_ou_demasque_a_la_demande_du_patient(action: Action) -> None:
    situation = professionnel(action, administrateur=True, masque_pose_par_professionnel=True)
    accorde(situation, Motif.ADMINISTRATEUR, "R-MAS-08")


@pytest.mark.regle("R-MAS-02")
def test_le_masque_pose_par_le_patient_ne_se_leve_qu_a_sa_demande() -> None:
    for faits in ({"auteur": True}, {"administrateur": True}):
        situation = professionnel(Action.DEMASQUER, masques=MASQUE, **faits)
        refuse(situation, Motif.NON_AUTEUR, "R-MAS-02")
        assert decider(replace(situation, a_la_demande_du_patient=True))
        assert decider(replace(situation, masque_pose_par_professionnel=True))


@pytest.mark.regle("R-PS-10", "R-ADM-05")
@pytest.mark.parametrize(
    "action", [Action.MASQUER, Action.DEMASQUER, Action.BLOQUER, Action.VOIR_HISTORIQUE_COMPLET]
)
@pytest.mark.parametrize("blocage", ["bloque", "structure_bloquee"])
def test_un_professionnel_bloque_perd_ces_actes(action: Action, blocage: str) -> None:
    situation = professionnel(
        action, auteur=True, administrateur=True, masque_pose_par_professionnel=True
    )
    assert decider(situation)
    bloque = decider(replace(situation, **{blocage: True}))
    assert (bloque.accordee, bloque.motif) == (False, Motif.PROFESSIONNEL_BLOQUE)


@pytest.mark.regle("R-MAS-10")
def test_l_auteur_rend_son_document_visible_au_patient_meme_bloque() -> None:
    action = Action.RENDRE_VISIBLE_PATIENT
    accorde(professionnel(action, auteur=True, bloque=True), Motif.AUTEUR, "R-MAS-10")
    accorde(professionnel(action, administrateur=True), Motif.ADMINISTRATEUR, "R-MAS-10")
    refuse(
        professionnel(action, administrateur=True, bloque=True),
        Motif.PROFESSIONNEL_BLOQUE,
        "R-ADM-05",
    )
    refuse(professionnel(action, bloque=True), Motif.NON_AUTEUR, "R-MAS-10")


@pytest.mark.regle("R-PRO-10")
def test_seul_l_auteur_leve_l_invisibilite_aux_representants_meme_bloque() -> None:
    action = Action.RENDRE_VISIBLE_REPRESENTANTS
    accorde(professionnel(action, auteur=True, bloque=True), Motif.AUTEUR, "R-PRO-10")
    refuse(professionnel(action, administrateur=True), Motif.NON_AUTEUR, "R-PRO-10")


@pytest.mark.regle("R-DOC-11")
def test_un_professionnel_ne_supprime_que_ses_documents_meme_bloque() -> None:
    accorde(professionnel(Action.SUPPRIMER, auteur=True, bloque=True), Motif.AUTEUR, "R-DOC-11")
    refuse(professionnel(Action.SUPPRIMER, administrateur=True), Motif.NON_AUTEUR, "R-DOC-11")


@pytest.mark.regle("R-ADM-02", "R-TRA-05")
@pytest.mark.parametrize("action", [Action.BLOQUER, Action.VOIR_HISTORIQUE_COMPLET])
def test_bloquer_et_voir_tout_l_historique_sont_reserves_a_l_administrateur(
    action: Action,
) -> None:
    accorde(professionnel(action, administrateur=True), Motif.ADMINISTRATEUR, "R-ADM-02")
    refuse(professionnel(action, auteur=True), Motif.NON_ADMINISTRATEUR, "R-ADM-02")


@pytest.mark.regle("R-MAS-09")
@pytest.mark.parametrize("action", SUR_UN_DOCUMENT)
@pytest.mark.parametrize("acteur", [Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT])
def test_un_document_invisible_au_patient_l_est_pour_tout_acte_et_pour_ses_proches(
    acteur: Acteur, action: Action
) -> None:
    masques = INVISIBLE_PATIENT | INVISIBLE_REPRESENTANTS
    situation = usager(acteur, action, masques=masques, mineur=True, auteur=True)
    refuse(situation, Motif.INVISIBLE_PATIENT, "R-MAS-09")


@pytest.mark.regle("R-PRO-07")
@pytest.mark.parametrize("action", SUR_UN_DOCUMENT)
@pytest.mark.parametrize("acteur", [Acteur.REPRESENTANT, Acteur.AIDANT])
def test_un_soin_garde_secret_n_est_visible_ni_des_parents_ni_d_un_aidant(
    acteur: Acteur, action: Action
) -> None:
    situation = usager(acteur, action, masques=INVISIBLE_REPRESENTANTS, mineur=True)
    refuse(situation, Motif.INVISIBLE_REPRESENTANTS, "R-PRO-07")


@pytest.mark.regle("R-PRO-07")
def test_un_soin_garde_secret_reste_visible_du_mineur_lui_meme() -> None:
    situation = usager(Acteur.TITULAIRE, masques=INVISIBLE_REPRESENTANTS, mineur=True)
    accorde(situation, Motif.TITULAIRE, "R-STA-03")


@pytest.mark.regle("R-MAS-09", "R-PRO-07")
def test_les_invisibilites_ne_cachent_rien_a_un_professionnel() -> None:
    masques = INVISIBLE_PATIENT | INVISIBLE_REPRESENTANTS
    accorde(professionnel(masques=masques), Motif.MATRICE, "R-HAB-02")


@pytest.mark.regle("R-PRO-01")
@pytest.mark.parametrize("action", ACTES_DU_PATIENT)
def test_le_representant_d_un_mineur_agit_comme_le_titulaire(action: Action) -> None:
    situation = usager(Acteur.REPRESENTANT, action, mineur=True)
    accorde(situation, Motif.REPRESENTANT, "R-PRO-01")


@pytest.mark.regle("R-PRO-11")
@pytest.mark.parametrize("action", Action)
def test_la_representation_du_mineur_cesse_a_sa_majorite(action: Action) -> None:
    situation = usager(Acteur.REPRESENTANT, action, mineur=False, auteur=True)
    refuse(situation, Motif.REPRESENTATION_ECHUE, "R-PRO-11")


@pytest.mark.regle("R-MAJ-01", "R-MAJ-02", "R-MAJ-03")
@pytest.mark.parametrize("action", ACTES_DU_PATIENT)
def test_seule_la_representation_avec_volet_sante_permet_d_agir(action: Action) -> None:
    def tuteur(mesure: Mesure) -> Situation:
        return usager(Acteur.REPRESENTANT, action, mesure=mesure)

    echue = Motif.REPRESENTATION_ECHUE
    refuse(tuteur(Mesure.ASSISTANCE), echue, "R-MAJ-01")
    refuse(tuteur(Mesure.REPRESENTATION_SANS_SANTE), echue, "R-MAJ-02")
    accorde(tuteur(Mesure.REPRESENTATION_AVEC_SANTE), Motif.REPRESENTANT, "R-MAJ-03")


@pytest.mark.regle("R-PRO-11")
def test_devenu_majeur_le_titulaire_montre_lui_meme_ses_soins_secrets() -> None:
    situation = usager(
        Acteur.TITULAIRE, Action.RENDRE_VISIBLE_REPRESENTANTS, masques=INVISIBLE_REPRESENTANTS
    )
    accorde(situation, Motif.TITULAIRE, "R-PRO-11")
    refuse(replace(situation, mineur=True), Motif.NON_PREVU, "R-SEC-06")


@pytest.mark.regle("R-DOC-07", "R-DOC-08")
@pytest.mark.parametrize("acteur", [Acteur.TITULAIRE, Acteur.REPRESENTANT])
def test_le_cote_patient_ne_supprime_que_ce_qu_il_a_depose(acteur: Acteur) -> None:
    situation = usager(acteur, Action.SUPPRIMER, mineur=True)
    refuse(situation, Motif.NON_AUTEUR, "R-DOC-08")
    accorde(replace(situation, auteur=True), Motif.AUTEUR, "R-DOC-07")
    accorde(replace(situation, cote_patient=True), Motif.AUTEUR, "R-DOC-07")


@pytest.mark.regle("R-AID-06")
@pytest.mark.parametrize("acteur", [Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT])
def test_l_attestation_d_aidance_ne_se_supprime_pas(acteur: Acteur) -> None:
    situation = usager(
        acteur, Action.SUPPRIMER, mineur=True, attestation=True, cote_patient=True, auteur=True
    )
    refuse(situation, Motif.NON_AUTEUR, "R-DOC-08")


@pytest.mark.regle("R-AID-09")
def test_l_aidant_lit_depose_et_supprime_ses_propres_depots() -> None:
    for action in (Action.LISTER, Action.LIRE, Action.DEPOSER):
        accorde(usager(Acteur.AIDANT, action), Motif.AIDANT, "R-AID-09")
    accorde(usager(Acteur.AIDANT, Action.SUPPRIMER, auteur=True), Motif.AUTEUR, "R-AID-09")
    refuse(usager(Acteur.AIDANT, Action.SUPPRIMER, cote_patient=True), Motif.NON_AUTEUR, "R-DOC-08")


@pytest.mark.regle("R-AID-14", "R-SEC-06")
@pytest.mark.parametrize(
    "action",
    [
        Action.MASQUER,
        Action.DEMASQUER,
        Action.BLOQUER,
        Action.VOIR_HISTORIQUE_COMPLET,
        Action.RENDRE_VISIBLE_PATIENT,
        Action.RENDRE_VISIBLE_REPRESENTANTS,
    ],
)
def test_le_reste_n_est_pas_prevu_pour_l_aidant(action: Action) -> None:
    refuse(usager(Acteur.AIDANT, action, auteur=True), Motif.NON_PREVU, "R-SEC-06")


@pytest.mark.regle("R-PS-08", "R-ALI-04")
def test_le_personnel_depose_et_ne_lit_rien() -> None:
    for action in Action:
        situation = usager(Acteur.PERSONNEL, action, auteur=True, administrateur=True)
        if action is Action.DEPOSER:
            accorde(situation, Motif.DEPOT, "R-PS-08")
        else:
            refuse(situation, Motif.LECTURE_INTERDITE, "R-PS-08")


@pytest.mark.regle("R-SUP-05")
@pytest.mark.parametrize("action", Action)
def test_l_agent_du_support_n_a_jamais_acces_au_dossier(action: Action) -> None:
    situation = usager(Acteur.AGENT, action, auteur=True, administrateur=True, case=OUVERTE)
    refuse(situation, Motif.AGENT_SUPPORT, "R-SUP-05")


@pytest.mark.regle("R-SNR-01")
@pytest.mark.parametrize("action", [Action.LISTER, Action.LIRE, Action.DEPOSER])
def test_un_service_n_echange_que_ce_a_quoi_l_usager_a_consenti(action: Action) -> None:
    accorde(service(action), Motif.SERVICE, "R-SNR-01")
    refuse(service(action, finalite_consentie=False), Motif.FINALITE_NON_CONSENTIE, "R-SNR-01")


@pytest.mark.regle("R-SNR-01")
@pytest.mark.parametrize("masque", [m for m in Masque if m is not Masque.N])
def test_un_service_ne_voit_aucun_document_masque(masque: Masque) -> None:
    masques = frozenset({Masque.N, masque})
    refuse(service(masques=masques), Motif.FINALITE_NON_CONSENTIE, "R-SNR-01")
    accorde(service(masques=frozenset({Masque.N})), Motif.SERVICE, "R-SNR-01")


@pytest.mark.regle("R-SNR-01")
@pytest.mark.parametrize("type_document", ["EXPPAT_1", "EXPPAT_3"])
@pytest.mark.parametrize("action", [Action.LISTER, Action.LIRE, Action.DEPOSER])
def test_volontes_et_directives_ne_passent_par_aucun_service(
    type_document: str, action: Action
) -> None:
    situation = service(action, type_document=type_document)
    refuse(situation, Motif.FINALITE_NON_CONSENTIE, "R-SNR-01")
    accorde(replace(situation, type_document="EXPPAT_2"), Motif.SERVICE, "R-SNR-01")


@pytest.mark.regle("R-SNR-10")
def test_un_service_attend_un_espace_active() -> None:
    situation = service(statut_espace=Statut.OUVERT_NON_ACTIVE, finalite_consentie=False)
    refuse(situation, Motif.ESPACE_NON_ACTIVE, "R-SNR-10")


@pytest.mark.regle("R-SEC-06")
def test_ce_qu_aucune_ligne_ne_prevoit_est_refuse() -> None:
    refuse(service(Action.MASQUER), Motif.NON_PREVU, "R-SEC-06")
    refuse(usager(Acteur.TITULAIRE, Action.RENDRE_VISIBLE_PATIENT), Motif.NON_PREVU, "R-SEC-06")
    assert ligne_appliquee(service(Action.MASQUER)) is None


@pytest.mark.regle("R-SEC-06")
def test_chaque_acteur_a_une_reponse_pour_chaque_acte() -> None:
    assert {(acteur, action) for acteur in TABLE for action in TABLE[acteur]} == set(
        product(Acteur, Action)
    )


def test_un_fait_inconnu_ne_passe_pas_pour_un_non() -> None:
    with pytest.raises(TypeError, match="bloque"):
        professionnel(bloque=None)
    with pytest.raises(TypeError, match="mode"):
        professionnel(mode="normal")
    with pytest.raises(TypeError, match="base"):
        professionnel(base=None)
    with pytest.raises(ValueError, match="MASQUE"):
        professionnel(masques=frozenset({"MASQUE"}))


def test_par_defaut_tout_fait_est_faux_sauf_l_exercice_actif() -> None:
    situation = Situation(Acteur.PROFESSIONNEL, Action.LIRE)
    vrais = [champ.name for champ in fields(Situation) if getattr(situation, champ.name) is True]
    assert vrais == ["exercice_actif"]


def test_les_valeurs_par_defaut_n_ouvrent_rien_a_un_professionnel() -> None:
    accordes = [a for a in Action if decider(Situation(Acteur.PROFESSIONNEL, a))]
    assert accordes == [Action.DEPOSER]
    sans_base = Situation(Acteur.PROFESSIONNEL, Action.LIRE, case=OUVERTE)
    refuse(sans_base, Motif.CONSENTEMENT_REQUIS, "R-PS-01")


# === What the person gets ======================================================================

EXPLIQUES = [
    Motif.EXERCICE_INACTIF,
    Motif.ESPACE_FERME,
    Motif.ESPACE_NON_ACTIVE,
    Motif.CONSENTEMENT_REQUIS,
    Motif.CONSENTEMENT_INITIAL_REQUIS,
    Motif.OPPOSITION_SAMU,
    Motif.OPPOSITION_BRIS_DE_GLACE,
    Motif.REGULATION_REQUISE,
    Motif.JUSTIFICATION_REQUISE,
    Motif.PROFESSIONNEL_BLOQUE,
    Motif.REPRESENTATION_ECHUE,
]
NON_PERMIS = [Motif.NON_AUTEUR, Motif.NON_ADMINISTRATEUR, Motif.NON_PREVU, Motif.LECTURE_INTERDITE]


@pytest.mark.parametrize("motif", EXPLIQUES)
def test_un_refus_sur_l_espace_est_explique_mais_cache_sur_un_document(motif: Motif) -> None:
    refus = Decision(False, motif, "R-PS-01")
    for lisible in (False, True):
        assert statut_http(refus, sur_espace=True, lisible=lisible) == 403
        assert statut_http(refus, sur_espace=False, lisible=lisible) == 404


@pytest.mark.parametrize("motif", NON_PERMIS)
def test_un_acte_non_permis_n_est_explique_que_sur_un_objet_visible(motif: Motif) -> None:
    refus = Decision(False, motif, "R-DOC-11")
    assert statut_http(refus, sur_espace=False, lisible=True) == 403
    assert statut_http(refus, sur_espace=False, lisible=False) == 404
    assert statut_http(refus, sur_espace=True, lisible=False) == 403


@pytest.mark.regle("R-HAB-06", "R-MAS-17")
@pytest.mark.parametrize(
    "motif",
    [
        Motif.DOCUMENT_MASQUE,
        Motif.INVISIBLE_PATIENT,
        Motif.INVISIBLE_REPRESENTANTS,
        Motif.AGENT_SUPPORT,
    ],
)
def test_un_document_cache_repond_comme_un_document_absent(motif: Motif) -> None:
    refus = Decision(False, motif, "R-MAS-17")
    for sur_espace, lisible in product((False, True), repeat=2):
        assert statut_http(refus, sur_espace=sur_espace, lisible=lisible) == 404


@pytest.mark.parametrize("motif", [Motif.HORS_MATRICE, Motif.FINALITE_NON_CONSENTIE])
def test_un_depot_ou_un_service_refuse_est_explique(motif: Motif) -> None:
    refus = Decision(False, motif, "R-HAB-01")
    assert statut_http(refus, sur_espace=True, lisible=False) == 403
    assert statut_http(refus, sur_espace=False, lisible=True) == 404


def test_un_accord_repond_200_meme_quand_la_lecture_serait_refusee() -> None:
    suppression = decider(professionnel(Action.SUPPRIMER, auteur=True, bloque=True))
    assert statut_http(suppression, sur_espace=False, lisible=False) == 200


def test_chaque_motif_a_sa_phrase_simple_et_les_refus_disent_quoi_faire() -> None:
    phrases = [phrase(motif) for motif in Motif]
    assert len(set(phrases)) == len(Motif)
    for texte in phrases:
        assert texte[0].isupper()
        assert texte.endswith(".")
        assert not re.search(r"[A-Z]+_[A-Z]+|R-[A-Z]{2,3}-\d|'", texte)


# === 2. The page, written again (tests/habilitations/page.py) ===================================


def selon_le_moteur(s: Situation, r: Reglages) -> tuple[str | None, tuple[bool, str, str]]:
    ligne, d = ligne_appliquee(s, r), decider(s, r)
    return (ligne.repere if ligne else None), (d.accordee, d.motif, d.regle)


def comparer(cas: Iterator[tuple[Situation, Reglages]], d_ou: str = "") -> int:
    """How many cases agree. Fails at the first that doesn't, saying where it comes from."""
    compares = 0
    for compares, (s, r) in enumerate(cas, start=1):  # noqa: B007
        if selon_la_page(s, r) != selon_le_moteur(s, r):
            pytest.fail(f"{d_ou}{selon_le_moteur(s, r)} au lieu de {selon_la_page(s, r)} : {s} {r}")
    return compares


def produit(axes: dict[str, Any], reglages: list[Reglages]) -> Iterator[tuple[Situation, Reglages]]:
    for valeurs in product(*axes.values()):
        situation = Situation(**dict(zip(axes, valeurs, strict=True)))
        for r in reglages:
            yield situation, r


def tous_les_reglages(*noms: str) -> list[Reglages]:
    return [
        Reglages(**dict(zip(noms, valeurs, strict=True)))
        for valeurs in product((False, True), repeat=len(noms))
    ]


OUI_NON = (False, True)
CASES = [None, *(Case(*valeurs) for valeurs in product(OUI_NON, repeat=3))]
JEUX_DE_MASQUES = [
    SANS_MASQUE,
    *(frozenset({masque}) for masque in Masque),
    frozenset({Masque.N, Masque.MASQUE_PS}),
    frozenset({Masque.V, Masque.R}),
    frozenset({Masque.MASQUE_PS, Masque.INVISIBLE_REPRESENTANTS_LEGAUX}),
    INVISIBLE_PATIENT | INVISIBLE_REPRESENTANTS,
]
QUELQUES_STATUTS = (Statut.ACTIVE, Statut.OUVERT_NON_ACTIVE, Statut.CLOTURE)


def test_lecture_en_mode_normal_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.PROFESSIONNEL],
        "action": [Action.LIRE],
        "bloque": OUI_NON,
        "structure_bloquee": OUI_NON,
        "auteur": OUI_NON,
        "specialite": (None, "SM25"),
        "base": Base,
        "consentement_initial": OUI_NON,
        "masques": JEUX_DE_MASQUES,
        "administrateur": OUI_NON,
        "case": CASES,
    }
    reglages = tous_les_reglages("blocage_prevaut_sur_auteur", "consentement_initial_equipe")
    assert comparer(produit(axes, reglages)) == 76_032


def test_lecture_au_samu_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.PROFESSIONNEL],
        "action": [Action.LISTER],
        "mode": [Mode.SAMU],
        "bloque": OUI_NON,
        "structure_bloquee": OUI_NON,
        "regulateur": OUI_NON,
        "opposition_samu": OUI_NON,
        "auteur": OUI_NON,
        "masques": JEUX_DE_MASQUES,
        "administrateur": OUI_NON,
        "masques_en_urgence": OUI_NON,
        "case": [None, OUVERTE, Case(False, True, True), Case(True, True, False)],
    }
    reglages = tous_les_reglages(
        "blocage_prevaut_sur_auteur", "blocage_au_samu", "matrice_en_urgence"
    )
    assert comparer(produit(axes, reglages)) == 45_056


def test_lecture_en_bris_de_glace_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.PROFESSIONNEL],
        "action": [Action.LIRE],
        "mode": [Mode.BRIS_DE_GLACE],
        "bloque": OUI_NON,
        "structure_bloquee": OUI_NON,
        "opposition_bris_de_glace": OUI_NON,
        "justification": OUI_NON,
        "auteur": OUI_NON,
        "masques": JEUX_DE_MASQUES,
        "administrateur": OUI_NON,
        "masques_en_urgence": OUI_NON,
        "case": [None, OUVERTE, Case(False, True, True), Case(True, True, False)],
    }
    reglages = tous_les_reglages("blocage_prevaut_sur_auteur", "matrice_en_urgence")
    assert comparer(produit(axes, reglages)) == 22_528


def test_depots_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.PROFESSIONNEL],
        "action": [Action.DEPOSER],
        "statut_espace": QUELQUES_STATUTS,
        "mode": Mode,
        "regulateur": OUI_NON,
        "opposition_samu": OUI_NON,
        "opposition_bris_de_glace": OUI_NON,
        "justification": OUI_NON,
        "specialite": (None, "SM25"),
        "base": Base,
        "bloque": OUI_NON,
        "case": CASES,
    }
    assert comparer(produit(axes, tous_les_reglages("matrice_ecriture"))) == 31_104


def test_autres_actes_d_un_professionnel_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.PROFESSIONNEL],
        "action": [a for a in Action if a not in (Action.LISTER, Action.LIRE, Action.DEPOSER)],
        "exercice_actif": OUI_NON,
        "statut_espace": QUELQUES_STATUTS,
        "mode": Mode,
        "bloque": OUI_NON,
        "structure_bloquee": OUI_NON,
        "auteur": OUI_NON,
        "administrateur": OUI_NON,
        "masque_pose_par_professionnel": OUI_NON,
        "a_la_demande_du_patient": OUI_NON,
    }
    assert comparer(produit(axes, [DEFAUT])) == 8_064


def test_titulaire_representant_et_aidant_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT],
        "action": Action,
        "statut_espace": QUELQUES_STATUTS,
        "masques": JEUX_DE_MASQUES,
        "mineur": OUI_NON,
        "mesure": Mesure,
        "auteur": OUI_NON,
        "cote_patient": OUI_NON,
        "attestation": OUI_NON,
    }
    assert comparer(produit(axes, [DEFAUT])) == 63_360


def test_personnel_agent_et_service_toutes_les_combinaisons_suivent_la_page() -> None:
    axes = {
        "acteur": [Acteur.PERSONNEL, Acteur.AGENT, Acteur.SERVICE],
        "action": Action,
        "statut_espace": Statut,
        "masques": JEUX_DE_MASQUES,
        "finalite_consentie": OUI_NON,
        "type_document": ["11502-2", "EXPPAT_1", "EXPPAT_2", "EXPPAT_3"],
    }
    assert comparer(produit(axes, [DEFAUT])) == 23_760


# How a plain word of the page becomes a fact of the engine; the others are taken as they are.
EN_FAIT: dict[str, Any] = {
    "acteur": Acteur,
    "action": Action,
    "statut_espace": Statut,
    "masques": lambda masques: frozenset(map(Masque, masques)),
    "base": Base,
    "mode": Mode,
    "mesure": Mesure,
    "case": lambda case: None if case is None else Case(*case),
}
# Every fact, whether the page thinks it matters or not, may take each of these values.
TOUTES_LES_VALEURS: dict[str, list[Any]] = {
    champ.name: [EN_FAIT.get(champ.name, lambda v: v)(v) for v in page.FAITS[champ.name]]
    for champ in fields(Situation)
}
# The same, what closes everything being rarer, so that the last lines are reached too.
VALEURS = TOUTES_LES_VALEURS | {
    "statut_espace": [*Statut, *[Statut.ACTIVE] * 18, *[Statut.OUVERT_NON_ACTIVE] * 6],
    "exercice_actif": [True] * 9 + [False],
    "masques": TOUTES_LES_VALEURS["masques"] + [SANS_MASQUE] * 40,
    "case": [*CASES, *[OUVERTE] * 6],
}


def test_la_page_et_le_moteur_ont_les_memes_mots() -> None:
    assert set(page.FAITS) == {champ.name for champ in fields(Situation)}
    assert set(page.REGLAGES) == {champ.name for champ in fields(Reglages)}
    for nom, mots in (
        ("acteur", Acteur),
        ("action", Action),
        ("statut_espace", Statut),
        ("base", Base),
        ("mode", Mode),
        ("mesure", Mesure),
    ):
        assert sorted(mots) == sorted(page.FAITS[nom])
    assert sorted(Masque) == sorted({m for masques in page.FAITS["masques"] for m in masques})


def tirages(
    nombre: int, graine: int, valeurs: dict[str, list[Any]] | None = None
) -> Iterator[tuple[Situation, Reglages]]:
    """Drawn situations and settings over all the facts at once; by default half professionals."""
    hasard = random.Random(graine)
    reglages = tous_les_reglages(*page.REGLAGES)
    tires = valeurs or VALEURS | {"acteur": [*Acteur, *[Acteur.PROFESSIONNEL] * 5]}
    noms, choix = list(tires), [(liste, len(liste)) for liste in tires.values()]
    au_sort = hasard.random
    for _ in range(nombre):
        faits = [liste[int(au_sort() * taille)] for liste, taille in choix]
        yield Situation(**dict(zip(noms, faits, strict=True))), reglages[hasard.getrandbits(5)]


@pytest.mark.regle("R-SEC-06")
def test_trois_cent_mille_situations_du_produit_entier_suivent_la_page() -> None:
    graine = 20231026
    entier = comparer(tirages(150_000, graine, TOUTES_LES_VALEURS))
    ouvert = comparer(tirages(200_000, graine))
    assert (entier, ouvert) == (150_000, 200_000)


@pytest.mark.regle("R-SEC-06")
def test_des_situations_chaque_fois_nouvelles_suivent_la_page() -> None:
    graine = random.SystemRandom().getrandbits(32)
    assert comparer(tirages(50_000, graine), f"graine {graine} : ") == 50_000


@pytest.mark.regle("R-SEC-06")
def test_le_tirage_atteint_chaque_ligne_de_la_page_pour_chaque_acteur_et_chaque_acte() -> None:
    atteintes = Counter(
        (s.acteur.value, s.action.value, *selon_la_page(s, r))
        for s, r in tirages(200_000, graine=20231026)
    )
    jamais = [
        (acteur, action, repere, reponse)
        for (acteur, action), lignes in page.PAR_ACTEUR_ET_ACTE.items()
        for repere, _, reponse in lignes
        if atteintes[acteur, action, repere, reponse] < 3
    ]
    assert jamais == []


@pytest.mark.regle("R-SEC-06")
def test_la_marche_pas_a_pas_s_arrete_ou_la_decision_s_arrete() -> None:
    for s, r in tirages(30_000, graine=5):
        *avant, (derniere, arretee) = lignes_examinees(s, r)
        assert not any(applicable for _, applicable in avant)
        assert ligne_appliquee(s, r) is (derniere if arretee else None)


LIGNES = list(
    {id(ligne): ligne for actes in TABLE.values() for lignes in actes.values() for ligne in lignes}
    .values()
)  # fmt: skip


@pytest.mark.regle("R-SEC-06")
@pytest.mark.parametrize(
    "retournee",
    LIGNES,
    ids=[f"{ligne.repere}-{ligne.reponse.motif}-{ligne.reponse.regle}" for ligne in LIGNES],
)
def test_une_ligne_retournee_se_voit(retournee: Ligne, monkeypatch: pytest.MonkeyPatch) -> None:
    inverse = retournee._replace(condition=lambda s, r: not retournee.condition(s, r))
    monkeypatch.setattr(
        politique,
        "TABLE",
        {
            acteur: {
                action: tuple(inverse if ligne is retournee else ligne for ligne in lignes)
                for action, lignes in actes.items()
            }
            for acteur, actes in TABLE.items()
        },
    )
    assert any(
        selon_la_page(s, r)[1] != selon_le_moteur(s, r)[1] for s, r in tirages(20_000, graine=1)
    )


def test_la_lecture_a_les_lignes_de_la_page_dans_leur_ordre() -> None:
    page = REFERENCE / "table_decision.md"
    if not page.exists():
        pytest.skip("les référentiels ne sont pas dans ce clone")
    lignes = re.findall(
        r"^\| (\d\w?) \|.*\| (?:refused|granted) \| ([^|]+) \| ([^|]+) \|$",
        page.read_text(encoding="utf-8"),
        re.M,
    )
    numeros = list(dict.fromkeys(ligne.repere for ligne in LECTURE))
    assert [numero for numero, _, _ in lignes] == numeros
    for numero, motifs, regles in lignes:
        for ligne in LECTURE:
            if ligne.repere == numero:
                assert ligne.reponse.motif in motifs
                assert ligne.reponse.regle in regles or "codes_confidentialite" in regles


def test_les_motifs_sont_ceux_de_la_page() -> None:
    page = REFERENCE / "table_decision.md"
    if not page.exists():
        pytest.skip("les référentiels ne sont pas dans ce clone")
    texte = page.read_text(encoding="utf-8")
    assert [motif for motif in Motif if not re.search(rf"\b{motif}\b", texte)] == []


# === 3. Whatever the situation =================================================================

SITUATIONS = st.builds(
    Situation, **{nom: st.sampled_from(valeurs) for nom, valeurs in VALEURS.items()}
)
PROFESSIONNELS = SITUATIONS.map(lambda s: replace(s, acteur=Acteur.PROFESSIONNEL))
REGLAGES = st.builds(Reglages, **{champ.name: st.booleans() for champ in fields(Reglages)})
MASQUES = st.frozensets(st.sampled_from(Masque))
sans_base_d_exemples = settings(database=None, deadline=None, max_examples=400)


@pytest.mark.regle("R-URG-07")
@sans_base_d_exemples
@given(s=PROFESSIONNELS, r=REGLAGES)
def test_l_urgence_n_accorde_jamais_plus_que_lister_lire_et_deposer(
    s: Situation, r: Reglages
) -> None:
    for mode in (Mode.SAMU, Mode.BRIS_DE_GLACE):
        if decider(replace(s, mode=mode), r):
            assert s.action in (Action.LISTER, Action.LIRE, Action.DEPOSER)


@pytest.mark.regle("R-HAB-02")
@sans_base_d_exemples
@given(
    s=PROFESSIONNELS,
    r=REGLAGES,
    restriction=st.sampled_from(
        [
            {"bloque": True},
            {"structure_bloquee": True},
            {"opposition_samu": True},
            {"opposition_bris_de_glace": True},
            {"masques_en_urgence": False},
            {"base": Base.AUCUNE},
            {"consentement_initial": False},
            {"administrateur": False},
            {"a_la_demande_du_patient": False},
        ]
    ),
)
def test_une_restriction_du_patient_n_elargit_jamais(
    s: Situation, r: Reglages, restriction: dict[str, Any]
) -> None:
    if decider(replace(s, **restriction), r):
        assert decider(s, r)


@pytest.mark.regle("R-MAS-01")
@sans_base_d_exemples
@given(s=SITUATIONS, r=REGLAGES, masques=MASQUES)
def test_un_masque_de_plus_ne_change_jamais_un_refus_en_accord(
    s: Situation, r: Reglages, masques: frozenset[Masque]
) -> None:
    if decider(replace(s, masques=s.masques | masques), r):
        assert decider(s, r)


@pytest.mark.regle("R-MAS-01")
@sans_base_d_exemples
@given(s=SITUATIONS, r=REGLAGES)
def test_le_code_normal_ne_change_jamais_rien(s: Situation, r: Reglages) -> None:
    avec = replace(s, masques=s.masques | {Masque.N})
    assert decider(avec, r) == decider(replace(s, masques=s.masques - {Masque.N}), r)


@sans_base_d_exemples
@given(s=SITUATIONS, r=REGLAGES, masques=MASQUES)
def test_un_depot_n_est_jamais_juge_sur_des_masques(
    s: Situation, r: Reglages, masques: frozenset[Masque]
) -> None:
    depot = replace(s, action=Action.DEPOSER)
    assert decider(depot, r) == decider(replace(depot, masques=masques), r)


@pytest.mark.regle("R-PS-11", "R-STA-08")
@sans_base_d_exemples
@given(s=PROFESSIONNELS, r=REGLAGES)
def test_un_blocage_n_empeche_jamais_de_deposer(s: Situation, r: Reglages) -> None:
    depot = replace(s, action=Action.DEPOSER)
    libre = replace(depot, bloque=False, structure_bloquee=False)
    assert decider(depot, r) == decider(libre, r)


@sans_base_d_exemples
@given(s=SITUATIONS, r=REGLAGES)
def test_lister_et_lire_recoivent_la_meme_reponse(s: Situation, r: Reglages) -> None:
    lister, lire = (replace(s, action=action) for action in (Action.LISTER, Action.LIRE))
    assert decider(lister, r) == decider(lire, r)


@sans_base_d_exemples
@given(s=SITUATIONS, r=REGLAGES, proche=st.sampled_from([Acteur.REPRESENTANT, Acteur.AIDANT]))
def test_un_proche_ne_voit_jamais_plus_que_le_titulaire(
    s: Situation, r: Reglages, proche: Acteur
) -> None:
    if decider(replace(s, acteur=proche), r):
        assert decider(replace(s, acteur=Acteur.TITULAIRE), r)


@pytest.mark.regle("R-MAS-09", "R-PRO-07")
@sans_base_d_exemples
@given(s=PROFESSIONNELS, r=REGLAGES)
def test_les_invisibilites_ne_changent_rien_pour_un_professionnel(
    s: Situation, r: Reglages
) -> None:
    visible = replace(s, masques=s.masques - INVISIBLE_PATIENT - INVISIBLE_REPRESENTANTS)
    assert decider(s, r) == decider(visible, r)


@sans_base_d_exemples
@given(s=SITUATIONS, r=REGLAGES)
def test_un_motif_accorde_ou_refuse_toujours_dans_le_meme_sens(s: Situation, r: Reglages) -> None:
    accordent = {
        "AUTEUR", "MATRICE", "MATRICE_URGENCE", "DEPOT", "ADMINISTRATEUR", "TITULAIRE",
        "REPRESENTANT", "AIDANT", "SERVICE",
    }  # fmt: skip
    decision = decider(s, r)
    assert bool(decision) == decision.accordee == (decision.motif in accordent)
    assert re.fullmatch(r"R-[A-Z]{2,3}-\d{2}", decision.regle)


# === Whole espaces and lists ===================================================================


@pytest.mark.regle("R-PS-01", "R-HAB-05")
def test_l_espace_est_refuse_sans_base_mais_l_auteur_garde_son_document() -> None:
    situation = professionnel(base=Base.AUCUNE, auteur=True)
    assert decider_espace(situation).motif is Motif.CONSENTEMENT_REQUIS
    accorde(situation, Motif.AUTEUR, "R-HAB-05")
    assert filtre_lecture(situation) == Filtre(
        refus=Decision(False, Motif.CONSENTEMENT_REQUIS, "R-PS-01"), auteur_toujours=True
    )


@pytest.mark.regle("R-PS-10")
def test_un_auteur_bloque_ne_voit_aucun_document_dans_la_liste() -> None:
    filtre = filtre_lecture(professionnel(bloque=True))
    assert (filtre.refus is None, filtre.auteur_toujours) == (False, False)


@pytest.mark.regle("R-HAB-06", "R-MAS-06")
def test_le_filtre_d_un_professionnel_dit_ses_masques_et_la_matrice() -> None:
    filtre = filtre_lecture(professionnel())
    assert filtre.masques_exclus == {Masque.V, Masque.R, Masque.MASQUE_PS}
    assert filtre.matrice_appliquee
    assert filtre_lecture(professionnel(administrateur=True)).masques_exclus == {Masque.V}


@pytest.mark.regle("R-MAS-09", "R-PRO-07")
def test_le_filtre_du_cote_patient_ne_connait_que_les_invisibilites() -> None:
    titulaire = filtre_lecture(usager(Acteur.TITULAIRE))
    assert titulaire == Filtre(None, auteur_toujours=False, masques_exclus=INVISIBLE_PATIENT)
    aidant = filtre_lecture(usager(Acteur.AIDANT))
    assert aidant.masques_exclus == INVISIBLE_PATIENT | INVISIBLE_REPRESENTANTS


@pytest.mark.regle("R-SNR-01")
def test_le_filtre_d_un_service_exclut_volontes_et_directives() -> None:
    filtre = filtre_lecture(service())
    assert filtre.types_exclus == {"EXPPAT_1", "EXPPAT_3"}
    assert filtre.masques_exclus == set(Masque) - {Masque.N}


@pytest.mark.parametrize("acteur", Acteur)
@pytest.mark.parametrize("action", [Action.DEPOSER, Action.BLOQUER, Action.VOIR_HISTORIQUE_COMPLET])
def test_un_acte_sur_l_espace_se_decide_sans_document(acteur: Acteur, action: Action) -> None:
    for mineur, administrateur, bloque in product(OUI_NON, repeat=3):
        s = usager(
            acteur,
            action,
            mineur=mineur,
            administrateur=administrateur,
            bloque=bloque,
            finalite_consentie=True,
        )
        assert decider_espace(s) == decider(s)


def test_l_espace_se_decide_sans_rien_savoir_du_document() -> None:
    closes: dict[str, Any] = {
        "masques": frozenset(Masque),
        "case": None,
        "type_document": "EXPPAT_1",
        "auteur": True,
        "cote_patient": True,
        "attestation": True,
    }
    for s, r in tirages(3_000, graine=2):
        assert decider_espace(s, r) == decider_espace(replace(s, **closes), r)
        assert decider_au_mieux(s, r) == decider_au_mieux(replace(s, **closes), r)
        assert filtre_lecture(s, r) == filtre_lecture(replace(s, **closes), r)


def test_l_espace_d_un_acte_sur_un_document_se_decide_comme_sa_lecture() -> None:
    for s, r in tirages(3_000, graine=3):
        if s.action in SUR_UN_DOCUMENT:
            assert decider_espace(s, r) == decider_espace(replace(s, action=Action.LIRE), r)


@pytest.mark.regle("R-DOC-11", "R-MAS-08")
def test_un_espace_refuse_laisse_a_l_auteur_et_a_l_administrateur_leurs_actes() -> None:
    auteur_bloque = professionnel(Action.SUPPRIMER, bloque=True)
    assert decider_espace(auteur_bloque).motif is Motif.PROFESSIONNEL_BLOQUE
    assert decider_au_mieux(auteur_bloque)
    administrateur = professionnel(Action.MASQUER, base=Base.AUCUNE, administrateur=True)
    assert not decider_espace(administrateur)
    assert decider_au_mieux(administrateur)
    assert not decider_au_mieux(professionnel(Action.LIRE, bloque=True))
    assert not decider_au_mieux(professionnel(Action.MASQUER, bloque=True))
    assert decider_au_mieux(professionnel(Action.DEMASQUER))
    assert decider_au_mieux(usager(Acteur.TITULAIRE, Action.SUPPRIMER, attestation=True))


def test_aucun_document_n_obtient_plus_que_le_plus_favorable() -> None:
    for s, r in tirages(30_000, graine=4):
        if decider(s, r):
            assert decider_au_mieux(s, r)


def laisse_passer(filtre: Filtre, s: Situation) -> bool:
    """`Filtre` applied by the letter of its docstring, as the SQL of lists does."""
    if filtre.auteur_toujours and s.auteur:
        return True
    return (
        filtre.refus is None
        and not s.masques & filtre.masques_exclus
        and s.type_document not in filtre.types_exclus
        and not (filtre.matrice_appliquee and illisible(s, DEFAUT))
    )


ESPACES: list[tuple[dict[str, Any], list[Reglages]]] = [
    (
        {
            "acteur": [Acteur.PROFESSIONNEL],
            "exercice_actif": OUI_NON,
            "statut_espace": (Statut.OUVERT_NON_ACTIVE, Statut.CLOTURE),
            "bloque": OUI_NON,
            "structure_bloquee": OUI_NON,
            "specialite": (None, "SM25"),
            "base": Base,
            "consentement_initial": OUI_NON,
            "administrateur": OUI_NON,
        },
        tous_les_reglages("blocage_prevaut_sur_auteur", "consentement_initial_equipe"),
    ),
    (
        {
            "acteur": [Acteur.PROFESSIONNEL],
            "mode": [Mode.SAMU],
            "bloque": OUI_NON,
            "structure_bloquee": OUI_NON,
            "regulateur": OUI_NON,
            "opposition_samu": OUI_NON,
            "administrateur": OUI_NON,
            "masques_en_urgence": OUI_NON,
        },
        tous_les_reglages("blocage_prevaut_sur_auteur", "blocage_au_samu", "matrice_en_urgence"),
    ),
    (
        {
            "acteur": [Acteur.PROFESSIONNEL],
            "mode": [Mode.BRIS_DE_GLACE],
            "bloque": OUI_NON,
            "structure_bloquee": OUI_NON,
            "opposition_bris_de_glace": OUI_NON,
            "justification": OUI_NON,
            "administrateur": OUI_NON,
            "masques_en_urgence": OUI_NON,
        },
        tous_les_reglages("blocage_prevaut_sur_auteur", "matrice_en_urgence"),
    ),
    (
        {
            "acteur": [a for a in Acteur if a is not Acteur.PROFESSIONNEL],
            "statut_espace": QUELQUES_STATUTS,
            "mineur": OUI_NON,
            "mesure": Mesure,
            "finalite_consentie": OUI_NON,
        },
        [DEFAUT],
    ),
]
DOCUMENTS: list[dict[str, Any]] = [
    {"auteur": auteur, "masques": masques, "case": case, "type_document": type_document}
    for auteur, masques, (case, type_document) in product(
        OUI_NON,
        JEUX_DE_MASQUES,
        [
            (OUVERTE, "11502-2"),
            (OUVERTE, "EXPPAT_3"),
            (None, "11502-2"),
            (Case(True, True, False), "EXPPAT_1"),
        ],
    )
]


@pytest.mark.regle("R-HAB-06", "R-MAS-17", "R-SEC-06")
@pytest.mark.parametrize(("axes", "reglages"), ESPACES)
def test_la_liste_montre_exactement_ce_que_la_decision_accorde(
    axes: dict[str, Any], reglages: list[Reglages]
) -> None:
    for valeurs in product(*axes.values()):
        faits = dict(zip(axes, valeurs, strict=True))
        documents = [Situation(action=Action.LIRE, **faits, **doc) for doc in DOCUMENTS]
        for r in reglages:
            filtre = filtre_lecture(Situation(action=Action.LISTER, **faits), r)
            for document in documents:
                if laisse_passer(filtre, document) != decider(document, r).accordee:
                    pytest.fail(f"{filtre} contredit {decider(document, r)} : {document} {r}")
