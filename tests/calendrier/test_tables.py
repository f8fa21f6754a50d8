"""The tables: read strictly, faithful to the reference, and without any other import."""

from __future__ import annotations

import ast
import csv
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

import calendrier
from calendrier import Duree, DureeInvalide, TableIncorrecte, tables, tables_depuis
from calendrier.vaccinations import maladies_sans_regle

RACINE = Path(__file__).resolve().parents[2]
DONNEES = RACINE / "calendrier" / "donnees"
REFERENCE = RACINE.parent / "shared" / "reference"


def lignes(chemin: Path) -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DONNEES, tmp_path / "donnees"))


def changer(dossier: Path, fichier: str, cle: str, colonne: str, valeur: str) -> int:
    """Writes a cell; returns the number of its line."""
    propres = lignes(dossier / fichier)
    numero = next(i for i, ligne in enumerate(propres) if cle in {*ligne.values()})
    propres[numero][colonne] = valeur
    with (dossier / fichier).open("w", encoding="utf-8", newline="") as flux:
        redacteur = csv.DictWriter(flux, list(propres[0]), lineterminator="\n")
        redacteur.writeheader()
        redacteur.writerows(propres)
    return numero + 2


@pytest.mark.parametrize(
    ("fichier", "cle", "colonne", "valeur"),
    [
        ("vaccinations.csv", "HEXA_2", "age_min", "deux mois"),
        ("vaccinations.csv", "HEXA_1", "age_recommande", "1 mois"),
        ("vaccinations.csv", "HEXA_2", "intervalle_min", "56"),
        ("vaccinations.csv", "HEXA_2", "maladies", "DIP|DIP"),
        ("vaccinations.csv", "HEXA_2", "maladies", "DIP|XXX"),
        ("vaccinations.csv", "HEXA_2", "maladies", ""),
        ("vaccinations.csv", "HEXA_2", "vaccin", "HEXAGONE"),
        ("vaccinations.csv", "HEXA_2", "portee", "oui"),
        ("vaccinations.csv", "HEXA_2", "ne_du", "20180101"),
        ("vaccinations.csv", "HEXA_2", "ne_du", "2018-02-30"),
        ("vaccinations.csv", "HEXA_2", "ne_jusquau", "2017-01-01"),
        ("vaccinations.csv", "HEXA_2", "rang", "3"),
        ("vaccinations.csv", "HEXA_2", "doses", "0"),
        ("vaccinations.csv", "HEXA_2", "rattrapage", "ZONA=5 ans"),
        ("vaccinations.csv", "HEXA_2", "rattrapage", "aucun"),
        ("vaccinations.csv", "HEXA_2", "rattrapage", "DIP=toujours|DIP=toujours"),
        ("vaccinations.csv", "HEXA_2", "apres", "PNEU_1"),
        ("vaccinations.csv", "HEXA_2", "sexe", "féminin"),
        ("vaccinations.csv", "HEXA_2", "situations", "PREMATURE&XXX"),
        ("vaccinations.csv", "HEXA_2", "recurrence", "12 mois"),
        ("vaccinations.csv", "HEXA_2", "remarque", ""),
        ("vaccinations.csv", "HEXA_2", "source", ""),
        ("vaccinations.csv", "HEXA_2", "confiance", "sûre"),
        ("vaccinations.csv", "HEXA_2", "libelle", " 2e dose"),
        ("vaccinations.csv", "MENB_ADO", "delai", "1 an"),
        ("vaccinations.csv", "GRIPPE_65", "saison", "octobre"),
        ("vaccinations.csv", "GRIPPE_65", "saison", ""),
        ("vaccinations.csv", "dTP_45", "age_min", ""),
        ("vaccinations.csv", "COQ_GROSS", "repere", "naissance"),
        ("vaccinations.csv", "PNEU_65", "doses", "2"),
        ("vaccins.csv", "HEXA", "vivant", "peut-être"),
        ("vaccins.csv", "HEXA", "maladies", ""),
        ("maladies.csv", "ZONA", "phrase", ""),
        ("examens.csv", "EXE_M9", "certificat", "CS10"),
        ("examens.csv", "EXE_M9", "fin", "2 mois"),
        ("examens.csv", "EXE_M9", "fin", ""),
        ("examens.csv", "EXE_M9", "rattrapage", "toujours"),
        ("examens.csv", "GLAUCOME", "chaque", "30 jours"),
        ("examens.csv", "GLAUCOME", "nombre", "2"),
        ("examens.csv", "DEP_COL_HPV", "apres_delai", ""),
    ],
)
def test_une_case_fausse_nomme_le_fichier_la_ligne_et_la_colonne(
    copie, fichier, cle, colonne, valeur
):
    numero = changer(copie, fichier, cle, colonne, valeur)
    with pytest.raises(TableIncorrecte) as refus:
        tables_depuis(copie)
    assert str(refus.value).startswith(f"{fichier}, ligne {numero}, colonne {colonne} : ")


def test_un_identifiant_repete_est_refuse(copie):
    numero = changer(copie, "vaccinations.csv", "HEXA_2", "id", "HEXA_1")
    with pytest.raises(TableIncorrecte, match=rf"ligne {numero}, colonne id : .*déjà pris"):
        tables_depuis(copie)


@pytest.mark.parametrize("fichier", sorted(p.name for p in DONNEES.glob("*.csv")))
def test_un_fichier_absent_vide_ou_d_autres_colonnes_est_refuse(copie, fichier):
    contenu = (copie / fichier).read_text(encoding="utf-8")
    entete, *suite = contenu.splitlines()
    for faux in (
        "",
        entete,
        "\n".join([entete + ",autre", *(ligne + "," for ligne in suite)]),
        "\n".join([entete.split(",", 1)[1], *suite]),
        "\n".join([entete, suite[0] + ",de trop"]),
        "\n".join([entete, suite[0].rsplit(",", 1)[0]]),
        "\n".join([entete, '"' + suite[0]]),
    ):
        (copie / fichier).write_text(faux, encoding="utf-8")
        with pytest.raises(TableIncorrecte) as refus:
            tables_depuis(copie)
        assert str(refus.value).startswith(f"{fichier}, ligne ")
    (copie / fichier).write_bytes(contenu.encode("utf-16"))
    with pytest.raises(TableIncorrecte):
        tables_depuis(copie)
    (copie / fichier).unlink()
    with pytest.raises(TableIncorrecte, match="ce fichier manque"):
        tables_depuis(copie)


@pytest.mark.parametrize(
    ("texte", "jour"),
    [
        ("0 jour", date(2024, 1, 31)),
        ("45 jours", date(2024, 3, 16)),
        ("1 mois", date(2024, 2, 29)),
        ("13 mois", date(2025, 2, 28)),
        ("65 ans", date(2089, 1, 31)),
        ("32 SA", date(2024, 8, 28)),
    ],
)
def test_une_duree_s_ajoute_au_calendrier(texte, jour):
    assert Duree.lire(texte).apres(date(2024, 1, 31)) == jour


@pytest.mark.parametrize("texte", ["", "2", "2 m", "-1 jour", "deux mois", "1,5 mois", "2  mois"])
def test_une_duree_mal_ecrite_est_refusee(texte):
    with pytest.raises(DureeInvalide):
        Duree.lire(texte)


def test_le_calendrier_n_importe_que_la_bibliotheque_standard_et_le_socle():
    permis = sys.stdlib_module_names | {"calendrier"}
    for fichier in Path(calendrier.__file__).parent.rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.ImportFrom):
                noms = [noeud.module or ""]
            elif isinstance(noeud, ast.Import):
                noms = [alias.name for alias in noeud.names]
            else:
                continue
            for nom in noms:
                assert nom == "mes.socle.dates" or nom.split(".")[0] in permis, (fichier.name, nom)


def test_les_maladies_sans_regle_sont_connues():
    # Travel and exposure vaccines: recorded, and the table asks nothing.
    assert set(maladies_sans_regle(tables())) == {"HEPA", "RAGE", "TYPH", "TBE"}


class TestFidelite:
    """Every cell that the product holds differently from the reference says why."""

    pytestmark = [
        pytest.mark.regle("R-VAC-05", "R-AGE-08"),
        pytest.mark.skipif(not REFERENCE.is_dir(), reason="tables de référence absentes"),
    ]

    @staticmethod
    def mois(texte: str) -> str:
        """« 2 ans » → « 24 », as the reference writes ages."""
        if not texte:
            return ""
        nombre, unite = texte.split()
        if unite.startswith("jour"):
            return str(int(nombre) / 30).removesuffix(".0")
        return str(int(nombre) * (12 if unite.startswith("an") else 1))

    def test_toutes_les_lignes_de_vaccination_sont_reprises(self):
        reference = {x["rule_id"]: x for x in lignes(REFERENCE / "calendrier_vaccinal.csv")}
        propres = lignes(DONNEES / "vaccinations.csv")
        assert {x["ligne"] for x in propres} == set(reference)
        for ligne in propres:
            la_bas = reference[ligne["ligne"]]
            compares = {
                "age_recommande": (self.mois(ligne["age_recommande"]), "age_recommande_mois"),
                "age_min": (self.mois(ligne["age_min"]) if "SA" not in ligne["age_min"] else "SA",
                            "age_min_mois"),
                "age_max": (self.mois(ligne["age_max"]) if "SA" not in ligne["age_max"] else "SA",
                            "age_max_mois"),
                "intervalle_min": (ligne["intervalle_min"].removesuffix(" jours"),
                                   "intervalle_min_jours"),
                "recurrence": (self.mois(ligne["recurrence"]), "recurrence_mois"),
                "sexe": (ligne["sexe"], "sex"),
                "ne_du": (ligne["ne_du"], "birth_from"),
                "ne_jusquau": (ligne["ne_jusquau"], "birth_to"),
                "valide_du": (ligne["valide_du"], "valid_from"),
                "valide_jusquau": (ligne["valide_jusquau"], "valid_to"),
                "vaccin": (ligne["vaccin"], "vaccine_code"),
                "type": (ligne["type"], "type_administration"),
                "libelle": (ligne["libelle"], "dose_label"),
            }  # fmt: skip
            ecarts = [c for c, (ici, colonne) in compares.items() if ici != la_bas[colonne]]
            assert not ecarts or ligne["remarque"], (ligne["id"], ecarts)
            assert (ligne["source"], ligne["confiance"]) == (la_bas["source"], la_bas["confidence"])
            assert (ligne["portee"] == "obligatoire") == (la_bas["obligatory"] == "oui")
            noms = {m["code"]: m["libelle"] for m in lignes(DONNEES / "maladies.csv")}
            assert [noms[m] for m in ligne["maladies"].split("|")] == la_bas["maladies"].split("|")

    def test_tous_les_examens_sont_repris(self):
        reference = {x["code"]: x for x in lignes(REFERENCE / "examens_prevention.csv")}
        propres = {x["id"]: x for x in lignes(DONNEES / "examens.csv")}
        assert set(propres) == set(reference)
        for code, la_bas in reference.items():
            ici = propres[code]
            assert (ici["libelle"], ici["source"], ici["confiance"], ici["certificat"]) == (
                la_bas["label"], la_bas["source"], la_bas["confidence"], la_bas["certificat"],
            )  # fmt: skip
            assert (ici["valide_du"], ici["valide_jusquau"]) == (
                la_bas["valid_from"], la_bas["valid_to"],
            )  # fmt: skip
            assert (ici["portee"] == "obligatoire") == (la_bas["obligatory"] == "oui")
            assert self.mois(ici["chaque"]) == la_bas["every_months"]
            if la_bas["age_min_days"]:
                jours = (int(la_bas["age_min_days"]), int(la_bas["age_max_days"]) + 1)
                assert tuple(int(re.match(r"\d+", ici[c])[0]) for c in ("debut", "fin")) == jours
            elif ici["repere"] == "naissance":
                assert (self.mois(ici["debut"]), self.mois(ici["fin"])) == (
                    la_bas["age_min_months"], la_bas["age_max_months"],
                )  # fmt: skip
            else:
                assert ici["remarque"]

    def test_tous_les_vaccins_sont_repris(self):
        reference = {x["code"]: x for x in lignes(REFERENCE / "vaccins.csv")}
        propres = {x["code"]: x for x in lignes(DONNEES / "vaccins.csv")}
        assert {c: x["maladies"] for c, x in propres.items()} == {
            c: x["valences"] for c, x in reference.items()
        }
