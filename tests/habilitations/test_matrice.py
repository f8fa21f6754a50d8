"""Versions of the matrix: imported, compared, approved by another, in force, withdrawn."""

from __future__ import annotations

import csv
import io
import os
import threading
import uuid
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.models import Document
from habilitations import matrice
from habilitations.cases import case_pour, codes_lisibles
from habilitations.matrice import (
    DecisionImpossible,
    MemePersonne,
    approuver_matrice,
    differences,
    proposer_matrice,
    retirer_matrice,
    version_en_vigueur,
)
from habilitations.matrice_fichier import (
    Codes,
    Croisement,
    MatriceInvalide,
    comparer,
    lire_matrice,
)
from habilitations.models import CaseMatrice, VersionMatrice
from habilitations.politique import Case
from journal.models import LigneSecurite
from mes.socle import mur

pytestmark = pytest.mark.django_db

FICHIER = Path(matrice.__file__).parent / "donnees" / "matrice_habilitations.csv"
JOUR = date(2026, 11, 20)
HIER = date(2026, 11, 19)
CRB = "11502-2"  # laboratory report
VSM = "SYNTH"
ENTETE = "profession_code,specialite,objet,category_or_type,lecture,ecriture,effectif"


def fichier(*lignes: str, entete: str = ENTETE) -> bytes:
    return "\n".join([entete, *lignes, ""]).encode()


BASE = (
    f"10,,type,{VSM},oui,oui,oui",
    f"10,,type,{CRB},oui,non,oui",
    f"28,,type,{VSM},non,non,oui",
    f"330,,type,{VSM},oui,non,non",
)


def proposer(*lignes: str, effet: date = JOUR, par: str = "Ada Test") -> VersionMatrice:
    return proposer_matrice(
        contenu=fichier(*lignes), source="matrice.csv", effet_le=effet, par=par, jour=JOUR
    )


def mettre_en_vigueur(*lignes: str, effet: date = JOUR) -> VersionMatrice:
    version = proposer(*lignes, effet=effet)
    return approuver_matrice(version_id=version.pk, par="Bob Test", jour=JOUR)


# --- From the file to the cells ----------------------------------------------------------------


def _case_en_vigueur(profession: str, specialite: str | None, code: str) -> Case | None:
    version = version_en_vigueur(JOUR)
    return case_pour(None if version is None else version.pk, profession, specialite, code)


@pytest.mark.regle("R-HAB-01")
def test_la_matrice_du_projet_est_importee_case_par_case() -> None:
    contenu = FICHIER.read_bytes()
    version = proposer_matrice(
        contenu=contenu, source=FICHIER.name, effet_le=JOUR, par="Ada Test", jour=JOUR
    )
    approuver_matrice(version_id=version.pk, par="Bob Test", jour=JOUR)
    lignes = list(csv.DictReader(io.StringIO(contenu.decode())))
    assert version.cases.count() == len(lignes) == 7560
    for ligne in lignes:
        if ligne["objet"] == "type":
            droits = [ligne[nom] == "oui" for nom in ("lecture", "ecriture", "effectif")]
            case = case_pour(version.pk, ligne["profession_code"], None, ligne["category_or_type"])
            assert case == Case(*droits)
    for profession in {ligne["profession_code"] for ligne in lignes}:
        assert set(codes_lisibles(version.pk, profession, None)) == {
            ligne["category_or_type"]
            for ligne in lignes
            if (ligne["profession_code"], ligne["objet"]) == (profession, "type")
            and (ligne["lecture"], ligne["effectif"]) == ("oui", "oui")
        }
    assert "ATTEST-RESID" not in set(codes_lisibles(version.pk, "10", None))
    assert not codes_lisibles(version.pk, "330", None), (
        "les professions à rôle ne lisent pas encore"
    )


@pytest.mark.regle("R-HAB-03", "R-HAB-07")
def test_case_absente_ou_non_effective_ou_non_lisible_vaut_refus() -> None:
    version = mettre_en_vigueur(*BASE)
    assert case_pour(version.pk, "60", None, VSM) is None
    assert case_pour(version.pk, "10", None, "34133-9") is None
    assert case_pour(version.pk, None, None, VSM) is None
    assert case_pour(None, "10", None, VSM) is None
    assert case_pour(version.pk, "330", None, VSM) == Case(True, False, False)
    assert {p: list(codes_lisibles(version.pk, p, None)) for p in ("28", "60", "330")} == {
        "28": [], "60": [], "330": []
    }  # fmt: skip
    assert set(codes_lisibles(version.pk, "10", None)) == {VSM, CRB}


@pytest.mark.regle("R-HAB-01")
@pytest.mark.parametrize(("general", "propre"), [("oui", "non"), ("non", "oui")])
def test_la_ligne_de_la_specialite_l_emporte_sur_la_ligne_generale(
    general: str, propre: str
) -> None:
    version = mettre_en_vigueur(
        f"10,,type,{VSM},{general},non,oui",
        f"10,SM25,type,{VSM},{propre},non,oui",
        f"10,SM25,type,{CRB},oui,non,oui",
    )
    for specialite, lit in ((None, general), ("", general), ("SM26", general), ("SM25", propre)):
        case = case_pour(version.pk, "10", specialite, VSM)
        assert case is not None
        assert case.lecture is (lit == "oui")
        assert (VSM in set(codes_lisibles(version.pk, "10", specialite))) is (lit == "oui")
    assert CRB in set(codes_lisibles(version.pk, "10", "SM25"))
    assert CRB not in set(codes_lisibles(version.pk, "10", None))


_lignes = st.lists(
    st.tuples(
        st.sampled_from(["10", "60"]),
        st.sampled_from(["", "SM25", "SM26"]),
        st.sampled_from([VSM, CRB, "34133-9"]),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda ligne: ligne[:3],
    min_size=1,
    max_size=18,
)


@settings(max_examples=60, deadline=None)
@given(lignes=_lignes)
def test_la_liste_sql_et_la_case_disent_la_meme_chose(lignes: list[Any]) -> None:
    with transaction.atomic():
        version = VersionMatrice.objects.create(
            source="x", empreinte=b"0" * 32, effet_le=JOUR, proposee_par="Ada Test"
        )
        CaseMatrice.objects.bulk_create(
            CaseMatrice(
                version=version, profession=p, specialite=s, objet="type", code=code,
                lecture=lecture, ecriture=False, effectif=effectif,
            )
            for p, s, code, lecture, effectif in lignes
        )  # fmt: skip
        for profession in ("10", "60", "21"):
            for specialite in (None, "SM25", "SM26", "SM01"):
                un_a_un = {
                    code
                    for code in (VSM, CRB, "34133-9")
                    if (case := case_pour(version.pk, profession, specialite, code))
                    and case.lecture
                    and case.effectif
                }
                assert set(codes_lisibles(version.pk, profession, specialite)) == un_a_un
        transaction.set_rollback(True)


def test_la_colonne_specialite_est_facultative_et_oui_s_ecrit_de_plusieurs_facons() -> None:
    proposer_matrice(
        contenu="﻿category_or_type,profession_code,lecture,ecriture,effectif\r\n"
        f"{VSM},10, Oui ,NON,1\r\n\r\n{CRB},10,o,n,VRAI\r\n".encode(),
        source="m.csv",
        effet_le=JOUR,
        par="Ada Test",
        jour=JOUR,
    )
    assert set(
        CaseMatrice.objects.values_list("specialite", "code", "lecture", "ecriture", "effectif")
    ) == {("", VSM, True, False, True), ("", CRB, True, False, True)}


@pytest.mark.parametrize(
    ("ligne", "message"),
    [
        (f"10,,type,{VSM},peut-être,non,oui", "lecture : oui ou non attendu, lu « peut-être »"),
        (f"10,,type,{VSM},,non,oui", "lecture : oui ou non attendu"),
        (f"10,,type,{VSM},oui,non,ouii", "effectif : oui ou non attendu"),
        (f"11,,type,{VSM},oui,non,oui", "profession inconnue « 11 »"),
        (f"10,SM999,type,{VSM},oui,non,oui", "spécialité « SM999 » inconnue"),
        (f"60,SM25,type,{VSM},oui,non,oui", "spécialité « SM25 » inconnue pour la profession 60"),
        ("10,,type,SYNHT,oui,non,oui", "type inconnu « SYNHT »"),
        (f"10,,rubrique,{VSM},oui,non,oui", "rubrique inconnu"),
        (f"10,,chose,{VSM},oui,non,oui", "objet inconnu « chose »"),
        (f"10,,type,{VSM},oui,non", "7 cellules attendues, 6 lues"),
        (f"10,,type,{CRB},non,non,oui", "case déjà donnée à la ligne 3"),
    ],
)
def test_une_valeur_inconnue_est_une_erreur_qui_nomme_sa_ligne(ligne: str, message: str) -> None:
    with pytest.raises(MatriceInvalide) as refus:
        proposer(*BASE, "", ligne)
    assert [numero for numero, _ in refus.value.erreurs] == [7]
    assert f"ligne 7 : {message}" in str(refus.value)
    assert not VersionMatrice.objects.exists()
    assert not CaseMatrice.objects.exists()


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"", "colonne absente « lecture »"),
        (fichier(), "aucune case"),
        (fichier(BASE[0], entete=ENTETE.replace("specialite", "specialté")), "« specialté »"),
        (fichier(BASE[0], entete=ENTETE.replace("objet", "lecture")), "deux fois « lecture »"),
        ("é".encode("cp1252"), "UTF-8"),
        (fichier('10,,type,"SYN\nTH,oui,oui,oui'), "CSV illisible"),
        (b"x" * 20_000_001, "trop gros"),
        (fichier(f"10,,type,{VSM}\x00,oui,non,oui"), "type inconnu « SYNTH\\\\x00 »"),
    ],
    ids=["vide", "sans ligne", "colonne mal écrite", "doublon", "encodage", "csv", "gros", "nul"],
)
def test_un_fichier_hostile_ou_abime_est_refuse(contenu: bytes, message: str) -> None:
    with pytest.raises(MatriceInvalide, match=message):
        proposer_matrice(contenu=contenu, source="m", effet_le=JOUR, par="Ada Test", jour=JOUR)
    assert not VersionMatrice.objects.exists()


def test_toutes_les_mauvaises_lignes_sont_nommees_jusqu_a_vingt() -> None:
    codes = Codes({"10"}, {}, {VSM})
    with pytest.raises(MatriceInvalide) as refus:
        lire_matrice(fichier(*(f"10,,type,X{rang},oui,oui,oui" for rang in range(50))), codes)
    assert [numero for numero, _ in refus.value.erreurs] == list(range(2, 22))


# --- Differences -------------------------------------------------------------------------------


def test_les_differences_disent_ce_qui_s_ouvre_et_ce_qui_se_ferme_par_profession() -> None:
    ancienne = mettre_en_vigueur(*BASE, effet=HIER)
    nouvelle = proposer(
        f"10,,type,{VSM},non,oui,oui",
        f"10,,type,{CRB},oui,oui,oui",
        f"330,,type,{VSM},oui,non,oui",
        f"60,,type,{VSM},oui,non,oui",
        f"60,,type,{CRB},non,non,oui",
    )
    vues = differences(nouvelle)
    assert vues.reference == ancienne
    ecarts = {
        p: (e.ouverts, e.fermes, e.ajoutes, e.retires, e.ecriture)
        for p, e in vues.par_profession.items()
    }
    assert ecarts == {
        "10": ([], [VSM], [], [], [CRB]),
        "28": ([], [], [], [VSM], []),
        "330": ([VSM], [], [], [], []),
        "60": ([VSM], [], [CRB, VSM], [], []),
    }
    assert nouvelle.bilan["par_profession"]["60"] == {
        "ouverts": 1, "fermes": 0, "ajoutes": 2, "retires": 0, "ecriture": 0,
        "documents_ouverts": None, "documents_fermes": None,
    }  # fmt: skip
    assert nouvelle.bilan["documents_ouverts"] is None, "sans accès de comptage, c'est inconnu"
    assert nouvelle.bilan["dossiers"] is None


def test_une_version_en_vigueur_se_compare_a_celle_d_avant_pas_a_elle_meme() -> None:
    ancienne = mettre_en_vigueur(*BASE, effet=HIER)
    vues = differences(mettre_en_vigueur(*BASE[1:]))
    assert vues.reference == ancienne
    assert vues.par_profession["10"].fermes == [VSM]


def test_une_ligne_de_specialite_qui_ferme_se_voit_comme_une_fermeture() -> None:
    avant = {Croisement("10", "", VSM): Case(True, False, True)}
    apres = avant | {Croisement("10", "SM25", VSM): Case(False, False, True)}
    (ecart,) = comparer(avant, apres).values()
    assert (ecart.fermes, ecart.ajoutes, ecart.ouverts) == (["SYNTH (SM25)"], ["SYNTH (SM25)"], [])
    (retour,) = comparer(apres, avant).values()
    assert (retour.ouverts, retour.retires, retour.fermes) == (
        ["SYNTH (SM25)"], ["SYNTH (SM25)"], []
    )  # fmt: skip
    assert comparer(avant, avant) == {}


@pytest.fixture
def comptage() -> Iterator[None]:
    """The counting role's own connection, on the test database."""
    adresse = urlsplit(os.environ["DATABASE_URL_COMPTAGE"])
    reglages = {
        **connection.settings_dict,
        "USER": adresse.username,
        "PASSWORD": adresse.password,
        "OPTIONS": {},
    }
    connections.databases["comptage"] = reglages
    # Named « default » for Django's test guard, which knows only the aliases of the settings.
    connections["comptage"] = DatabaseWrapper(reglages, alias="default")
    yield
    connections["comptage"].close()
    del connections["comptage"]
    del connections.databases["comptage"]


@pytest.mark.django_db(transaction=True)
def test_les_differences_comptent_les_documents_et_les_dossiers_touches(comptage: None) -> None:
    un, deux = uuid.uuid4(), uuid.uuid4()
    for espace_id, code, etat in (
        (un, VSM, "courant"), (un, VSM, "remplace"), (deux, VSM, "courant"),
        (un, CRB, "courant"), (deux, "34133-9", "courant"), (deux, VSM, "supprime"),
    ):  # fmt: skip
        with transaction.atomic(), mur.ouvrir(ecrits=[espace_id], lus=[espace_id]):
            Document.objects.create(
                espace_id=espace_id, type_code=code, categorie="X", date_document=JOUR,
                auteur_genre="titulaire", etat=etat, contenu_index=os.urandom(32),
                original_id=uuid.uuid4(), scelle=b"x",
            )  # fmt: skip
    with connections["comptage"].cursor() as curseur:
        curseur.execute("SELECT session_user")
        assert curseur.fetchone() == ("mes_comptage",)
    mettre_en_vigueur(*BASE, effet=HIER)
    version = proposer(
        f"10,,type,{VSM},non,oui,oui", f"10,,type,{CRB},oui,oui,oui", f"60,,type,{CRB},oui,non,oui"
    )
    bilan = version.bilan
    assert (bilan["documents_ouverts"], bilan["documents_fermes"], bilan["dossiers"]) == (1, 3, 2)
    assert bilan["par_profession"]["10"]["documents_fermes"] == 3
    assert bilan["par_profession"]["60"]["documents_ouverts"] == 1
    sortie = StringIO()
    call_command("matrice", "differences", str(version.pk), stdout=sortie)
    assert "lecture fermée : 1 (SYNTH) [3 documents]" in sortie.getvalue()
    assert "Dossiers touchés : 2" in sortie.getvalue()


# --- Two people --------------------------------------------------------------------------------


@pytest.mark.parametrize("nom", ["Ada Test", "ada test", "  Ada   TEST "])
def test_qui_propose_ne_peut_pas_approuver(nom: str) -> None:
    version = proposer(*BASE)
    with pytest.raises(MemePersonne):
        approuver_matrice(version_id=version.pk, par=nom, jour=JOUR)
    version.refresh_from_db()
    assert version.approuvee_le is None
    assert version_en_vigueur(JOUR) is None


def test_la_base_refuse_aussi_que_le_proposeur_approuve() -> None:
    version = proposer(*BASE)
    with (
        pytest.raises(IntegrityError, match="matrice_proposeur_nest_pas_approbateur"),
        transaction.atomic(),
    ):
        VersionMatrice.objects.filter(pk=version.pk).update(
            approuvee_par="Ada Test", approuvee_le=version.proposee_le
        )
    with pytest.raises(IntegrityError, match="matrice_approbation_complete"), transaction.atomic():
        VersionMatrice.objects.filter(pk=version.pk).update(approuvee_par="Bob Test")


@pytest.mark.parametrize("nom", ["", "   ", "x" * 101])
def test_une_decision_a_toujours_un_nom(nom: str) -> None:
    with pytest.raises(DecisionImpossible, match="nom"):
        proposer(*BASE, par=nom)


def test_chaque_decision_laisse_une_ligne_au_journal_de_securite() -> None:
    version = mettre_en_vigueur(*BASE)
    retirer_matrice(version_id=version.pk, par="Cleo Test")
    lignes = LigneSecurite.objects.filter(fait="decision_matrice", objet_id=version.pk)
    assert list(lignes.order_by("numero").values_list("motif", flat=True)) == [
        "proposee", "approuvee", "retiree"
    ]  # fmt: skip


# --- In force, from when, until when -----------------------------------------------------------


@pytest.mark.regle("R-HAB-03")
def test_une_version_proposee_n_ouvre_rien_avant_d_etre_approuvee() -> None:
    proposer(*BASE)
    assert version_en_vigueur(JOUR) is None


def test_une_version_n_est_en_vigueur_qu_a_sa_date_d_effet() -> None:
    premiere = mettre_en_vigueur(*BASE, effet=HIER)
    future = mettre_en_vigueur(*BASE[:2], effet=date(2027, 1, 1))
    assert version_en_vigueur(date(2026, 11, 18)) is None
    assert version_en_vigueur(JOUR) == premiere
    assert version_en_vigueur(date(2026, 12, 31)) == premiere
    assert version_en_vigueur(date(2027, 1, 1)) == future


def test_retirer_rend_la_version_precedente_aussitot() -> None:
    premiere = mettre_en_vigueur(*BASE, effet=HIER)
    seconde = mettre_en_vigueur(f"28,,type,{VSM},oui,non,oui")
    assert version_en_vigueur(JOUR) == seconde
    assert _case_en_vigueur("28", None, VSM) == Case(True, False, True)
    assert _case_en_vigueur("10", None, VSM) is None
    retirer_matrice(version_id=seconde.pk, par="Ada Test")
    assert version_en_vigueur(JOUR) == premiere
    assert _case_en_vigueur("28", None, VSM) == Case(False, False, True)
    assert _case_en_vigueur("10", None, VSM) == Case(True, True, True)
    retirer_matrice(version_id=premiere.pk, par="Ada Test")
    assert version_en_vigueur(JOUR) is None
    assert _case_en_vigueur("10", None, VSM) is None


def test_une_matrice_retiree_ou_deja_approuvee_ne_se_decide_plus() -> None:
    version = mettre_en_vigueur(*BASE)
    with pytest.raises(DecisionImpossible, match="déjà approuvée"):
        approuver_matrice(version_id=version.pk, par="Cleo Test", jour=JOUR)
    retirer_matrice(version_id=version.pk, par="Ada Test")
    with pytest.raises(DecisionImpossible, match="déjà retirée"):
        retirer_matrice(version_id=version.pk, par="Ada Test")
    with pytest.raises(DecisionImpossible, match="a été retirée"):
        approuver_matrice(version_id=version.pk, par="Cleo Test", jour=JOUR)
    with pytest.raises(DecisionImpossible, match="identifiant"):
        retirer_matrice(version_id=uuid.uuid4(), par="Ada Test")


def test_une_proposition_retiree_peut_etre_proposee_de_nouveau() -> None:
    version = proposer(*BASE)
    with pytest.raises(DecisionImpossible, match="déjà proposée"):
        proposer(*BASE, par="Bob Test")
    retirer_matrice(version_id=version.pk, par="Ada Test")
    assert proposer(*BASE).pk != version.pk


def test_une_date_d_effet_anterieure_a_la_version_en_vigueur_est_refusee() -> None:
    mettre_en_vigueur(*BASE)
    with pytest.raises(DecisionImpossible, match="20/11/2026"):
        proposer(*BASE[:1], effet=HIER)


def test_on_n_approuve_que_les_differences_qui_ont_ete_montrees() -> None:
    mettre_en_vigueur(*BASE, effet=HIER)
    attend = proposer(*BASE[:1])
    mettre_en_vigueur(*BASE[:2])
    with pytest.raises(DecisionImpossible, match="a changé depuis"):
        approuver_matrice(version_id=attend.pk, par="Bob Test", jour=JOUR)
    attend.refresh_from_db()
    assert attend.approuvee_le is None


# --- At the same time --------------------------------------------------------------------------


def _ensemble(*gestes: Any) -> list[Any]:
    """Runs the gestures in as many threads, released together; returns results or exceptions."""
    depart = threading.Barrier(len(gestes))
    resultats: list[Any] = [None] * len(gestes)

    def faire(rang: int, geste: Any) -> None:
        try:
            connection.ensure_connection()
            depart.wait(30)
            resultats[rang] = geste()
        except Exception as erreur:  # noqa: BLE001 - told to the test's own thread
            resultats[rang] = erreur
        finally:
            connection.close()

    fils = [threading.Thread(target=faire, args=paire) for paire in enumerate(gestes)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(60)
    return resultats


@pytest.mark.django_db(transaction=True)
def test_deux_imports_simultanes_du_meme_fichier_font_une_seule_proposition() -> None:
    resultats = _ensemble(*(lambda nom=nom: proposer(*BASE, par=nom) for nom in ("Ada", "Bob")))
    assert sorted(type(r).__name__ for r in resultats) == ["DecisionImpossible", "VersionMatrice"]
    assert VersionMatrice.objects.count() == 1
    assert CaseMatrice.objects.count() == len(BASE)


@pytest.mark.django_db(transaction=True)
def test_deux_approbations_simultanees_n_en_font_qu_une() -> None:
    version = proposer(*BASE)

    def approuver(nom: str) -> VersionMatrice:
        return approuver_matrice(version_id=version.pk, par=nom, jour=JOUR)

    resultats = _ensemble(lambda: approuver("Bob Test"), lambda: approuver("Cleo Test"))
    assert sorted(type(r).__name__ for r in resultats) == ["DecisionImpossible", "VersionMatrice"]
    assert LigneSecurite.objects.filter(motif="approuvee").count() == 1


@pytest.mark.django_db(transaction=True)
def test_un_import_interrompu_ne_laisse_aucune_case(monkeypatch: Any) -> None:
    def casser(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(matrice, "_journaliser", casser)
    with pytest.raises(ZeroDivisionError):
        proposer(*BASE)
    assert not VersionMatrice.objects.exists()
    assert not CaseMatrice.objects.exists()


# --- The command -------------------------------------------------------------------------------


def commande(*arguments: str) -> str:
    sortie = StringIO()
    call_command("matrice", *arguments, stdout=sortie)
    return sortie.getvalue()


def test_la_commande_mene_de_la_proposition_au_retrait(tmp_path: Path) -> None:
    chemin = tmp_path / "matrice.csv"
    chemin.write_bytes(fichier(*BASE))
    dit = commande("proposer", str(chemin), "--effet", "2020-01-01", "--par", "Ada Test")
    assert "lecture ouverte : 2 (11502-2, SYNTH)" in dit
    assert "Médecin (10)" in dit
    assert "inconnu (pas d'accès de comptage)" in dit
    version = VersionMatrice.objects.get()
    assert "proposée par Ada Test" in commande("lister")
    with pytest.raises(CommandError, match="ne peut pas l'approuver"):
        commande("approuver", str(version.pk), "--par", "Ada Test")
    assert "01/01/2020" in commande("approuver", str(version.pk), "--par", "Bob Test")
    assert "EN VIGUEUR, approuvée par Bob Test" in commande("lister")
    assert "Aucune matrice n'est en vigueur" in commande("retirer", str(version.pk), "--par", "Bob")
    assert "retirée par Bob" in commande("lister")


def test_la_commande_nomme_la_ligne_fautive_et_n_ecrit_rien(tmp_path: Path) -> None:
    chemin = tmp_path / "matrice.csv"
    chemin.write_bytes(fichier(*BASE, f"10,,type,{VSM},ouais,non,oui"))
    with pytest.raises(CommandError, match="ligne 6 : lecture : oui ou non attendu"):
        commande("proposer", str(chemin), "--effet", "2026-01-01", "--par", "Ada Test")
    with pytest.raises(CommandError, match="illisible"):
        commande("proposer", str(tmp_path / "absent"), "--effet", "2026-01-01", "--par", "Ada")
    with pytest.raises(CommandError, match="AAAA-MM-JJ"):
        commande("proposer", str(chemin), "--effet", "demain", "--par", "Ada")
    with pytest.raises(CommandError, match="identifiant"):
        commande("differences", str(uuid.uuid4()))
    assert not VersionMatrice.objects.exists()
