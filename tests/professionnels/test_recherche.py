"""Finding a professional, without accents, by pages, through indexes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from professionnels.cles_recherche import cle_recherche
from professionnels.models import Professionnel
from professionnels.recherche import (
    PAGES_MAX,
    PAR_PAGE,
    Criteres,
    RechercheInvalide,
    chercher,
    exercices_actifs,
    professionnel_par_rpps,
)
from tests.professionnels.fabrique import personne, rpps, sans_activite

pytestmark = pytest.mark.django_db


@pytest.fixture
def annuaire(importer: Any) -> None:
    importer(
        [
            personne(
                rpps=rpps(1),
                nom="DÉMO-ÉLÈVE",
                prenom="Zoë",
                finess="990009045",
                commune="Saint-Démo-sur-Mer",
            ),
            personne(rpps=rpps(2), nom="DEMO ELEVE", prenom="ALEX", profession="60", specialite=""),
            personne(rpps=rpps(3), nom="D'ŒUVRE-DÉMO", prenom="Léa", profession="60"),
            personne(
                rpps=rpps(4),
                nom="DEMO-ZOO",
                profession="60",
                finess="990009029",
                commune="DEMOBOURG",
                **{"Code postal (coord. structure)": "99100"},
            ),
            sans_activite(rpps=rpps(5), nom="DEMO-RETRAITE"),
        ]
    )


def noms(criteres: Criteres, page: int = 1) -> list[str]:
    return [p.nom for p in chercher(criteres, page=page).professionnels]


@pytest.mark.parametrize(
    "saisie", ["demo eleve", "DÉMO-ÉLÈVE", "Démo  élève", "demo-el", "démo'él"]
)
def test_la_recherche_par_nom_ignore_accents_casse_et_tirets(annuaire: None, saisie: str) -> None:
    assert noms(Criteres(nom=saisie)) == ["DEMO ELEVE", "DÉMO-ÉLÈVE"]  # then by first name


def test_la_recherche_se_precise_par_prenom_profession_et_commune(annuaire: None) -> None:
    assert noms(Criteres(nom="demo", prenom="zoe")) == ["DÉMO-ÉLÈVE"]
    assert noms(Criteres(nom="demo", profession="60")) == ["DEMO ELEVE", "DEMO-ZOO"]
    assert noms(Criteres(nom="demo", commune="saint demo")) == ["DÉMO-ÉLÈVE"]
    assert noms(Criteres(profession="60", commune="99100")) == ["DEMO-ZOO"]
    assert noms(Criteres(nom="d'oeuvre")) == ["D'ŒUVRE-DÉMO"]


def test_profession_et_commune_valent_pour_le_meme_exercice(importer: Any) -> None:
    importer(
        [
            personne(profession="60", commune="DEMOVILLE"),
            personne(profession="10", finess="990009029", commune="DEMOBOURG"),
        ]
    )
    assert noms(Criteres(profession="60", commune="demobourg")) == []
    assert noms(Criteres(profession="60", commune="demoville")) == ["DEMO-GENERALISTE"]


@pytest.mark.regle("R-PS-27")
def test_un_professionnel_sans_activite_est_trouve_et_montre_comme_tel(annuaire: None) -> None:
    trouves = chercher(Criteres(nom="demo")).professionnels
    assert {p.nom: p.est_actif for p in trouves} == {  # type: ignore[attr-defined]
        "DEMO ELEVE": True, "DÉMO-ÉLÈVE": True, "DEMO-ZOO": True, "DEMO-RETRAITE": False
    }  # fmt: skip


def test_la_recherche_par_rpps_verifie_la_cle(annuaire: None) -> None:
    assert noms(Criteres(rpps=rpps(3))) == ["D'ŒUVRE-DÉMO"]
    trouve = professionnel_par_rpps(rpps(3))
    assert trouve is not None
    assert trouve.nom == "D'ŒUVRE-DÉMO"
    assert professionnel_par_rpps(rpps(77)) is None
    assert professionnel_par_rpps("99700900015") is None
    with pytest.raises(RechercheInvalide, match="un chiffre au moins est faux"):
        chercher(Criteres(rpps="99700900015"))


@pytest.mark.parametrize(
    "criteres", [Criteres(), Criteres(nom="d"), Criteres(nom=" - "), Criteres(profession="60")]
)
def test_une_recherche_trop_vague_est_refusee(annuaire: None, criteres: Criteres) -> None:
    with pytest.raises(RechercheInvalide):
        chercher(criteres)


@pytest.mark.parametrize("saisie", ["%", "DEMO%", "_EMO", "demo\\", "'; --"])
def test_les_jokers_sql_n_ont_pas_de_pouvoir(annuaire: None, saisie: str) -> None:
    try:
        trouves = noms(Criteres(nom=saisie))
    except RechercheInvalide:
        trouves = []
    assert set(trouves) <= {"DEMO ELEVE", "DÉMO-ÉLÈVE", "DEMO-ZOO", "DEMO-RETRAITE"}
    assert saisie != "_EMO" or trouves == []


def test_les_resultats_se_lisent_par_pages_sans_trou_ni_doublon(importer: Any) -> None:
    importer([personne(rpps=rpps(rang), nom="DEMO-MEME") for rang in range(PAR_PAGE * 2 + 3)])
    pages = [chercher(Criteres(nom="demo"), page=numero) for numero in (1, 2, 3)]
    assert [len(page.professionnels) for page in pages] == [PAR_PAGE, PAR_PAGE, 3]
    assert [page.a_suite for page in pages] == [True, True, False]
    assert len({p.pk for page in pages for p in page.professionnels}) == PAR_PAGE * 2 + 3
    for numero in (0, PAGES_MAX + 1):
        with pytest.raises(RechercheInvalide):
            chercher(Criteres(nom="demo"), page=numero)


def test_une_page_coute_deux_requetes(annuaire: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        for trouve in chercher(Criteres(nom="demo")).professionnels:
            for exercice in trouve.exercices_affiches:  # type: ignore[attr-defined]
                assert exercice.structure.raison_sociale


def test_le_choix_d_exercice_ne_propose_que_les_exercices_actifs(importer: Any) -> None:
    lignes = [personne(), personne(specialite="SM18"), *(personne(rpps=rpps(r)) for r in range(9))]
    importer(lignes)
    importer([lignes[0], *lignes[2:]])
    professionnel = Professionnel.objects.get(rpps="99700900014")
    assert [e.specialite for e in exercices_actifs(professionnel)] == ["SM26"]


def test_la_recherche_par_nom_suit_l_index(importer: Any) -> None:
    importer([personne(rpps=rpps(rang), nom=f"DEMO-{rang:05d}") for rang in range(3000)])
    with connection.cursor() as curseur:
        # Without statistics nor enough rows the planner may prefer a scan: only the path is asked.
        curseur.execute("SET LOCAL enable_seqscan = off")
        curseur.execute("SET LOCAL enable_bitmapscan = off")
        requete = Professionnel.objects.filter(nom_recherche__startswith="DEMO 0012").order_by(
            "nom_recherche", "prenom_recherche", "id"
        )[:20]
        sql, parametres = requete.query.sql_with_params()
        curseur.execute(f"EXPLAIN {sql}", parametres)
        plan = "\n".join(ligne for (ligne,) in curseur.fetchall())
    assert "professionnel_par_nom" in plan
    assert "Index Cond" in plan
    assert "Sort" not in plan


_latin = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc",)), max_size=30
)


@settings(max_examples=300, deadline=None)
@given(texte=_latin)
def test_la_cle_de_recherche_est_la_meme_en_sql_et_en_python(texte: str) -> None:
    with transaction.atomic():
        cree = Professionnel.objects.create(rpps="99700900014", nom=texte, prenom="")
        cree.refresh_from_db()
        lue = cree.nom_recherche
        transaction.set_rollback(True)
    assert lue == cle_recherche(texte)


def test_la_cle_de_recherche_connait_toutes_les_lettres_de_france() -> None:
    assert cle_recherche("àâäçéèêëîïôöùûüÿœæ") == "AAACEEEEIIOOUUUYOEAE"
    assert cle_recherche("E\u0301léonore d’Aœ-Ñiß") == "ELEONORE D AOE NISS"
