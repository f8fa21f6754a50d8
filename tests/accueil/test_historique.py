"""« Historique d'activité »: every act is there, what is secret stays so (R-TRA)."""

from __future__ import annotations

import pytest
from django.test import Client

from dossier.models import Document
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.politique import Masque
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, connecter_usager
from usagers.models import Gestion, Qualite

pytestmark = pytest.mark.django_db


@pytest.fixture
def alex():
    return s.creer_espace("alex")


@pytest.fixture
def navigateur(alex):
    client = Client()
    connecter_usager(client, s.creer_compte("alex", alex))
    return client


def _phrases(reponse) -> list[str]:
    return [
        f"{ligne.acteur} {ligne.phrase} {ligne.titre}".strip()
        for ligne in reponse.context["lignes"]
    ]


@pytest.mark.regle("R-TRA-02", "R-TRA-03", "R-TRA-04")
def test_le_titulaire_lit_qui_a_fait_quoi_et_filtre_par_groupe(alex, navigateur):
    s.poser_matrice({("10", "11488-4"): True})
    depose = s.deposer(s.acteur_ps("autre_medecin"), alex, titre="Visite du soir")
    medecin = Client()
    connecter_professionnel(medecin, s.creer_exercice("medecin"))
    s.autoriser(s.acteur_ps("medecin"), alex)
    assert medecin.get(f"/ps/dossier/documents/{depose.id}/").status_code == 200

    tout = _phrases(navigateur.get("/historique/"))
    assert "Dominique DEMO-MEDECIN a consulté le document Visite du soir" in tout
    assert "Dominique DEMO-AUTRE_MEDECIN a ajouté le document Visite du soir" in tout

    miennes = navigateur.get("/historique/?groupe=mes-activites")
    assert all(ligne.acteur == "Alex DEMO-UN" for ligne in miennes.context["lignes"])

    page = navigateur.get(f"/documents/{depose.id}/")
    assert [ligne.acteur for ligne in page.context["lectures"]] == ["Dominique DEMO-MEDECIN"]


@pytest.mark.regle("R-TRA-03")
def test_l_historique_d_une_periode_a_l_envers_le_dit(navigateur):
    reponse = navigateur.get("/historique/?depuis=2026-05-02&jusqua=2026-05-01")
    assert reponse.status_code == 200
    assert "inversez-les" in reponse.content.decode()


@pytest.mark.regle("R-MAS-09", "R-NOT-09")
def test_ce_qui_n_est_pas_annonce_au_patient_manque_a_son_historique_puis_y_apparait(
    alex, navigateur
):
    depose = s.deposer(
        s.acteur_ps("medecin"),
        alex,
        titre="Résultat à annoncer",
        masques=frozenset({Masque.INVISIBLE_PATIENT}),
    )
    assert "annoncer" not in navigateur.get("/historique/").content.decode()
    with ouvrir_pour_le_systeme(alex.pk):
        Document.objects.filter(pk=depose.id).update(masques=[])
    assert any("Résultat à annoncer" in p for p in _phrases(navigateur.get("/historique/")))


@pytest.mark.regle("R-PRO-07", "R-PRO-09")
def test_un_representant_ne_voit_jamais_la_chaine_reservee(alex):
    ines = s.creer_espace("ines")
    parent = s.creer_compte("alex", alex)
    Gestion.objects.create(espace=ines, compte_id=parent.pk, qualite=Qualite.REPRESENTANT)
    s.deposer(
        s.acteur_ps("medecin"),
        ines,
        titre="Au secret",
        masques=frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX}),
    )
    client = Client()
    session = connecter_usager(client, parent)
    session["espace_id"] = str(ines.pk)
    session.save()
    reponse = client.get("/historique/")
    assert reponse.status_code == 200
    assert "Au secret" not in reponse.content.decode()
    assert all(ligne.chaine == "V" for ligne in reponse.context["lignes"])
    liste = client.get("/documents/")
    assert liste.context["total_general"] == 0
