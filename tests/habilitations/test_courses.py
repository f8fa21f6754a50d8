"""Two people at once, on two real connections held inside their open transactions.

What began before the patient's word may finish; whatever comes after obeys, and nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from dossier import actions, fichiers
from habilitations.actions import accords, choix, dossiers
from habilitations.models import (
    Administrateur,
    Autorisation,
    Blocage,
    CodeOuverture,
    ConsentementInitial,
    Ouverture,
    RetraitAcces,
)
from habilitations.politique import Action, Base, Masque
from journal.faits import Fait
from journal.models import Ligne
from journal.verification import tetes, verifier_chaine
from mes.socle import mur
from tests import situations as s
from tests.comptes.outils import connecter_professionnel

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
ATTENTE = 20  # seconds before a test that is stuck gives up; nothing is measured


@pytest.fixture
def scene() -> Any:
    """Alex's record, read by a physician with her agreement; she is there to change her mind."""
    s.poser_matrice({("10", "11488-4"): True})
    espace = s.creer_espace("alex")
    compte = s.creer_compte("alex", espace)
    medecin = s.acteur_ps("medecin")
    s.autoriser(medecin, espace, base=Base.CONSENTEMENT)
    document = s.deposer(s.acteur_ps("autre_medecin"), espace)
    return espace, s.acteur_titulaire(compte), medecin, document


def _client(qui: str) -> Client:
    client = Client()
    connecter_professionnel(client, s.creer_exercice(qui))
    return client


@contextmanager
def retenu(monkeypatch: pytest.MonkeyPatch, objet: Any, nom: str) -> Iterator[tuple[Event, Event]]:
    """Whoever calls `objet.nom` stops right before it, inside its transaction: (arrived, go on)."""
    arrive, continuer = Event(), Event()
    vrai = getattr(objet, nom)

    def attendre(*parametres: Any, **options: Any) -> Any:
        arrive.set()
        assert continuer.wait(timeout=ATTENTE)
        return vrai(*parametres, **options)

    monkeypatch.setattr(objet, nom, attendre)
    try:
        yield arrive, continuer
    finally:
        continuer.set()
        monkeypatch.setattr(objet, nom, vrai)


def a_cote(fils: ThreadPoolExecutor, faire: Callable[[], T]) -> Future[T]:
    def partir() -> T:
        try:
            return faire()
        finally:
            connection.close()

    return fils.submit(partir)


def ensemble(*gestes: Callable[[Callable[[], None]], T]) -> list[T]:
    """Each gesture, on its own connection, meets the others at the barrier it is given."""
    rendez_vous = Barrier(len(gestes))

    def attendre() -> None:
        rendez_vous.wait(timeout=ATTENTE)

    with ThreadPoolExecutor(len(gestes)) as fils:
        futurs = [a_cote(fils, lambda geste=geste: geste(attendre)) for geste in gestes]
        return [futur.result(timeout=ATTENTE) for futur in futurs]


def _faits(espace: Any) -> list[str]:
    """What the espace's journal says happened, in order."""
    ici = [espace.pk]
    with transaction.atomic(), mur.ouvrir(journal_lu=ici, journal_reserve=ici):
        lignes = Ligne.objects.filter(espace_id=espace.pk).order_by("inscrite_le", "numero")
        return list(lignes.values_list("fait", flat=True))


def _chaines_entieres(espace: Any) -> bool:
    siennes = [tete for tete in tetes("default") if tete.espace_id == espace.pk]
    return bool(siennes) and all(verifier_chaine(tete) is None for tete in siennes)


@pytest.mark.regle("R-PS-10")
def test_un_blocage_pendant_une_lecture_vaut_des_la_requete_suivante(scene, monkeypatch):
    espace, alex, medecin, document = scene
    client = _client("medecin")
    adresse = f"/ps/dossier/documents/{document.id}/contenu/"
    with (
        ThreadPoolExecutor(1) as fils,
        retenu(monkeypatch, fichiers, "lire") as (arrive, continuer),
    ):
        lecture = a_cote(fils, lambda: client.get(adresse))
        assert arrive.wait(timeout=ATTENTE)
        # The reader is past the decision, inside its transaction; the patient doesn't wait for it.
        with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
            choix.bloquer_professionnel(acces=acces, professionnel_id=medecin.id)
        continuer.set()
        assert lecture.result(timeout=ATTENTE).status_code == 200
    assert client.get(adresse).status_code == 404
    assert client.get("/ps/dossier/documents/").status_code == 403
    faits = _faits(espace)
    assert faits.count(Fait.DOCUMENT_CONSULTE) == 1
    assert faits.count(Fait.BLOCAGE) == 1
    assert _chaines_entieres(espace)


@pytest.mark.regle("R-MAS-02")
def test_un_masque_pose_pendant_un_telechargement_vaut_des_la_requete_suivante(scene, monkeypatch):
    espace, alex, _medecin, document = scene
    client = _client("medecin")
    adresse = f"/ps/dossier/documents/{document.id}/telecharger/"
    with (
        ThreadPoolExecutor(1) as fils,
        retenu(monkeypatch, fichiers, "lire") as (arrive, continuer),
    ):
        telechargement = a_cote(fils, lambda: client.get(adresse))
        assert arrive.wait(timeout=ATTENTE)
        with s.espace_ouvert(alex, espace.pk, Action.MASQUER, objet_id=document.id) as acces:
            actions.masquer_document(acces=acces, document_id=document.id)
        continuer.set()
        reponse = telechargement.result(timeout=ATTENTE)
        assert reponse.status_code == 200
    assert client.get(adresse).status_code == 404
    faits = _faits(espace)
    assert faits.count(Fait.DOCUMENT_TELECHARGE) == 1
    assert faits.count(Fait.DOCUMENT_MASQUE) == 1
    assert s.document_en_base(document).masques == [Masque.MASQUE_PS]


@pytest.mark.regle("R-PS-16")
def test_un_retrait_entre_deux_requetes_ferme_la_suivante(scene):
    espace, alex, medecin, document = scene
    client = _client("medecin")
    adresse = f"/ps/dossier/documents/{document.id}/"
    assert client.get(adresse).status_code == 200
    with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=medecin.id)
    assert client.get(adresse).status_code == 404
    assert client.get("/ps/dossier/").status_code == 403


@pytest.mark.regle("R-PS-16", "R-PS-02")
def test_un_retrait_pendant_que_le_dossier_s_ouvre_l_emporte(scene, monkeypatch):
    espace, alex, medecin, _document = scene
    declaration = dossiers.Declaration(base=Base.CONSENTEMENT, information="papier")
    with (
        ThreadPoolExecutor(1) as fils,
        retenu(monkeypatch, dossiers, "fermer_dossier") as (arrive, continuer),
    ):
        ouverture = a_cote(
            fils,
            lambda: dossiers.ouvrir_dossier(
                acteur=medecin, espace_id=espace.pk, declaration=declaration
            ),
        )
        # He has been let in by what was true, and his transaction is not over.
        assert arrive.wait(timeout=ATTENTE)
        with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
            accords.retirer_acces_professionnel(acces=acces, professionnel_id=medecin.id)
        continuer.set()
        ouverture.result(timeout=ATTENTE)
    assert Ouverture.objects.filter(espace=espace, fermee_le=None).exists()
    assert _client("medecin").get("/ps/dossier/").status_code == 403


@pytest.mark.regle("R-ADM-02")
def test_deux_administrateurs_qui_bloquent_ensemble_font_un_seul_blocage(scene):
    espace, _alex, medecin, _document = scene
    vise = s.acteur_ps("kine")
    administrateurs = [medecin, s.acteur_ps("autre_medecin")]
    for administrateur in administrateurs:
        s.autoriser(administrateur, espace)
        Administrateur.objects.create(espace=espace, professionnel_id=administrateur.id)

    def bloquer(acteur: Any) -> Callable[[Callable[[], None]], None]:
        def geste(attendre: Callable[[], None]) -> None:
            with s.espace_ouvert(acteur, espace.pk, Action.BLOQUER) as acces:
                attendre()
                choix.bloquer_professionnel(acces=acces, professionnel_id=vise.id)

        return geste

    ensemble(*map(bloquer, administrateurs))
    assert Blocage.objects.filter(espace=espace, professionnel_id=vise.id).count() == 1
    assert _faits(espace).count(Fait.BLOCAGE) == 1
    assert _chaines_entieres(espace)


@pytest.mark.regle("R-MAS-08")
def test_masquer_et_demasquer_ensemble_se_suivent_et_le_journal_dit_lequel_est_dernier(scene):
    espace, alex, medecin, document = scene
    Administrateur.objects.create(espace=espace, professionnel_id=medecin.id)

    def masquer(attendre: Callable[[], None]) -> None:
        with s.espace_ouvert(medecin, espace.pk, Action.MASQUER, objet_id=document.id) as acces:
            attendre()
            actions.masquer_document(acces=acces, document_id=document.id)

    def tout_montrer(attendre: Callable[[], None]) -> None:
        with s.espace_ouvert(alex, espace.pk, Action.DEMASQUER, objet_id=document.id) as acces:
            attendre()
            actions.demasquer_document(acces=acces, document_id=document.id)

    ensemble(masquer, tout_montrer)
    faits = [f for f in _faits(espace) if f in (Fait.DOCUMENT_MASQUE, Fait.DOCUMENT_DEMASQUE)]
    est_masque = Masque.MASQUE_PS in s.document_en_base(document).masques
    assert est_masque == (faits[-1] == Fait.DOCUMENT_MASQUE)


@pytest.mark.regle("R-PS-22")
def test_deux_declarations_ensemble_n_ouvrent_qu_un_dossier(scene):
    espace, _alex, medecin, _document = scene
    autre = s.creer_espace("camille")
    declaration = dossiers.Declaration(base=Base.CONSENTEMENT, information="papier")

    def ouvrir(espace_id: Any) -> Callable[[Callable[[], None]], None]:
        def geste(attendre: Callable[[], None]) -> None:
            attendre()
            dossiers.ouvrir_dossier(acteur=medecin, espace_id=espace_id, declaration=declaration)

        return geste

    ensemble(*map(ouvrir, [espace.pk, autre.pk, espace.pk, autre.pk]))
    assert Ouverture.objects.filter(exercice_id=medecin.exercice_id, fermee_le=None).count() == 1


@pytest.mark.regle("R-PS-04")
def test_un_code_d_ouverture_donne_a_deux_professionnels_ensemble_n_en_autorise_qu_un(scene):
    espace, alex, _medecin, _document = scene
    with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
        code, _ligne = accords.creer_code_ouverture(acces=acces)

    def utiliser(acteur: Any) -> Callable[[Callable[[], None]], bool]:
        def geste(attendre: Callable[[], None]) -> bool:
            attendre()
            try:
                accords.utiliser_code_ouverture(
                    acteur=acteur, code=code, date_naissance=date(1985, 4, 12)
                )
            except accords.AccordImpossible:
                return False
            return True

        return geste

    assert sorted(ensemble(*map(utiliser, [s.acteur_ps("kine"), s.acteur_ps("pharmacien")]))) == [
        False,
        True,
    ]
    assert Autorisation.objects.filter(espace=espace, retiree_le=None).count() == 1
    assert CodeOuverture.objects.get(utilise_le__isnull=False).utilise_par is not None


@pytest.mark.regle("R-PS-05", "R-PS-16")
def test_l_accord_recueilli_par_un_confrere_pendant_le_retrait_n_ouvre_rien(scene, monkeypatch):
    espace, alex, medecin, _document = scene
    kine = s.acteur_ps("kine")
    s.autoriser(medecin, espace, base=Base.EQUIPE)

    def recueillir() -> None:
        with s.espace_ouvert(medecin, espace.pk, Action.LISTER) as acces:
            accords.recueillir_pour_un_confrere(
                acces=acces, professionnel_id=kine.id, information="papier"
            )

    with (
        ThreadPoolExecutor(1) as fils,
        retenu(monkeypatch, accords, "_poser_autorisation") as (arrive, continuer),
    ):
        ConsentementInitial.objects.create(
            espace=espace,
            structure_id=medecin.structure_id,
            information="papier",
            fin_le=timezone.now() + timedelta(days=1),
        )
        recueil = a_cote(fils, recueillir)
        assert arrive.wait(timeout=ATTENTE)
        with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
            accords.retirer_acces_professionnel(acces=acces, professionnel_id=kine.id)
        continuer.set()
        recueil.result(timeout=ATTENTE)
    assert RetraitAcces.objects.filter(professionnel_id=kine.id, leve_le=None).exists()
    s.autoriser(kine, espace, base=Base.CONSENTEMENT)
    assert _client("kine").get("/ps/dossier/").status_code == 403
