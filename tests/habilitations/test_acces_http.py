"""Who sees what, through HTTP: list, URL, counts and search say the same, and refusals leave a line."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dossier.models import Document
from habilitations.matrice import approuver_matrice, proposer_matrice
from habilitations.models import CaseMatrice, Ouverture
from habilitations.politique import Base, Masque
from journal.models import LigneSecurite
from mes.socle.nomenclatures import types_documents
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, connecter_usager

pytestmark = pytest.mark.django_db

# One document of each: read by all four, by some, by the physician alone, by nobody.
TYPES = ("11488-4", "57833-6", "EXPPAT_3", "11502-2", "83901-9", "ATTEST-RESID", "60591-5")
QUI = ("medecin", "pharmacien", "opticien", "kine")


@pytest.fixture(scope="module")
def matrice_publiee():
    """The matrix that ships, as bytes."""
    from pathlib import Path

    import habilitations

    return (
        Path(habilitations.__file__).parent / "donnees" / "matrice_habilitations.csv"
    ).read_bytes()


@pytest.fixture
def matrice(matrice_publiee):
    from datetime import date

    version = proposer_matrice(
        contenu=matrice_publiee, source="essai", effet_le=date(2023, 10, 29), par="proposeuse"
    )
    return approuver_matrice(version_id=version.pk, par="approbateur")


@pytest.fixture
def scene(matrice):
    """Alex's record: one document of each type, deposited by another physician."""
    espace = s.creer_espace("alex")
    depots = {
        code: s.deposer(
            s.acteur_ps("autre_medecin"),
            espace,
            type_code=code,
            titre=f"Essai {types_documents()[code].libelle[:60]}".replace("/", " ").replace(
                ":", ""
            ),
        )
        for code in TYPES
    }
    return espace, depots


def _entrer(qui: str, espace) -> Client:
    exercice = s.creer_exercice(qui)
    client = Client()
    connecter_professionnel(client, exercice)
    s.autoriser(s.acteur_ps(qui), espace, base=Base.CONSENTEMENT)
    return client


def _lisibles(qui: str) -> set[str]:
    profession = s.RPPS[qui][1]
    return set(
        CaseMatrice.objects.filter(
            profession=profession, objet="type", lecture=True, effectif=True, code__in=TYPES
        ).values_list("code", flat=True)
    )


@pytest.mark.regle("R-HAB-01", "R-HAB-02", "R-HAB-06", "R-DOC-17", "R-MAS-17")
@pytest.mark.parametrize("qui", QUI)
def test_chaque_profession_voit_exactement_ce_que_la_matrice_lui_ouvre(scene, qui):
    espace, depots = scene
    client = _entrer(qui, espace)
    attendus = {str(depots[code].id) for code in _lisibles(qui)}

    page = client.get("/ps/dossier/documents/?periode=tout")
    assert {str(a.document.pk) for a in page.context["page"].apercus} == attendus
    assert sum(branche.nombre for branche in page.context["arbre"]) == len(attendus)

    trouves = client.get("/ps/dossier/documents/?periode=tout&q=essai")
    assert {str(a.document.pk) for a in trouves.context["page"].apercus} == attendus

    recapitulatif = client.get("/ps/dossier/")
    assert recapitulatif.context["total"] == len(attendus)

    for depot in depots.values():
        attendu = 200 if str(depot.id) in attendus else 404
        for suffixe in ("", "contenu/", "telecharger/"):
            adresse = f"/ps/dossier/documents/{depot.id}/{suffixe}"
            assert client.get(adresse).status_code == attendu, adresse


@pytest.mark.regle("R-TRA-10")
@pytest.mark.parametrize("qui", QUI[1:])
def test_un_document_cache_repond_comme_un_absent_et_laisse_une_ligne_de_securite(scene, qui):
    espace, depots = scene
    client = _entrer(qui, espace)
    cache = depots["EXPPAT_3"].id
    absent = uuid4()
    avant = LigneSecurite.objects.count()

    reponse_cache = client.get(f"/ps/dossier/documents/{cache}/")
    reponse_absent = client.get(f"/ps/dossier/documents/{absent}/")

    assert reponse_cache.status_code == reponse_absent.status_code == 404
    pages = [
        # All that the page has of the request: the address, the form's token, the time left.
        re.sub(
            r'csrfmiddlewaretoken" value="\w+"|data-reste="\d+"', "", reponse.content.decode()
        ).replace(str(identifiant), "…")
        for reponse, identifiant in ((reponse_cache, cache), (reponse_absent, absent))
    ]
    assert pages[0] == pages[1]
    lignes = LigneSecurite.objects.order_by("numero")[avant:]
    assert [(ligne.objet_id, ligne.espace_id) for ligne in lignes] == [
        (cache, espace.pk),
        (absent, espace.pk),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.regle("R-TRA-10")
def test_la_ligne_de_securite_survit_a_l_annulation_de_la_transaction():
    espace = s.creer_espace("alex")
    client = Client()
    connecter_professionnel(client, s.creer_exercice("medecin"))
    s.autoriser(s.acteur_ps("medecin"), espace)
    assert client.get(f"/ps/dossier/documents/{uuid4()}/").status_code == 404
    assert LigneSecurite.objects.filter(espace_id=espace.pk, fait="refus").count() == 1


@pytest.mark.regle("R-PS-01", "R-PS-04")
def test_sans_declaration_le_dossier_est_refuse_avec_la_raison(scene):
    espace, _ = scene
    client = Client()
    connecter_professionnel(client, s.creer_exercice("medecin"))
    reponse = client.get("/ps/dossier/documents/")
    assert reponse.status_code == 403
    assert "recueillez son consentement" in reponse.content.decode()
    assert Ouverture.objects.filter(espace=espace).count() == 0


@pytest.mark.regle("R-PS-10", "R-PS-11")
def test_un_professionnel_bloque_ne_lit_plus_et_depose_toujours(scene):
    from habilitations.models import Blocage

    espace, depots = scene
    client = _entrer("medecin", espace)
    Blocage.objects.create(espace=espace, professionnel_id=s.acteur_ps("medecin").id)
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert client.get(f"/ps/dossier/documents/{depots['11488-4'].id}/").status_code == 404
    s.deposer(s.acteur_ps("medecin"), espace, titre="Depuis le blocage")


@pytest.mark.regle("R-MAS-02", "R-MAS-05")
def test_ce_que_le_patient_masque_disparait_pour_les_autres_et_reste_a_l_auteur(scene):
    espace, depots = scene
    compte = s.creer_compte("alex", espace)
    alex = Client()
    connecter_usager(alex, compte)
    document = depots["11488-4"].id
    assert (
        alex.post(
            f"/documents/{document}/confidentialite/", {"confidentialite": "masque"}
        ).status_code
        == 302
    )
    assert _entrer("medecin", espace).get(f"/ps/dossier/documents/{document}/").status_code == 404
    auteur = _entrer("autre_medecin", espace)
    assert auteur.get(f"/ps/dossier/documents/{document}/").status_code == 200
    assert alex.get(f"/documents/{document}/").status_code == 200


@pytest.mark.regle("R-MAS-09", "R-NOT-09")
def test_un_document_invisible_au_patient_n_existe_pas_pour_lui(scene):
    espace, _ = scene
    cache = s.deposer(s.acteur_ps("medecin"), espace, masques=frozenset({Masque.INVISIBLE_PATIENT}))
    alex = Client()
    connecter_usager(alex, s.creer_compte("alex", espace))
    assert alex.get(f"/documents/{cache.id}/").status_code == 404
    liste = alex.get("/documents/")
    assert str(cache.id) not in liste.content.decode()
    assert liste.context["total_general"] == len(TYPES)


def test_un_usager_ne_voit_rien_de_l_espace_d_un_autre(scene):
    _, depots = scene
    camille = s.creer_espace("camille")
    client = Client()
    connecter_usager(client, s.creer_compte("camille", camille))
    for depot in depots.values():
        assert client.get(f"/documents/{depot.id}/").status_code == 404
    assert client.get("/documents/").context["total_general"] == 0


def _dupliquer(espace, combien: int) -> None:
    """Many rows from one, resealed at their place."""
    from habilitations.acces import ouvrir_pour_le_systeme
    from mes.socle.uuid7 import uuid7

    with ouvrir_pour_le_systeme(espace.pk) as (coffre, _):
        modele = Document.objects.filter(type_code="11488-4").first()
        fiche = modele.fiche(coffre)
        for rang in range(combien):
            modele.pk = uuid7()
            modele.scelle = coffre.sceller_json(fiche, lieu=Document.lieu(modele.pk))
            modele.contenu_index = rang.to_bytes(32, "big")
            modele.save(force_insert=True)


@pytest.mark.parametrize(
    ("adresse", "maximum"), [("/ps/dossier/documents/?periode=tout", 12), ("/ps/dossier/", 12)]
)
def test_la_liste_du_professionnel_coute_autant_a_deux_cents_qu_a_deux(scene, adresse, maximum):
    espace, _ = scene
    client = _entrer("medecin", espace)
    client.get(adresse)
    with CaptureQueriesContext(
        connection,
    ) as peu:
        client.get(adresse)
    _dupliquer(espace, 200)
    with CaptureQueriesContext(connection) as beaucoup:
        client.get(adresse)
    sql = [q["sql"] for q in beaucoup if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(beaucoup) == len(peu), "\n".join(sql)
    assert len(sql) <= maximum, "\n".join(sql)


def test_la_liste_du_patient_coute_autant_a_deux_cents_qu_a_deux(scene):
    espace, _ = scene
    client = Client()
    connecter_usager(client, s.creer_compte("alex", espace))
    client.get("/documents/")
    with CaptureQueriesContext(connection) as peu:
        client.get("/documents/")
    _dupliquer(espace, 200)
    with CaptureQueriesContext(connection) as beaucoup:
        client.get("/documents/")
    assert len(beaucoup) == len(peu)


@pytest.mark.regle("R-PS-22")
def test_on_ne_depose_pas_chez_l_un_pendant_que_le_dossier_de_l_autre_est_ouvert(scene):
    espace, _ = scene
    camille = s.creer_espace("camille")
    client = _entrer("medecin", espace)
    reponse = client.post(
        "/ps/patients/",
        {
            "matricule": s.PERSONNES["camille"]["matricule"],
            "nom_naissance": "DEMO-DEUX",
            "date_naissance": "1987-09-03",
        },
    )
    assert reponse.url == "/ps/patients/declaration/"
    for depot in (client.get("/ps/depot/"), client.post("/ps/depot/", {"titre": "Chez qui ?"})):
        assert depot.status_code == 302
        assert depot.url == "/ps/patients/declaration/"
    client.post("/ps/dossier/fermer/")
    client.post(
        "/ps/patients/",
        {
            "matricule": s.PERSONNES["camille"]["matricule"],
            "nom_naissance": "DEMO-DEUX",
            "date_naissance": "1987-09-03",
        },
    )
    page = client.get("/ps/depot/")
    assert page.status_code == 200
    assert page.context["dossier_ouvert"]["nom"].endswith("DEMO-DEUX")
    assert camille.pk


@pytest.mark.regle("R-SEC-06")
@pytest.mark.parametrize("adresse", ["/ps/dossier/", "/ps/dossier/documents/?periode=tout"])
def test_le_controle_de_l_acces_ajoute_au_plus_trois_requetes_a_une_page(scene, adresse):
    espace, _depots = scene
    client = _entrer("medecin", espace)
    client.get(adresse)
    with CaptureQueriesContext(connection) as requetes:
        client.get(adresse)
    controle = [r["sql"] for r in requetes if "habilitations_" in r["sql"]]
    assert 1 <= len(controle) <= 3, controle
