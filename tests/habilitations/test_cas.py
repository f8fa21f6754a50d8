"""The lines of `bin/manage decider`: what each field becomes, and every way to get one wrong."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from habilitations.cas import (
    CasInvalide,
    Nomenclatures,
    ecrire_decision,
    lire_les_cas,
    lire_un_cas,
)
from habilitations.politique import (
    Acteur,
    Action,
    Base,
    Case,
    Masque,
    Mesure,
    Mode,
    Situation,
    Statut,
    decider,
)

NOMENCLATURES = Nomenclatures(
    types_documents=frozenset({"11502-2", "EXPPAT_1"}),
    professions=frozenset({"10", "21"}),
    specialites=frozenset({"SM04", "SM25"}),
)
MATRICE = {
    ("10", None, "11502-2"): Case(lecture=True, ecriture=True, effectif=True),
    ("10", "SM25", "11502-2"): Case(lecture=False, ecriture=False, effectif=True),
}
MINIMUM = {"acteur": "professionnel", "action": "lire", "type_document": "11502-2"}


def case_pour(profession: str, specialite: str | None, type_document: str) -> Case | None:
    return MATRICE.get((profession, specialite, type_document))


def lire(texte: str, numero: int = 1) -> Situation:
    return lire_un_cas(texte, numero, NOMENCLATURES, case_pour)


def lire_avec(**champs: Any) -> Situation:
    return lire(json.dumps(MINIMUM | champs))


def erreur(texte: str, numero: int = 1) -> str:
    with pytest.raises(CasInvalide) as levee:
        lire(texte, numero)
    assert levee.value.ligne == numero
    message = str(levee.value)
    assert message.startswith(f"ligne {numero} : ")
    assert "\n" not in message
    return message


def erreur_avec(**champs: Any) -> str:
    return erreur(json.dumps(MINIMUM | champs), 12)


def test_une_ligne_minimale_prend_les_valeurs_par_defaut_de_la_commande() -> None:
    assert lire(json.dumps(MINIMUM)) == Situation(
        acteur=Acteur.PROFESSIONNEL,
        action=Action.LIRE,
        type_document="11502-2",
        profession=None,
        specialite=None,
        exercice_actif=True,
        statut_espace=Statut.ACTIVE,
        masques=frozenset(),
        base=Base.AUCUNE,
        mode=Mode.NORMAL,
        mesure=Mesure.AUCUNE,
        masque_pose_par_professionnel=True,
        case=None,
    )


@pytest.mark.parametrize(
    ("champ", "valeur", "attendu"),
    [
        ("acteur", "service", Acteur.SERVICE),
        ("action", "voir_historique_complet", Action.VOIR_HISTORIQUE_COMPLET),
        ("type_document", "EXPPAT_1", "EXPPAT_1"),
        ("profession", "21", "21"),
        ("profession", None, None),
        ("specialite", "SM25", "SM25"),
        ("specialite", None, None),
        ("exercice_actif", False, False),
        ("statut_espace", "DECEDE", Statut.DECEDE),
        ("masques", ["N", "MASQUE_PS"], frozenset({Masque.N, Masque.MASQUE_PS})),
        ("masques", [], frozenset()),
        ("auteur", True, True),
        ("bloque", True, True),
        ("administrateur", True, True),
        ("base", "equipe", Base.EQUIPE),
        ("consentement_initial", True, True),
        ("mode", "bris_de_glace", Mode.BRIS_DE_GLACE),
        ("regulateur", True, True),
        ("justification", True, True),
        ("opposition_samu", True, True),
        ("opposition_bris_de_glace", True, True),
        ("masques_en_urgence", True, True),
        ("mineur", True, True),
        ("cote_patient", True, True),
        ("finalite_consentie", True, True),
        ("mesure", "representation_sans_sante", Mesure.REPRESENTATION_SANS_SANTE),
    ],
)
def test_chaque_champ_arrive_dans_la_situation(champ: str, valeur: Any, attendu: Any) -> None:
    situation = lire_avec(**{champ: valeur})
    assert getattr(situation, champ) == attendu
    autres = lire_avec()
    for nom in (fait.name for fait in fields(Situation)):
        if nom != champ:
            assert getattr(situation, nom) == getattr(autres, nom)


# The words of the command, as its users write them.
VOCABULAIRE = {
    "acteur": "professionnel personnel titulaire representant aidant agent service",
    "action": "lister lire deposer masquer demasquer supprimer rendre_visible_patient "
    "rendre_visible_representants bloquer voir_historique_complet",
    "statut_espace": "A_INFORMER INFORME OUVERT_NON_ACTIVE ACTIVE OPPOSE CLOTURE SUSPENDU "
    "SUPPRIME DECEDE",
    "base": "equipe consentement aucune",
    "mode": "normal samu bris_de_glace",
    "mesure": "aucune assistance representation_sans_sante representation_avec_sante",
}


@pytest.mark.parametrize("champ", VOCABULAIRE)
def test_les_mots_de_la_commande_sont_tous_compris_et_annonces(champ: str) -> None:
    mots = VOCABULAIRE[champ].split()
    assert [getattr(lire_avec(**{champ: mot}), champ) for mot in mots] == mots
    assert f"(attendu : {', '.join(mots)})" in erreur_avec(**{champ: "?"})


def test_les_masques_de_la_commande_sont_tous_compris() -> None:
    codes = ["N", "R", "V", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]
    assert lire_avec(masques=codes).masques == set(codes)


def test_la_case_vient_de_la_matrice_selon_profession_specialite_et_type() -> None:
    assert lire_avec(profession="10").case == MATRICE["10", None, "11502-2"]
    assert lire_avec(profession="10", specialite="SM25").case == MATRICE["10", "SM25", "11502-2"]
    assert lire_avec(profession="21").case is None
    assert lire_avec(specialite="SM25").case is None


def test_un_champ_inconnu_est_nomme_avec_sa_ligne() -> None:
    message = erreur_avec(bloqué=True)
    assert message == 'ligne 12 : champ inconnu « "bloqué" »'
    for champ in ("structure_bloquee", "attestation", "case", "Acteur", ""):
        assert f'« "{champ}" »' in erreur_avec(**{champ: True})


@pytest.mark.parametrize("champ", ["acteur", "action", "type_document"])
def test_un_champ_obligatoire_absent_est_nomme(champ: str) -> None:
    reste = {nom: valeur for nom, valeur in MINIMUM.items() if nom != champ}
    assert f"obligatoire absent « {champ} »" in erreur(json.dumps(reste))
    assert f"« {champ} »" in erreur_avec(**{champ: None})


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("acteur", "pirate"),
        ("acteur", "PROFESSIONNEL"),
        ("action", "lire "),
        ("statut_espace", "active"),
        ("base", ""),
        ("mode", "urgence"),
        ("mesure", "tutelle"),
        ("type_document", "00000-0"),
        ("profession", "11"),
        ("specialite", "SM99"),
    ],
)
def test_une_valeur_inconnue_est_nommee_avec_son_champ(champ: str, valeur: str) -> None:
    message = erreur_avec(**{champ: valeur})
    assert f"« {champ} »" in message
    assert json.dumps(valeur) in message


def test_un_masque_inconnu_est_nomme() -> None:
    message = erreur_avec(masques=["N", "MASQUE"])
    assert '« masques » : valeur inconnue « "MASQUE" »' in message


@pytest.mark.parametrize(
    ("champ", "valeur", "recu"),
    [
        ("acteur", 1, "« 1 »"),
        ("mode", True, "« true »"),
        ("base", ["equipe"], "une liste"),
        ("type_document", 11502, "« 11502 »"),
        ("profession", 10, "« 10 »"),
        ("specialite", {"code": "SM25"}, "un objet"),
        ("bloque", 1, "« 1 »"),
        ("bloque", "true", '« "true" »'),
        ("bloque", None, "« null »"),
        ("exercice_actif", 0, "« 0 »"),
        ("masques", "N", '« "N" »'),
        ("masques", None, "« null »"),
        ("masques", [1], "« 1 »"),
        ("masques", [["N"]], "une liste"),
    ],
)
def test_un_mauvais_type_est_refuse(champ: str, valeur: Any, recu: str) -> None:
    message = erreur_avec(**{champ: valeur})
    assert f"champ « {champ} » :" in message
    assert f"reçu {recu}" in message


def test_un_champ_donne_deux_fois_est_refuse() -> None:
    ligne = json.dumps(MINIMUM)[:-1] + ', "bloque": true, "bloque": false}'
    assert erreur(ligne, 3) == 'ligne 3 : champ donné deux fois « "bloque" »'


@pytest.mark.parametrize("ligne", ["[]", "null", '"lire"', "3", "true", "[{}]"])
def test_une_ligne_qui_n_est_pas_un_objet_est_refusee(ligne: str) -> None:
    assert "objet JSON attendu" in erreur(ligne)


@pytest.mark.parametrize(
    "ligne", ["{", "", "acteur", json.dumps(MINIMUM) + "{}", "[" * 200_000, "9" * 5_000, "\ufeff{}"]
)
def test_une_ligne_illisible_est_refusee(ligne: str) -> None:
    assert erreur(ligne, 7) == "ligne 7 : JSON illisible"


def test_une_valeur_demesuree_ou_imprimable_a_demi_est_citee_court() -> None:
    assert len(erreur_avec(acteur="x" * 10_000)) < 250
    erreur('{"acteur": "\\ud800", "action": "lire", "type_document": "11502-2"}').encode()


def test_le_numero_est_celui_de_la_ligne_du_fichier_lignes_vides_comptees() -> None:
    bonne, mauvaise = json.dumps(MINIMUM), json.dumps(MINIMUM | {"mode": "x"})
    cas = lire_les_cas(["\n", bonne + "\n", "  \n", mauvaise], NOMENCLATURES, case_pour)
    assert next(cas).action is Action.LIRE
    with pytest.raises(CasInvalide, match="ligne 4 : champ « mode »"):
        next(cas)


@pytest.mark.regle("R-HAB-02")
def test_d_une_ligne_a_sa_decision() -> None:
    situation = lire_avec(profession="10", base="consentement")
    ligne = ecrire_decision(decider(situation))
    assert json.loads(ligne) == {"accordee": True, "motif": "MATRICE", "regle": "R-HAB-02"}
    assert "\n" not in ligne


@pytest.mark.regle("R-MAS-07")
def test_demasquer_par_l_auteur_est_accorde_car_la_ligne_ne_dit_pas_qui_a_masque() -> None:
    assert decider(lire_avec(action="demasquer", auteur=True, masques=["MASQUE_PS"]))
