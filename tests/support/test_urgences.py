"""« Accès d'urgence » in the console: a supervisor looks again, under the console's own role."""

from __future__ import annotations

import pytest

from comptes.models import RoleAgent
from journal.faits import Fait
from tests import situations as s
from tests.accueil.lecture import envoyer, lire, verifier_liens, verifier_structure
from tests.comptes.outils import connecter_usager, faits_du_journal
from tests.support.outils import creer_agent, navigateur_de
from tests.urgence.outils import BRIS, demande, navigateur, tout_est_lisible
from urgence.models import EtatRevue, RevueAcces

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("gabarits_stricts"),
    pytest.mark.regle("R-SUP-05", "R-TRA-10"),
]

LISTE = "/support/urgences/"


@pytest.fixture
def revue() -> RevueAcces:
    tout_est_lisible()
    s.creer_espace("alex")
    assert navigateur().post(BRIS, demande()).status_code == 302
    return RevueAcces.objects.get()


def test_le_superviseur_voit_qui_ou_et_comment_sans_le_patient(superviseur, revue):
    page = lire(superviseur, LISTE)
    assert "Dominique DEMO-MEDECIN" in page.texte
    assert "Cabinet de groupe DÉMO" in page.texte
    assert revue.reference in page.texte
    for cache in ("DEMO-UN", "1985", "voie publique", str(revue.espace_id)):
        assert cache not in page.texte
    verifier_structure(page, LISTE)
    verifier_liens(page, LISTE)


@pytest.mark.regle("R-SUP-10")
def test_sa_conclusion_est_tracee_dans_l_espace_ou_le_titulaire_la_lit(superviseur, revue):
    page = envoyer(superviseur, LISTE, acces=revue.pk, suite="conforme", note="Vu.")
    assert "Votre conclusion est enregistrée." in page.texte
    assert "Conforme" in page.texte
    revue.refresh_from_db()
    assert (revue.etat, revue.revue_par_genre) == (EtatRevue.CONFORME, "agent")
    assert faits_du_journal(revue.espace_id)[-1] is Fait.ACCES_URGENCE_REVU

    compte = s.creer_compte("alex", revue.espace)
    client = navigateur_de(creer_agent(RoleAgent.TELECONSEILLER, "autre.demo"))
    connecter_usager(client, compte)
    historique = lire(client, "/historique/")
    assert "Assistance" in historique.texte
    assert "a relu, sans rien voir du dossier, un accès" in historique.texte


def test_une_conclusion_incomplete_ou_inconnue_est_expliquee(superviseur, revue):
    assert "conforme ou à instruire" in envoyer(superviseur, LISTE, acces=revue.pk).texte
    inconnue = envoyer(superviseur, LISTE, acces=revue.espace_id, suite="conforme")
    assert "n’est pas dans la liste" in inconnue.texte
    revue.refresh_from_db()
    assert revue.etat == EtatRevue.A_REVOIR


def test_un_teleconseiller_n_entre_pas(console, revue):
    assert console.get(LISTE).status_code == 403
    assert console.post(LISTE, {"acces": revue.pk, "suite": "conforme"}).status_code == 403


def test_sans_urgence_la_file_est_vide(superviseur):
    assert "Aucun accès d'urgence à relire." in lire(superviseur, LISTE).texte
