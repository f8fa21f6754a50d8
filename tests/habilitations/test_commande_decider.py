"""`bin/manage decider`: the whole page through the command, against the page written as data."""

from __future__ import annotations

import json
import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from habilitations.politique import (
    DEFAUT,
    Acteur,
    Action,
    Base,
    Case,
    Masque,
    Mesure,
    Mode,
    Situation,
    Statut,
)
from tests import situations as s
from tests.habilitations.test_politique import selon_la_page

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-SEC-06")]

CASES = {
    ("10", "11488-4"): True,
    ("10", "EXPPAT_3"): True,
    ("21", "11488-4"): True,
    ("21", "EXPPAT_3"): False,
}
BOOLEENS = (
    "exercice_actif",
    "auteur",
    "bloque",
    "administrateur",
    "consentement_initial",
    "regulateur",
    "justification",
    "opposition_samu",
    "opposition_bris_de_glace",
    "masques_en_urgence",
    "mineur",
    "cote_patient",
    "finalite_consentie",
)


def _decider(tmp_path, lignes: list[str]) -> list[dict]:
    fichier = tmp_path / "cas.jsonl"
    fichier.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    sortie = StringIO()
    call_command("decider", str(fichier), stdout=sortie)
    return [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]


def _tirer(hasard: random.Random) -> dict:
    cas = {
        "acteur": hasard.choice([a.value for a in Acteur]),
        "action": hasard.choice([a.value for a in Action]),
        "type_document": hasard.choice(["11488-4", "EXPPAT_3", "11502-2"]),
        "profession": hasard.choice(["10", "21"]),
        "specialite": hasard.choice(["SM26", "SM25"]),
        "statut_espace": hasard.choice(["ACTIVE"] * 6 + [x.value for x in Statut]),
        "masques": hasard.sample([m.value for m in Masque], hasard.choice([0, 0, 0, 1, 2])),
        "base": hasard.choice([b.value for b in Base]),
        "mode": hasard.choice(["normal"] * 2 + [m.value for m in Mode]),
        "mesure": hasard.choice([m.value for m in Mesure]),
    }
    for nom in BOOLEENS:
        cas[nom] = hasard.random() < (0.9 if nom == "exercice_actif" else 0.3)
    return cas


def _situation(cas: dict) -> Situation:
    faits = dict(cas)
    lecture = CASES.get((cas["profession"], cas["type_document"]))
    case = None if lecture is None else Case(lecture, True, True)
    return Situation(
        acteur=Acteur(faits.pop("acteur")),
        action=Action(faits.pop("action")),
        statut_espace=Statut(faits.pop("statut_espace")),
        masques=frozenset(map(Masque, faits.pop("masques"))),
        base=Base(faits.pop("base")),
        mode=Mode(faits.pop("mode")),
        mesure=Mesure(faits.pop("mesure")),
        case=case,
        # The command has no word for who set the mask: it is one that a professional may lift.
        masque_pose_par_professionnel=True,
        **faits,
    )


def test_la_commande_repond_comme_la_page_a_six_mille_situations_tirees(tmp_path):
    s.poser_matrice(CASES)
    hasard = random.Random(20261121)
    cas = [_tirer(hasard) for _ in range(6000)]
    reponses = _decider(tmp_path, [json.dumps(c) for c in cas])
    for demande, reponse in zip(cas, reponses, strict=True):
        accordee, motif, regle = selon_la_page(_situation(demande), DEFAUT)[1]
        assert reponse == {"accordee": accordee, "motif": motif, "regle": regle}, demande


def test_les_valeurs_par_defaut_sont_celles_de_la_page(tmp_path):
    s.poser_matrice(CASES)
    (reponse,) = _decider(
        tmp_path,
        [
            '{"acteur": "professionnel", "action": "lire", "type_document": "11488-4", "profession": "10"}'
        ],
    )
    assert reponse == {"accordee": False, "motif": "CONSENTEMENT_REQUIS", "regle": "R-PS-01"}


def test_sans_matrice_en_vigueur_rien_n_est_lisible(tmp_path):
    (reponse,) = _decider(
        tmp_path,
        [
            '{"acteur": "professionnel", "action": "lire", "type_document": "11488-4", '
            '"profession": "10", "base": "consentement"}'
        ],
    )
    assert reponse["motif"] == "HORS_MATRICE"


@pytest.mark.parametrize(
    ("ligne", "dit"),
    [
        (
            '{"acteur": "titulaire", "action": "lire", "type_document": "11488-4", "inconnu": 1}',
            "inconnu",
        ),
        ('{"acteur": "voisin", "action": "lire", "type_document": "11488-4"}', "voisin"),
        ('{"acteur": "titulaire", "action": "lire", "type_document": "99999-9"}', "99999-9"),
        ("pas du json", "ligne 2"),
    ],
)
def test_un_champ_ou_une_valeur_inconnus_sont_nommes_avec_leur_ligne(tmp_path, ligne, dit):
    bonne = '{"acteur": "titulaire", "action": "lire", "type_document": "11488-4"}'
    with pytest.raises(CommandError, match="ligne 2") as erreur:
        _decider(tmp_path, [bonne, ligne])
    assert dit in str(erreur.value)
