"""Asking why a record was opened, reporting an access, answering (I-01, R-PS-26)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from habilitations import effets
from habilitations.acces import ActeurAcces
from habilitations.actions.demandes import EN_ATTENTE_MAX, DemandeImpossible, repondre
from habilitations.models import DemandeSurAcces, GenreDemande, Ouverture
from habilitations.portes import ESPACE_CHOISI, acteur_de_l_exercice
from journal.faits import Fait
from mes.socle.models import Travail
from notifications.models import CodeNotification, Notification
from professionnels.models import Exercice, Professionnel
from tests import situations as s
from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
from tests.accueil.lecture import Page, envoyer, lire, verifier_liens, verifier_structure
from tests.accueil.scenes import DECLARATION, Scene, chercher, dossier
from tests.comptes.outils import (
    connecter_professionnel,
    connecter_usager,
    dernier_envoi,
    faits_du_journal,
)
from tests.securite.scene import exercice_de_secretaire
from usagers.models import EspaceSante, Gestion, Qualite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

TEXTE = "Bonjour,\nPourquoi avez-vous ouvert mon dossier hier ?"
REPONSE = "Votre médecin m'avait demandé un avis."


@pytest.fixture
def scene() -> Scene:
    """The physician opened the record once."""
    scene = dossier("pdf")
    scene.professionnel()
    return scene


def adresse(scene: Scene, page: str) -> str:
    return f"/acces/professionnels/{scene.medecin.id}/{page}/"


def demander(scene: Scene, page: str = "demander", **champs: str) -> Page:
    return envoyer(scene.patient(), adresse(scene, page), texte=TEXTE, **champs)


def entrer(acteur: ActeurAcces | Exercice) -> Client:
    exercice = acteur if isinstance(acteur, Exercice) else None
    client = Client()
    connecter_professionnel(
        client,
        exercice
        or Exercice.objects.select_related("professionnel", "structure").get(
            pk=getattr(acteur, "exercice_id", None)
        ),
    )
    return client


def ligne_choisie(scene: Scene) -> str:
    """The access that the form offers first."""
    page = lire(scene.patient(), adresse(scene, "demander"))
    (choisie,) = page.racine.xpath('//select[@name="ligne"]/option[@selected]/@value')
    return str(choisie)


def test_une_explication_va_de_la_demande_a_la_reponse(scene: Scene) -> None:
    ouverte = Ouverture.objects.get().ouverte_le
    page = demander(scene, ligne=ligne_choisie(scene))
    assert "Votre demande est envoyée." in page.texte
    assert "En attente de réponse" in page.texte
    demande = DemandeSurAcces.objects.get()
    assert demande.genre == GenreDemande.EXPLICATION
    assert demande.structure_id == scene.medecin.structure_id
    assert demande.acces_le is not None
    assert abs(demande.acces_le - ouverte) < timedelta(seconds=5)
    assert demande.echeance_le - demande.cree_le == timedelta(days=30)

    # A colleague of the same structure reads it and answers.
    collegue = entrer(scene.confrere)
    liste = lire(collegue, "/ps/demandes/")
    verifier_structure(liste, "/ps/demandes/")
    (lien,) = [lien for lien in liste.liens().values() if lien.startswith("/ps/demandes/")]
    detail = lire(collegue, lien)
    verifier_structure(detail, lien)
    verifier_liens(detail, lien)
    assert "Pourquoi avez-vous ouvert mon dossier hier ?" in detail.texte
    assert "Alex DEMO-UN" in detail.texte
    refuse = Page(collegue.post(lien, {"reponse": "  "}))
    assert (refuse.statut, "Écrivez votre réponse." in refuse.texte) == (422, True)
    repondue = envoyer(collegue, lien, reponse=REPONSE)
    assert "Votre réponse est envoyée." in repondue.texte
    assert "Répondue" in repondue.texte
    assert REPONSE in lire(collegue, lien).texte
    assert lire(collegue, lien).racine.xpath("//main//textarea") == []

    # The patient is told, once, and reads it.
    (travail,) = Travail.objects.filter(nature="habilitations.annoncer_reponse")
    for _ in range(2):
        effets.annoncer_reponse(travail)
    assert Notification.objects.get().code == CodeNotification.REPONSE_EXPLICATION
    assert "avis" not in dernier_envoi()["texte"]
    client = scene.patient()
    assert "/acces/demandes/" in lire(client, "/notifications/").liens().values()
    lue = lire(client, "/acces/demandes/")
    assert "Réponse reçue" in lue.texte
    assert REPONSE in lue.texte
    assert "Répondu par Dominique DEMO-AUTRE_MEDECIN" in lue.texte
    faits = faits_du_journal(scene.espace.pk)
    assert faits.index(Fait.EXPLICATION_DEMANDEE) < faits.index(Fait.EXPLICATION_DONNEE)


def test_une_reponse_ne_se_donne_qu_une_fois(scene: Scene) -> None:
    demander(scene)
    demande = DemandeSurAcces.objects.get()
    repondre(acteur=scene.medecin, demande_id=demande.pk, reponse=REPONSE)
    with pytest.raises(DemandeImpossible, match="déjà reçu"):
        repondre(acteur=scene.confrere, demande_id=demande.pk, reponse="Autre chose")
    page = Page(
        entrer(scene.confrere).post(f"/ps/demandes/{demande.pk}/", {"reponse": "Autre chose"})
    )
    assert page.statut == 422
    assert REPONSE in lire(scene.patient(), "/acces/demandes/").texte


def test_sans_acces_vise_la_structure_est_celle_ou_il_exerce(scene: Scene) -> None:
    demander(scene, ligne="")
    demande = DemandeSurAcces.objects.get()
    assert (demande.acces_le, demande.structure_id) == (None, scene.medecin.structure_id)


def test_qui_n_exerce_nulle_part_repond_lui_meme(scene: Scene) -> None:
    Exercice.objects.filter(pk=scene.medecin.exercice_id).update(structure=None)
    demander(scene, ligne="")
    assert DemandeSurAcces.objects.get().structure_id is None
    seul = Exercice.objects.select_related("professionnel").get(pk=scene.medecin.exercice_id)
    lui = acteur_de_l_exercice(seul, compte_id=None, regulateur=False)
    with pytest.raises(DemandeImpossible, match="pas adressée"):
        repondre(
            acteur=scene.confrere, demande_id=DemandeSurAcces.objects.get().pk, reponse=REPONSE
        )
    repondre(acteur=lui, demande_id=DemandeSurAcces.objects.get().pk, reponse=REPONSE)


def test_une_autre_structure_ni_une_secretaire_ne_lisent_la_demande(scene: Scene) -> None:
    demander(scene)
    lien = f"/ps/demandes/{DemandeSurAcces.objects.get().pk}/"
    ailleurs = s.creer_exercice("kine", s.creer_structure("990009037", "Hôpital DÉMO"))
    client = entrer(ailleurs)
    assert "Aucun patient n'a posé de question" in lire(client, "/ps/demandes/").texte
    assert client.get(lien).status_code == 404
    assert client.post(lien, {"reponse": REPONSE}).status_code == 404
    secretaire = entrer(exercice_de_secretaire())
    for methode in (secretaire.get, secretaire.post):
        assert methode(lien, {"reponse": REPONSE}).status_code == 403
    assert secretaire.get("/ps/demandes/").status_code == 403
    assert DemandeSurAcces.objects.get().repondue_le is None


def test_un_signalement_n_est_pas_montre_a_la_structure(scene: Scene) -> None:
    demander(scene, "signaler")
    assert "Aucun patient" in lire(entrer(scene.confrere), "/ps/demandes/").texte
    lien = f"/ps/demandes/{DemandeSurAcces.objects.get().pk}/"
    assert entrer(scene.medecin).get(lien).status_code == 404


def test_une_reponse_en_retard_se_dit_des_deux_cotes(scene: Scene) -> None:
    demander(scene)
    assert "En retard" not in lire(entrer(scene.medecin), "/ps/demandes/").texte
    DemandeSurAcces.objects.update(echeance_le=timezone.now() - timedelta(days=1))
    assert "En retard" in lire(entrer(scene.medecin), "/ps/demandes/").texte
    page = lire(scene.patient(), "/acces/demandes/")
    assert "Réponse en retard" in page.texte
    assert adresse(scene, "signaler") in page.liens().values()


def test_les_demandes_les_plus_urgentes_viennent_d_abord_et_les_repondues_ensuite(
    scene: Scene,
) -> None:
    for jours in (20, 5, 10):
        demander(scene)
        derniere = DemandeSurAcces.objects.latest("cree_le")
        derniere.echeance_le = timezone.now() + timedelta(days=jours)
        derniere.save()
    premiere = DemandeSurAcces.objects.order_by("echeance_le").first()
    assert premiere is not None
    repondre(acteur=scene.medecin, demande_id=premiere.pk, reponse=REPONSE)
    liens = lire(entrer(scene.medecin), "/ps/demandes/").racine.xpath("//main//h2/a/@href")
    attendues = [
        *DemandeSurAcces.objects.filter(repondue_le=None).order_by("echeance_le"),
        premiere,
    ]
    assert liens == [f"/ps/demandes/{demande.pk}/" for demande in attendues]


@pytest.mark.regle("R-PS-26")
def test_le_nombre_de_signalements_par_jour_est_limite_et_se_dit(scene: Scene, settings) -> None:
    settings.MES_SIGNALEMENTS_PAR_JOUR = 2
    assert (
        "Il vous reste 2 signalements aujourd'hui"
        in lire(scene.patient(), adresse(scene, "signaler")).texte
    )
    for _ in range(2):
        assert "Votre signalement est enregistré." in demander(scene, "signaler").texte
    refuse = Page(scene.patient().post(adresse(scene, "signaler"), {"texte": TEXTE}))
    assert refuse.statut == 422
    assert "la limite de 2 signalements par jour" in refuse.texte
    # What she wrote is not lost.
    assert TEXTE.splitlines()[1] in refuse.champ("texte").text
    assert DemandeSurAcces.objects.filter(genre=GenreDemande.SIGNALEMENT).count() == 2
    # An explanation is another thing, and tomorrow is another day.
    assert "Votre demande est envoyée." in demander(scene).texte
    DemandeSurAcces.objects.update(cree_le=timezone.now() - timedelta(days=1, minutes=1))
    assert "Votre signalement est enregistré." in demander(scene, "signaler").texte
    faits = faits_du_journal(scene.espace.pk)
    assert (faits.count(Fait.ACCES_SIGNALE), faits.count(Fait.EXPLICATION_DEMANDEE)) == (3, 1)


def test_trop_de_demandes_en_attente_se_dit(scene: Scene) -> None:
    demander(scene)
    modele = DemandeSurAcces.objects.get()
    DemandeSurAcces.objects.bulk_create(
        DemandeSurAcces(
            espace=scene.espace,
            genre=modele.genre,
            professionnel_id=modele.professionnel_id,
            compte_id=modele.compte_id,
            echeance_le=modele.echeance_le,
            scelle=b"x",
        )
        for _ in range(EN_ATTENTE_MAX - 1)
    )
    refuse = Page(scene.patient().post(adresse(scene, "demander"), {"texte": TEXTE}))
    assert (refuse.statut, "attendez une réponse" in refuse.texte) == (422, True)


@pytest.mark.parametrize("texte", ["", " \n ", "é" * 1001])
@pytest.mark.parametrize("page", ["demander", "signaler"])
def test_un_message_vide_ou_trop_long_se_dit(scene: Scene, page: str, texte: str) -> None:
    reponse = Page(scene.patient().post(adresse(scene, page), {"texte": texte}))
    assert reponse.statut == 422
    assert "message" in reponse.texte
    assert not DemandeSurAcces.objects.exists()


def test_les_textes_sont_scelles_et_echappes(scene: Scene) -> None:
    envoyer(scene.patient(), adresse(scene, "demander"), texte="<script>alert(1)</script>")
    scelle = bytes(DemandeSurAcces.objects.get().scelle)
    assert b"script" not in scelle
    for page in (
        lire(scene.patient(), "/acces/demandes/"),
        lire(entrer(scene.medecin), f"/ps/demandes/{DemandeSurAcces.objects.get().pk}/"),
    ):
        assert "<script>alert" not in page.html
        assert "<script>alert(1)</script>" in page.texte


def test_l_acces_d_un_autre_ou_secret_ne_se_choisit_pas(scene: Scene) -> None:
    chercher(entrer(scene.confrere))
    autre = entrer(scene.confrere)
    chercher(autre)
    autre.post("/ps/patients/declaration/", DECLARATION)
    du_medecin = ligne_choisie(scene)
    reponse = scene.patient().post(
        f"/acces/professionnels/{scene.confrere.id}/demander/",
        {"texte": TEXTE, "ligne": du_medecin},
    )
    assert reponse.status_code == 422
    assert "Choisissez un accès de la liste." in Page(reponse).texte


@pytest.mark.regle("R-PRO-09")
def test_un_acces_secret_n_est_pas_propose() -> None:
    espace = s.creer_espace("ines")
    client = Client()
    connecter_usager(client, s.creer_compte("ines", espace))
    acteur = s.acteur_ps("medecin")
    from habilitations.actions.dossiers import Declaration, ouvrir_dossier
    from habilitations.politique import Base

    for secrete in (True, False):
        ouvrir_dossier(
            acteur=acteur,
            espace_id=espace.pk,
            declaration=Declaration(base=Base.CONSENTEMENT, information="papier", secrete=secrete),
        )
    page = lire(client, f"/acces/professionnels/{acteur.id}/demander/")
    assert len(page.racine.xpath('//select[@name="ligne"]/option[@value!=""]')) == 1


def test_un_parent_ne_lit_pas_ce_que_l_enfant_a_demande() -> None:
    espace: EspaceSante = s.creer_espace("ines")
    enfant, parent = Client(), Client()
    connecter_usager(enfant, s.creer_compte("ines", espace))
    compte = s.creer_compte("camille")
    Gestion.objects.create(espace=espace, compte_id=compte.pk, qualite=Qualite.REPRESENTANT)
    session = connecter_usager(parent, compte)
    session[ESPACE_CHOISI] = str(espace.pk)
    session.save()
    medecin = s.acteur_ps("medecin")
    qui = f"/acces/professionnels/{medecin.id}/demander/"
    envoyer(enfant, qui, texte="La question d'Inès")
    envoyer(parent, qui, texte="La question de Camille")
    lue = lire(parent, "/acces/demandes/").texte
    assert ("La question d'Inès" in lue, "La question de Camille" in lue) == (False, True)
    lue = lire(enfant, "/acces/demandes/").texte
    assert ("La question d'Inès" in lue, "La question de Camille" in lue) == (True, True)
    # The answer to the child is not announced to the parent.
    repondre(
        acteur=medecin,
        demande_id=DemandeSurAcces.objects.order_by("cree_le")[0].pk,
        reponse=REPONSE,
    )
    effets.annoncer_reponse(Travail.objects.get(nature="habilitations.annoncer_reponse"))
    assert Notification.objects.get().compte_id != compte.pk


def test_qui_n_est_plus_dans_l_annuaire_recoit_encore_la_question(scene: Scene) -> None:
    Exercice.objects.filter(professionnel=scene.medecin.id).update(fin_le=timezone.now())
    demander(scene, ligne=ligne_choisie(scene))
    assert DemandeSurAcces.objects.get().structure_id == scene.medecin.structure_id
    assert (
        str(Professionnel.objects.get(pk=scene.medecin.id))
        in lire(entrer(scene.confrere), "/ps/demandes/").texte
    )
