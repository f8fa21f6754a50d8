"""All or nothing: what fails leaves nothing, what is refused leaves its security line alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import pytest
from django.conf import settings as reglages
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from dossier import fichiers, orphelins
from dossier.actions import demasquer_document, masquer_document
from dossier.models import Document
from dossier.planif import nettoyer_orphelins
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.politique import Action, Masque
from journal.faits import Fait
from journal.models import Ligne, LigneSecurite
from mes.socle import mur
from mes.socle.chiffrement import Cle
from mes.socle.models import Travail
from tests import situations as s
from tests.comptes.outils import connecter_usager
from tests.comptes.test_simultane import ensemble
from tests.securite import hostiles
from usagers.models import EspaceSante

pytestmark = pytest.mark.django_db(transaction=True)

RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture
def documents(settings, tmp_path) -> Path:
    dossier = tmp_path / "documents"
    depot = {**settings.STORAGES["documents"], "OPTIONS": {"location": str(dossier)}}
    settings.STORAGES = {**settings.STORAGES, "documents": depot}
    return dossier


@pytest.fixture
def espace(documents) -> EspaceSante:
    return s.creer_espace("alex")


@pytest.fixture
def alex(espace, settings) -> Client:
    settings.ROOT_URLCONF = "tests.securite.urls_essai"
    client = Client(raise_request_exception=False)
    connecter_usager(client, s.creer_compte("alex", espace))
    return client


def _ecrit(espace: EspaceSante) -> tuple[int, int, int]:
    """Documents, lines of the journal, jobs."""
    with transaction.atomic(), mur.ouvrir(lus=[espace.pk], journal_lu=[espace.pk]):
        return (
            Document.objects.count(),
            Ligne.objects.filter(espace_id=espace.pk).count(),
            Travail.objects.count(),
        )


def _fichiers(documents: Path) -> set[str]:
    return {f.name for f in documents.rglob("*") if f.is_file()}


class TestLaTransactionDuPortail:
    def test_une_vue_qui_reussit_ecrit_tout(self, alex, espace):
        """What makes the next ones speak: the same view, without its fault, writes."""
        avant = _ecrit(espace)
        assert alex.get("/essai/ecrire/").status_code == 200
        assert _ecrit(espace) == tuple(n + 1 for n in avant)

    @pytest.mark.parametrize("vue", ["tomber", "tomber-au-rendu", "rendre-une-panne"])
    def test_une_vue_qui_tombe_ne_laisse_rien(self, alex, espace, vue):
        avant, securite = _ecrit(espace), LigneSecurite.objects.count()
        reponse = alex.get(f"/essai/{vue}/")
        assert reponse.status_code == 500
        assert b"PanneDEssai" not in reponse.content
        assert _ecrit(espace) == avant
        assert LigneSecurite.objects.count() == securite

    @pytest.mark.regle("R-TRA-10")
    def test_un_refus_ne_laisse_que_sa_ligne_de_securite(self, alex, espace):
        avant = _ecrit(espace)
        assert alex.get("/essai/refuser/").status_code == 404
        assert _ecrit(espace) == avant
        ligne = LigneSecurite.objects.get()
        assert (ligne.espace_id, ligne.objet_id, ligne.fait) == (espace.pk, UUID(int=7), "refus")

    def test_une_reponse_en_flux_est_refusee(self, alex):
        assert alex.get("/essai/couler/").status_code == 500

    def test_le_mur_ne_s_ouvre_pas_dans_une_vue_hors_transaction(self, alex):
        assert alex.get("/essai/ouvrir-sans-transaction/").status_code == 500

    def test_un_mur_laisse_ouvert_arrete_la_requete(self, alex, espace):
        for ouverture in mur.Ouverture:
            assert alex.get("/documents/").status_code == 200
            self._poser(ouverture, "{" + str(espace.pk) + "}")
            try:
                assert alex.get("/documents/").status_code == 500, ouverture
            finally:
                self._poser(ouverture, "")
        assert alex.get("/documents/").status_code == 200

    def _poser(self, ouverture: mur.Ouverture, valeur: str) -> None:
        """For the whole connection, as nobody in the product does."""
        with connection.cursor() as curseur:
            curseur.execute("SELECT set_config(%s, %s, false)", [str(ouverture), valeur])


class TestEnMemeTemps:
    @pytest.mark.regle("R-DOC-18")
    @pytest.mark.parametrize("nature", ["pdf", "cda"])
    def test_le_meme_document_depose_quatre_fois_a_la_fois_n_en_fait_qu_un(
        self, espace, documents, nature
    ):
        medecin = s.acteur_ps("medecin")
        if nature == "pdf":
            octets, nom = s.pdf("une seule fois"), "courrier.pdf"
        else:
            octets, nom = hostiles.cda_de(s.PERSONNES["alex"]["matricule"]), "cr.xml"
        deposes = ensemble(
            4,
            lambda: s.deposer(medecin, espace, octets=octets, nom_fichier=nom, analyse=False).id,
        )
        assert len(set(deposes)) == 1
        with transaction.atomic(), mur.ouvrir(lus=[espace.pk]):
            assert Document.objects.count() == 1
        assert len(_fichiers(documents)) == 1

    @pytest.mark.regle("R-MAS-02")
    def test_masquer_plusieurs_fois_a_la_fois_ne_compte_qu_une_fois(self, espace):
        depose, titulaire = self._scene(espace)
        ensemble(4, lambda: self._agir(masquer_document, titulaire, depose))
        document = s.document_en_base(depose)
        assert document.masques == [Masque.MASQUE_PS]
        assert self._faits(depose) == [Fait.DOCUMENT_MASQUE]
        assert document.version == 2

    @pytest.mark.regle("R-MAS-02")
    def test_masquer_et_demasquer_a_la_fois_laisse_ce_que_dit_la_derniere_ligne(self, espace):
        depose, titulaire = self._scene(espace)
        actes = iter([masquer_document, demasquer_document] * 4)
        ensemble(8, lambda: self._agir(next(actes), titulaire, depose))
        faits = self._faits(depose)
        document = s.document_en_base(depose)
        est_masque = Masque.MASQUE_PS in document.masques
        assert est_masque == (faits[-1:] == [Fait.DOCUMENT_MASQUE])
        assert document.version == 1 + len(faits)
        # Each line is a real change: never twice the same in a row, the first one hides.
        assert faits == [Fait.DOCUMENT_MASQUE, Fait.DOCUMENT_DEMASQUE] * (len(faits) // 2) + (
            [Fait.DOCUMENT_MASQUE] if est_masque else []
        )

    def _scene(self, espace: EspaceSante) -> tuple[s.Depose, Any]:
        titulaire = s.acteur_titulaire(s.creer_compte("alex", espace))
        return s.deposer(s.acteur_ps("medecin"), espace, analyse=False), titulaire

    def _agir(self, acte: Any, acteur: Any, depose: s.Depose) -> None:
        action = Action.MASQUER if acte is masquer_document else Action.DEMASQUER
        with s.espace_ouvert(acteur, depose.espace_id, action, objet_id=depose.id) as acces:
            acte(acces=acces, document_id=depose.id)

    def _faits(self, depose: s.Depose) -> list[Fait]:
        with transaction.atomic(), mur.ouvrir(journal_lu=[depose.espace_id]):
            lignes = Ligne.objects.filter(objet_id=depose.id).exclude(fait=Fait.DOCUMENT_DEPOSE)
            return [Fait(f) for f in lignes.order_by("numero").values_list("fait", flat=True)]


DEPOSER_ET_MOURIR = """
import os, signal, sys
import django; django.setup()
from django.db import transaction
from habilitations.politique import Action
from tests import situations as s
from usagers.models import EspaceSante
from dossier.actions import Depot, deposer_document
espace = EspaceSante.objects.get()
with s.espace_ouvert(s.acteur_ps("medecin"), espace.pk, Action.DEPOSER) as acces:
    depot = Depot(octets=s.pdf("perdu"), nom_fichier="a.pdf", type_code="11488-4", titre="Perdu")
    deposer_document(acces=acces, depot=depot)
    os.kill(os.getpid(), signal.SIGKILL)
"""


class TestLesFichiersOrphelins:
    DEMAIN = timedelta(days=1, minutes=5)

    def test_un_processus_tue_avant_la_validation_ne_laisse_qu_un_fichier_bientot_balaye(
        self, espace, documents
    ):
        garde = s.deposer(s.acteur_ps("medecin"), espace)
        connus = _fichiers(documents)
        avant = _ecrit(espace)
        base = urlsplit(os.environ["DATABASE_URL"])
        tue = subprocess.run(
            [sys.executable, "-c", DEPOSER_ET_MOURIR],
            cwd=RACINE,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "mes.settings.demo",
                "DATABASE_URL": urlunsplit(
                    base._replace(path="/" + connection.settings_dict["NAME"])
                ),
                "MES_DOCUMENTS": str(documents),
                "MES_OID_INS": ",".join(reglages.MES_OID_INS),
            },
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert tue.returncode == -signal.SIGKILL, tue.stderr.decode()
        assert _ecrit(espace) == avant
        assert len(_fichiers(documents) - connus) == 1

        assert orphelins.nettoyer(maintenant=timezone.now()) == 0  # too young: it may still commit
        assert orphelins.nettoyer(maintenant=timezone.now() + self.DEMAIN) == 1
        assert _fichiers(documents) == connus
        document = s.document_en_base(garde)
        with transaction.atomic(), ouvrir_pour_le_systeme(espace.pk) as (coffre, _):
            assert fichiers.lire(document.original_id, coffre)
            assert document.servi_id is not None
            assert fichiers.lire(document.servi_id, coffre)

    def test_ce_que_nomme_un_document_de_n_importe_quel_espace_reste(
        self, espace, documents, monkeypatch
    ):
        monkeypatch.setattr(orphelins, "LOT", 1)
        for ici in (espace, s.creer_espace("camille"), s.creer_espace("ines")):
            s.deposer(s.acteur_ps("medecin"), ici, analyse=False)
        connus = _fichiers(documents)
        perdu = fichiers.ecrire(b"rien", Cle.nouvelle())
        assert orphelins.nettoyer(maintenant=timezone.now() + self.DEMAIN) == 1
        assert _fichiers(documents) == connus
        assert perdu.hex not in connus

    def test_ce_qui_n_est_pas_a_nous_reste(self, espace, documents):
        etranger = documents / "ab" / "LISEZ-MOI"
        deplace = documents / "ab" / uuid4().hex
        etranger.parent.mkdir(parents=True)
        for fichier in (etranger, deplace):
            fichier.write_text("à quelqu'un d'autre")
        assert orphelins.nettoyer(maintenant=timezone.now() + self.DEMAIN) == 0
        assert etranger.exists()
        assert deplace.exists()

    def test_trop_d_orphelins_a_la_fois_n_en_efface_aucun(self, espace, documents, monkeypatch):
        """As if the rows could not be seen: a sweep must not empty the house."""
        monkeypatch.setattr(orphelins, "PLANCHER", 2)
        for _ in range(3):
            fichiers.ecrire(b"rien", Cle.nouvelle())
        with pytest.raises(orphelins.TropDOrphelins):
            orphelins.nettoyer(maintenant=timezone.now() + self.DEMAIN)
        assert len(_fichiers(documents)) == 3

    def test_le_balayage_quotidien_est_a_l_agenda(self, espace):
        prevues = {prevue["task"] for prevue in reglages.CELERY_BEAT_SCHEDULE.values()}
        assert nettoyer_orphelins.name in prevues
        nettoyer_orphelins()
