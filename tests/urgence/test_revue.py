"""Looking again at emergency accesses: marks computed from real rows, the referent's queue."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dossier.models import Document
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.models import Ouverture
from habilitations.politique import Mode
from journal.faits import ActeurTrace, Fait, FaitSecurite, GenreActeur
from mes.socle.trousseau import trousseau
from professionnels.models import Exercice, Professionnel
from tests import situations as s
from tests.comptes.outils import faits_du_journal, motifs_de_securite
from tests.urgence.outils import (
    BRIS,
    DOSSIER,
    JUSTIFICATION,
    SAMU,
    avancer,
    demande,
    navigateur,
    personne,
    tout_est_lisible,
)
from urgence.actions import (
    RevueImpossible,
    conclure_revue,
    marquer_les_acces_dus,
    oublier_tentatives,
)
from urgence.anomalies import Marque
from urgence.models import EtatRevue, ReferentStructure, RevueAcces, TentativeUrgence
from urgence.planif import marquer_les_acces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

QUEUE = "/ps/structure/urgences/"
REFERENT = "autre_medecin"


@pytest.fixture(autouse=True)
def a_midi(monkeypatch):
    """Nobody's test depends on the hour at which it runs."""
    midi = timezone.localtime().replace(hour=12, minute=0)
    monkeypatch.setattr(timezone, "now", lambda: midi)


@pytest.fixture
def alex():
    tout_est_lisible()
    return s.creer_espace("alex")


def urgence(nom="alex", qui="medecin", adresse=BRIS) -> RevueAcces:
    client = navigateur(qui, regulateur=adresse == SAMU)
    champs = personne(nom) if adresse == SAMU else demande(nom)
    assert client.post(adresse, champs).status_code == 302
    return RevueAcces.objects.latest("ouverte_le", "pk")


def deposer(acteur, espace, **champs) -> None:
    """A deposit dated by the test's clock: a column's default asks the machine's."""
    depose = s.deposer(acteur, espace, **champs)
    with transaction.atomic(), ouvrir_pour_le_systeme(espace.pk):
        Document.objects.filter(pk=depose.id).update(depose_le=timezone.now())


def marques_de(revue) -> set[str]:
    revue.refresh_from_db()
    return set(revue.marques)


def nommer(qui=REFERENT) -> ReferentStructure:
    exercice = s.creer_exercice(qui)
    return ReferentStructure.objects.create(
        structure=exercice.structure, professionnel=exercice.professionnel
    )


# --- The marks -----------------------------------------------------------------------------------


@pytest.mark.regle("R-TRA-10")
def test_les_marques_attendent_la_fin_du_delai_puis_se_calculent_une_fois(alex, monkeypatch):
    revue = urgence()
    assert marquer_les_acces_dus() == 0
    avancer(monkeypatch, timedelta(hours=24))
    assert marquer_les_acces_dus() == 1
    assert marques_de(revue) == {Marque.SANS_DEPOT}
    assert marquer_les_acces_dus() == 0


@pytest.mark.regle("R-TRA-10")
@pytest.mark.parametrize(
    ("qui", "apres", "marque"),
    [
        ("medecin", timedelta(hours=23), False),
        ("autre_medecin", timedelta(hours=1), False),  # of the same structure
        ("medecin", timedelta(hours=25), True),
    ],
)
def test_un_depot_dans_les_24_heures_leve_la_marque(alex, monkeypatch, qui, apres, marque):
    revue = urgence()
    avancer(monkeypatch, apres)
    deposer(s.acteur_ps(qui), alex, titre="Passage aux urgences")
    avancer(monkeypatch, timedelta(hours=24))
    marquer_les_acces()
    assert (Marque.SANS_DEPOT in marques_de(revue)) is marque


@pytest.mark.regle("R-TRA-10")
def test_un_document_d_avant_ou_du_patient_ne_leve_pas_la_marque(alex, monkeypatch):
    compte = s.creer_compte("alex", alex)
    deposer(s.acteur_ps("medecin"), alex)
    avancer(monkeypatch, timedelta(minutes=1))
    revue = urgence()
    deposer(s.acteur_titulaire(compte), alex, type_code="DOCPAT02", titre="Ma photo")
    avancer(monkeypatch, timedelta(hours=24))
    marquer_les_acces_dus()
    assert marques_de(revue) == {Marque.SANS_DEPOT}


@pytest.mark.regle("R-TRA-10")
def test_le_meme_nom_et_les_collegues_se_comparent_sans_s_ecrire(alex, monkeypatch):
    exercice = s.creer_exercice("medecin")
    Professionnel.objects.filter(pk=exercice.professionnel_id).update(nom="Démo-Un")
    collegue = Professionnel.objects.create(rpps="99700900055", nom="DEMO-UN", prenom="Alex")
    Exercice.objects.create(
        professionnel=collegue,
        structure=exercice.structure,
        profession="60",
        cle_annuaire="collegue",
    )
    revue = urgence()
    avancer(monkeypatch, timedelta(hours=24))
    with CaptureQueriesContext(connection) as requetes:
        marquer_les_acces_dus()
    assert marques_de(revue) == {Marque.MEME_NOM, Marque.COLLEGUE, Marque.SANS_DEPOT}
    assert not any("DEMO" in r["sql"] for r in requetes.captured_queries)
    assert "DEMO" not in serialize("json", RevueAcces.objects.all())


@pytest.mark.regle("R-TRA-10")
def test_un_collegue_parti_n_en_est_plus_un(alex, monkeypatch):
    exercice = s.creer_exercice("medecin")
    collegue = Professionnel.objects.create(rpps="99700900055", nom="DEMO-UN", prenom="ALEX")
    Exercice.objects.create(
        professionnel=collegue,
        structure=exercice.structure,
        profession="60",
        cle_annuaire="collegue",
        fin_le=timezone.now(),
    )
    revue = urgence()
    avancer(monkeypatch, timedelta(hours=24))
    marquer_les_acces_dus()
    assert Marque.COLLEGUE not in marques_de(revue)


@pytest.mark.regle("R-TRA-10")
def test_les_acces_repetes_et_nombreux_se_voient_au_dela_des_seuils(alex, monkeypatch, settings):
    settings.MES_REVUE_NOMBREUX = 3
    s.creer_espace("camille")
    premiere = urgence("camille")
    avancer(monkeypatch, timedelta(hours=1))
    seconde = urgence()
    avancer(monkeypatch, timedelta(hours=1))
    troisieme = urgence()
    avancer(monkeypatch, timedelta(hours=24))
    marquer_les_acces_dus()
    assert marques_de(premiere) == {Marque.SANS_DEPOT}
    assert Marque.PATIENT_REPETE in marques_de(troisieme)
    assert Marque.ACCES_NOMBREUX in marques_de(troisieme)
    assert {premiere.reference, seconde.reference, troisieme.reference} == {
        revue.reference for revue in RevueAcces.objects.all()
    }


@pytest.mark.regle("R-TRA-10")
def test_de_nuit_l_heure_est_marquee_a_l_heure_de_paris(alex, monkeypatch):
    nuit = timezone.localtime().replace(hour=23, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: nuit)
    revue = urgence()
    avancer(monkeypatch, timedelta(hours=24))
    marquer_les_acces_dus()
    assert Marque.HEURE_INHABITUELLE in marques_de(revue)


def test_ce_qu_aucune_limite_ne_compte_plus_est_oublie(alex, monkeypatch):
    urgence()
    assert oublier_tentatives() == 0
    avancer(monkeypatch, timedelta(days=2, seconds=1))
    assert oublier_tentatives() == 1
    assert not TentativeUrgence.objects.exists()


# --- The referent --------------------------------------------------------------------------------


@pytest.mark.regle("R-TRA-10", "R-URG-05")
def test_le_referent_voit_qui_quand_ou_comment_et_rien_du_patient(alex, monkeypatch):
    nommer()
    s.deposer(s.acteur_ps("medecin"), alex, titre="Suivi confidentiel")
    avancer(monkeypatch, timedelta(minutes=1))
    revue = urgence()
    avancer(monkeypatch, timedelta(hours=24))
    marquer_les_acces_dus()
    reponse = navigateur(REFERENT).get(QUEUE)

    texte = " ".join(reponse.content.decode().split())
    assert "Dominique DEMO-MEDECIN" in texte
    assert "Bris de glace" in texte
    assert revue.reference in texte
    assert "Justification donnée" in texte
    assert "Aucun document déposé ensuite" in texte
    caches = ("DEMO-UN", "Alex", "1985", "voie publique", "Suivi confidentiel", str(alex.pk))
    for cache in (*caches, JUSTIFICATION):
        assert cache not in texte


@pytest.mark.regle("R-TRA-10")
def test_la_reference_ne_dit_ni_le_patient_ni_l_instant(alex, monkeypatch):
    autre = urgence(qui="autre_medecin")
    revue = urgence()
    assert revue.espace_id == autre.espace_id
    assert revue.reference != autre.reference
    assert revue.reference.startswith("URG-")


@pytest.mark.regle("R-TRA-10")
@pytest.mark.parametrize("cas", ["personne", "ancien", "autre_structure"])
def test_qui_n_est_pas_le_referent_de_cette_structure_n_entre_pas(alex, cas):
    urgence()
    if cas == "ancien":
        mandat = nommer()
        mandat.fin_le = timezone.now()
        mandat.save()
    if cas == "autre_structure":
        ReferentStructure.objects.create(
            structure=s.creer_structure("990009045", "Hôpital DÉMO"),
            professionnel=s.creer_exercice(REFERENT).professionnel,
        )
    client = navigateur(REFERENT)
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {}).status_code == 403
    assert motifs_de_securite()[-2:] == ["REFERENT_REQUIS", "REFERENT_REQUIS"]


@pytest.mark.regle("R-TRA-10")
def test_il_ne_voit_que_les_acces_de_sa_structure(alex):
    nommer()
    ailleurs = urgence()
    RevueAcces.objects.filter(pk=ailleurs.pk).update(
        structure=s.creer_structure("990009045", "Hôpital DÉMO")
    )
    client = navigateur(REFERENT)
    assert client.get(QUEUE).context["page"].total == 0
    reponse = client.post(QUEUE, {"acces": ailleurs.pk, "suite": "conforme"}, follow=True)
    assert "n’est pas dans la liste" in reponse.content.decode()
    ailleurs.refresh_from_db()
    assert ailleurs.etat == EtatRevue.A_REVOIR


@pytest.mark.regle("R-SUP-10", "R-TRA-10")
def test_il_conclut_avec_une_note_et_le_patient_le_voit_dans_son_historique(alex):
    nommer()
    revue = urgence()
    client = navigateur(REFERENT)
    champs = {"acces": revue.pk, "suite": "a_instruire", "note": "Vu avec le service."}
    reponse = client.post(QUEUE, champs, follow=True)
    texte = " ".join(reponse.content.decode().split())
    assert "Votre conclusion est enregistrée." in texte
    assert "À instruire" in texte
    assert "Vu avec le service." in texte

    revue.refresh_from_db()
    referent = s.creer_exercice(REFERENT).professionnel_id
    assert (revue.etat, revue.revue_par_genre, revue.revue_par_id) == (
        EtatRevue.A_INSTRUIRE,
        "professionnel",
        referent,
    )
    assert b"service" not in bytes(revue.scelle)
    clair = trousseau().desceller_json(bytes(revue.scelle), lieu=RevueAcces.lieu(revue.pk))
    assert clair == {"note": "Vu avec le service."}
    assert faits_du_journal(alex.pk)[-1] is Fait.ACCES_URGENCE_REVU


@pytest.mark.regle("R-TRA-10")
def test_personne_ne_conclut_sur_son_propre_acces(alex):
    nommer("medecin")
    revue = urgence()
    client = navigateur("medecin")
    texte = client.get(QUEUE).content.decode()
    assert "quelqu'un d'autre conclut" in texte
    assert str(revue.pk) not in texte
    reponse = client.post(QUEUE, {"acces": revue.pk, "suite": "conforme"}, follow=True)
    assert "votre propre accès" in reponse.content.decode()
    revue.refresh_from_db()
    assert revue.etat == EtatRevue.A_REVOIR


@pytest.mark.parametrize(
    "champs",
    [{}, {"suite": "conforme"}, {"acces": "x", "suite": "conforme"}, {"suite": "a_revoir"}],
)
def test_une_conclusion_incomplete_est_expliquee(alex, champs):
    nommer()
    revue = urgence()
    champs.setdefault("acces", str(revue.pk))
    if champs.get("suite") == "conforme" and champs["acces"] != "x":
        champs["note"] = "n" * 1001
    reponse = navigateur(REFERENT).post(QUEUE, champs, follow=True)
    assert "conforme ou à instruire" in reponse.content.decode()
    revue.refresh_from_db()
    assert revue.etat == EtatRevue.A_REVOIR


def test_l_action_refuse_de_remettre_a_revoir(alex):
    revue = urgence()
    agent = ActeurTrace(GenreActeur.AGENT, None, "Assistance")
    with pytest.raises(RevueImpossible):
        conclure_revue(revue_id=revue.pk, acteur=agent, suite=EtatRevue.A_REVOIR)


@pytest.mark.parametrize(
    ("requete", "combien"),
    [
        ("", 3),
        ("?etat=conforme", 1),
        ("?mode=samu", 1),
        ("?mode=bris_de_glace", 2),
        ("?marques=on", 1),
        ("?etat=inconnu", 3),
        ("?etat=a_instruire", 0),
    ],
)
def test_les_filtres_gardent_ce_qu_ils_disent(alex, requete, combien):
    nommer()
    urgence(adresse=SAMU)
    marquee = urgence()
    conforme = urgence()
    RevueAcces.objects.filter(pk=marquee.pk).update(
        marques=[Marque.MEME_NOM], marquee_le=timezone.now()
    )
    RevueAcces.objects.filter(pk=conforme.pk).update(etat=EtatRevue.CONFORME)
    reponse = navigateur(REFERENT).get(QUEUE + requete)
    assert reponse.context["page"].total == combien
    if not combien:
        assert "Aucun accès ne répond à cette demande." in reponse.content.decode()


def test_la_liste_a_des_pages_et_un_etat_vide(alex):
    nommer()
    client = navigateur(REFERENT)
    assert "à relire." in client.get(QUEUE).content.decode()
    premiere = urgence()
    for _ in range(22):
        s.autoriser(s.acteur_ps("medecin"), alex, mode=Mode.SAMU)
    ouvertures = list(Ouverture.objects.exclude(revue=premiere))
    RevueAcces.objects.bulk_create(
        RevueAcces(
            ouverture=ouverture,
            espace=alex,
            professionnel_id=premiere.professionnel_id,
            structure_id=premiere.structure_id,
            mode=Mode.SAMU,
            ouverte_le=ouverture.ouverte_le,
            est_justifiee=False,
            a_marquer_le=ouverture.ouverte_le,
        )
        for ouverture in ouvertures
    )
    page = client.get(QUEUE).context["page"]
    assert (len(page.lignes), page.nombre_pages, page.total) == (20, 2, 23)
    assert len(client.get(QUEUE + "?page=2").context["page"].lignes) == 3
    assert client.get(QUEUE + "?page=99").context["page"].numero == 2
    assert client.get(QUEUE + "?page=x").context["page"].numero == 1


def test_l_onglet_du_referent_n_est_montre_qu_a_lui(alex):
    assert QUEUE not in navigateur(REFERENT).get(BRIS).content.decode()
    nommer()
    assert QUEUE in navigateur(REFERENT).get(BRIS).content.decode()


# --- The command ---------------------------------------------------------------------------------


def referent(*options: str) -> str:
    sortie = StringIO()
    call_command("referent", "--finess", "990009011", *options, stdout=sortie)
    return sortie.getvalue()


def test_la_commande_nomme_et_retire_un_referent():
    exercice = s.creer_exercice(REFERENT)
    rpps = exercice.professionnel.rpps
    assert "est référent de Cabinet de groupe DÉMO" in referent("--rpps", rpps)
    assert "était déjà" in referent("--rpps", rpps)
    assert ReferentStructure.objects.filter(fin_le=None).count() == 1
    assert "n'est plus" in referent("--rpps", rpps, "--retirer")
    assert "n'était pas" in referent("--rpps", rpps, "--retirer")
    assert navigateur(REFERENT).get(QUEUE).status_code == 403


def test_la_commande_dit_ce_qu_elle_ne_connait_pas():
    with pytest.raises(CommandError, match="FINESS"):
        referent("--rpps", "99700900014")
    s.creer_structure()
    with pytest.raises(CommandError, match="RPPS"):
        referent("--rpps", "99700900014")


def test_une_demande_d_urgence_est_un_fait_de_securite_connu():
    assert FaitSecurite.TENTATIVE_URGENCE == "tentative_urgence"
    assert Client().get(DOSSIER).status_code == 302
