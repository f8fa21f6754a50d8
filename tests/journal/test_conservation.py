"""What is kept and for how long: partitions ahead, expired months, keys at the end of the archive."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.conf import settings as reglages
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from habilitations import planif as planif_habilitations
from habilitations import surveillance
from journal import actions, conservation, planif
from journal.faits import SYSTEME, Fait, FaitSecurite
from journal.inscription import Inscription, inscrire, inscrire_securite
from journal.lecture import dire
from journal.models import Ligne, LigneSecurite, TeteSecurite
from mes.socle import coffres, mur
from mes.socle.models import CleJournal
from tests import situations as s
from usagers.models import EspaceSante, Statut

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.regle("R-TRA-09")]


def _superutilisateur() -> psycopg.Connection:
    base = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL_SUPERUTILISATEUR"].rpartition("/")[0] + f"/{base}"
    return psycopg.connect(url, autocommit=True)


def _partitions() -> set[str]:
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'journal_lignesecurite'::regclass"
        )
        return {nom.removeprefix("journal_lignesecurite_") for (nom,) in curseur.fetchall()}


@pytest.fixture
def partitions():
    """Partitions made by the test, which flushing leaves: dropped afterwards."""
    avant = _partitions()
    yield
    with _superutilisateur() as lien:
        for nom in _partitions() - avant:
            lien.execute(f"DROP TABLE journal_lignesecurite_{nom}")


def _verifier() -> str:
    sortie = StringIO()
    call_command("verifier_journal", stdout=sortie)
    return sortie.getvalue()


def _refus_du(jour: date, monkeypatch: pytest.MonkeyPatch, nombre: int = 2) -> None:
    """Refusals written as they were on that day."""
    midi = datetime(jour.year, jour.month, jour.day, 12, tzinfo=UTC)
    with monkeypatch.context() as alors, transaction.atomic():
        alors.setattr(timezone, "now", lambda: midi)
        for _ in range(nombre):
            inscrire_securite(FaitSecurite.REFUS, motif="HORS_MATRICE")


class TestLesPartitionsDavance:
    def test_le_planificateur_prepare_trois_mois(self, partitions):
        aujourdhui = timezone.localdate()
        planif.preparer_partitions()
        attendues = {f"{conservation.plus_mois(aujourdhui, n):%Y%m}" for n in (1, 2, 3)}
        assert attendues <= _partitions()
        assert actions.preparer_partitions() == 0

    def test_un_refus_du_mois_prepare_va_dans_sa_partition(self, partitions, monkeypatch):
        planif.preparer_partitions()
        mois = conservation.plus_mois(timezone.localdate(), 1)
        _refus_du(mois, monkeypatch)
        with _superutilisateur() as lien:
            [(nombre,)] = lien.execute(f"SELECT count(*) FROM journal_lignesecurite_{mois:%Y%m}")
        assert nombre == 2
        assert "journal intègre" in _verifier()

    def test_un_mois_prochain_sans_partition_est_dit(self, partitions):
        mois = conservation.plus_mois(timezone.localdate(), 1)
        assert f"{mois:%Y%m}" not in _partitions()
        assert f"attention : pas de partition prête pour {mois:%Y-%m}" in _verifier()
        avis = [m for m in run_checks(databases=["default"]) if m.id == "journal.W001"]
        assert [f"{mois:%Y-%m}" in avis[0].msg, len(avis)] == [True, 1]
        planif.preparer_partitions()
        assert "attention" not in _verifier()
        assert not [m for m in run_checks(databases=["default"]) if m.id == "journal.W001"]

    @pytest.mark.parametrize(
        ("jour", "mois", "attendu"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 1)),
            (date(2026, 11, 21), 3, date(2027, 2, 1)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
            (date(2026, 1, 15), -12, date(2025, 1, 1)),
            (date(2026, 2, 28), -14, date(2024, 12, 1)),
        ],
    )
    def test_les_mois_se_comptent_d_une_annee_a_l_autre(self, jour, mois, attendu):
        assert conservation.plus_mois(jour, mois) == attendu


class TestLeJournalDeSecuriteEchu:
    def test_les_mois_echus_disparaissent_et_ce_qui_reste_se_verifie(self, partitions, monkeypatch):
        aujourdhui = timezone.localdate()
        echu = conservation.plus_mois(aujourdhui, -14)
        garde = conservation.plus_mois(aujourdhui, -12)
        with _superutilisateur() as lien:
            fin = conservation.plus_mois(echu, 1)
            lien.execute(
                f"CREATE TABLE journal_lignesecurite_{echu:%Y%m} PARTITION OF "
                f"journal_lignesecurite FOR VALUES FROM ('{echu}') TO ('{fin}');"
                f"ALTER TABLE journal_lignesecurite_{echu:%Y%m} OWNER TO mes_proprietaire"
            )
        sans_partition = conservation.plus_mois(aujourdhui, -13)
        for jour in (echu, echu + timedelta(days=3), sans_partition, garde, aujourdhui):
            _refus_du(jour, monkeypatch)
        planif.purger_securite()
        restants = set(
            LigneSecurite.objects.filter(fait=FaitSecurite.REFUS).values_list("jour", flat=True)
        )
        assert restants == {garde, aujourdhui}
        assert f"{echu:%Y%m}" not in _partitions()
        assert TeteSecurite.objects.filter(jour=echu, numero=2).exists()
        assert LigneSecurite.objects.filter(fait=FaitSecurite.MOIS_PURGE).count() == 2
        sortie = _verifier()
        assert "journal intègre" in sortie
        assert "3 jour(s) au-delà de sa conservation" in sortie
        assert actions.purger_securite() == 0

    def test_un_jour_garde_dont_les_lignes_manquent_n_est_pas_pris_pour_echu(self, monkeypatch):
        garde = conservation.plus_mois(timezone.localdate(), -12)
        _refus_du(garde, monkeypatch)
        with _superutilisateur() as lien:
            lien.execute("DELETE FROM journal_lignesecurite WHERE jour = %s", [garde])
        with pytest.raises(CommandError):
            _verifier()

    def test_un_jour_echu_dont_il_manque_une_ligne_est_rompu(self, monkeypatch):
        echu = conservation.plus_mois(timezone.localdate(), -13)
        _refus_du(echu, monkeypatch)
        with _superutilisateur() as lien:
            lien.execute("DELETE FROM journal_lignesecurite WHERE jour = %s AND numero = 1", [echu])
        with pytest.raises(CommandError):
            _verifier()

    def test_la_base_refuse_de_supprimer_un_mois_a_conserver(self, monkeypatch):
        """Whoever holds mes_app, whatever the settings say."""
        garde = conservation.plus_mois(timezone.localdate(), -12)
        _refus_du(garde, monkeypatch)
        with (
            pytest.raises(DatabaseError, match="mois encore à conserver"),
            connection.cursor() as curseur,
        ):
            curseur.execute("SELECT journal_supprimer_mois(%s)", [garde])
        with pytest.raises(DatabaseError, match="permission denied"):
            LigneSecurite.objects.filter(jour=garde).delete()
        assert LigneSecurite.objects.filter(jour=garde).count() == 2

    @pytest.mark.parametrize(("mois", "gardes"), [(6, 12), (12, 12), (24, 24)])
    def test_on_peut_garder_plus_longtemps_jamais_moins_d_un_an(self, settings, mois, gardes):
        settings.MES_JOURNAL_SECURITE_MOIS = mois
        assert conservation.mois_de_conservation() == gardes


def _clore(espace: EspaceSante, statut: Statut, il_y_a: timedelta) -> None:
    EspaceSante.objects.filter(pk=espace.pk).update(
        statut=statut, statut_depuis=timezone.now() - il_y_a
    )


def _a_une_cle(espace: EspaceSante) -> bool:
    return CleJournal.objects.filter(pk=espace.pk).exists()


ONZE_ANS = timedelta(days=366 * 11)
PAS_TOUT_A_FAIT = timedelta(days=366 * 10 - 1)


class TestLaFinDeLArchive:
    @pytest.mark.parametrize("statut", [Statut.CLOTURE, Statut.DECEDE, Statut.SUPPRIME])
    def test_dix_ans_apres_la_cloture_l_historique_ne_se_lit_plus_et_se_verifie_encore(
        self, statut
    ):
        espace = s.creer_espace("alex")
        with transaction.atomic():
            inscrire(
                espace.pk, Inscription(Fait.DOCUMENT_CONSULTE, SYSTEME, details={"titre": "Bilan"})
            )
        cle = coffres.coffre(CleJournal, espace.pk)
        actions.signer_les_tetes()
        _clore(espace, statut, ONZE_ANS)
        planif_habilitations.clore_les_journaux()
        assert not _a_une_cle(espace)
        sortie = _verifier()
        assert "journal intègre" in sortie
        assert "clé détruite au terme de la conservation : 1 espace(s)" in sortie
        with transaction.atomic(), mur.ouvrir(journal_lu=[espace.pk]):
            derniere = Ligne.objects.filter(espace_id=espace.pk).latest("numero")
        assert derniere.fait == Fait.JOURNAL_CLOS
        texte = {"acteur": SYSTEME.en_clair(), "details": {}, "mode": ""}
        assert "illisible" in dire(derniere, texte).phrase
        assert cle  # the key existed: nobody can read it again from the base
        with pytest.raises(coffres.CleAbsente), transaction.atomic():
            inscrire(espace.pk, Inscription(Fait.CONNEXION, SYSTEME))
        assert surveillance.clore_les_journaux() == 0

    @pytest.mark.parametrize(
        ("statut", "il_y_a"),
        [
            (Statut.CLOTURE, PAS_TOUT_A_FAIT),
            (Statut.ACTIVE, ONZE_ANS),
            (Statut.SUSPENDU, ONZE_ANS),
            (Statut.OPPOSE, ONZE_ANS),
        ],
    )
    def test_un_espace_ouvert_oppose_ou_clos_depuis_peu_garde_son_historique(self, statut, il_y_a):
        espace = s.creer_espace("alex")
        _clore(espace, statut, il_y_a)
        assert surveillance.clore_les_journaux() == 0
        assert _a_une_cle(espace)

    def test_la_duree_de_l_archive_est_un_reglage(self, settings):
        settings.MES_JOURNAL_ARCHIVE_ANS = 20
        espace = s.creer_espace("alex")
        _clore(espace, Statut.CLOTURE, ONZE_ANS)
        assert surveillance.clore_les_journaux() == 0

    def test_une_cle_qui_manque_sans_que_le_journal_soit_clos_est_une_anomalie(self):
        """Else whoever deletes a key could rewrite the texts unseen."""
        espace = s.creer_espace("alex")
        CleJournal.objects.filter(pk=espace.pk).delete()
        sortie = StringIO()
        with pytest.raises(CommandError):
            call_command("verifier_journal", stdout=sortie)
        assert "clé absente d'un journal qui n'est pas clos" in sortie.getvalue()

    def test_un_journal_clos_dont_une_ligne_est_retiree_est_rompu(self):
        espace = s.creer_espace("alex")
        _clore(espace, Statut.CLOTURE, ONZE_ANS)
        surveillance.clore_les_journaux()
        with _superutilisateur() as lien:
            lien.execute(
                "DELETE FROM journal_ligne WHERE espace_id = %s AND numero = 1", [espace.pk]
            )
        with pytest.raises(CommandError):
            _verifier()


def test_le_planificateur_connait_ces_taches():
    prevues = {prevue["task"] for prevue in reglages.CELERY_BEAT_SCHEDULE.values()}
    assert {
        planif.preparer_partitions.name,
        planif.purger_securite.name,
        planif_habilitations.clore_les_journaux.name,
        planif_habilitations.detecter_abus.name,
    } <= prevues
