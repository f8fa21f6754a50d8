"""The wall of conception §4: what bites when a guard is taken out."""

from __future__ import annotations

import os
from uuid import uuid4

import psycopg
import pytest
from django.db import InternalError, NotSupportedError, ProgrammingError, connection, transaction
from django.db.utils import DatabaseError

from dossier.models import Document
from mes.socle import mur, mur_sql
from mes.socle.models import CleMedicale
from mes.socle.tables import TABLES, Classe, Table
from tests import situations as s

pytestmark = pytest.mark.django_db


@pytest.fixture
def depose():
    return s.deposer(s.acteur_ps("medecin"), s.creer_espace("alex"), analyse=False)


def _compter() -> int:
    return Document.objects.count()


class TestCeQuiApparait:
    def test_rien_n_apparait_tant_que_l_espace_n_est_pas_ouvert(self, depose):
        assert _compter() == 0
        with mur.ouvrir(lus=[depose.espace_id]):
            assert _compter() == 1

    def test_un_espace_ouvert_ne_montre_pas_celui_d_un_autre(self, depose):
        camille = s.creer_espace("camille")
        s.deposer(s.acteur_ps("medecin"), camille, analyse=False)
        with mur.ouvrir(lus=[camille.pk]):
            assert list(Document.objects.values_list("espace_id", flat=True)) == [camille.pk]

    def test_oublier_le_filtre_ne_montre_toujours_que_l_espace_ouvert(self, depose):
        s.deposer(s.acteur_ps("medecin"), s.creer_espace("camille"), analyse=False)
        with mur.ouvrir(lus=[depose.espace_id]), connection.cursor() as curseur:
            curseur.execute("SELECT DISTINCT espace_id FROM dossier_document")
            assert curseur.fetchall() == [(depose.espace_id,)]

    def test_le_mur_se_referme_a_la_fin_du_bloc_et_retrouve_l_ouverture_precedente(self, depose):
        autre = uuid4()
        with mur.ouvrir(lus=[depose.espace_id]):
            with mur.ouvrir(lus=[autre]):
                assert _compter() == 0
            assert _compter() == 1
        assert _compter() == 0
        mur.exiger_ferme()

    def test_le_mur_se_referme_aussi_quand_le_bloc_echoue(self, depose):
        with pytest.raises(KeyError), mur.ouvrir(lus=[depose.espace_id]):
            raise KeyError
        assert _compter() == 0

    def test_un_mur_reste_ouvert_est_une_panne(self, depose):
        with mur.ouvrir(lus=[depose.espace_id]), pytest.raises(mur.MurOuvert):
            mur.exiger_ferme()

    def test_les_cles_medicales_aussi_sont_derriere_le_mur(self, depose):
        assert not CleMedicale.objects.exists()
        with mur.ouvrir(ecrits=[depose.espace_id]):
            assert CleMedicale.objects.filter(pk=depose.espace_id).exists()


@pytest.mark.django_db(transaction=True)
class TestHorsTransaction:
    def test_le_mur_ne_s_ouvre_pas_hors_d_une_transaction(self):
        with pytest.raises(mur.HorsTransaction), mur.ouvrir(lus=[uuid4()]):
            pass

    def test_apres_une_validation_le_reglage_vide_ne_casse_pas_la_lecture(self):
        with transaction.atomic(), mur.ouvrir(lus=[uuid4()]):
            assert _compter() == 0
        # The setting is now an empty string, no longer NULL: the policy must bear both.
        with connection.cursor() as curseur:
            curseur.execute("SELECT current_setting('mes.espaces_lus', true)")
            assert curseur.fetchone() == ("",)
        assert _compter() == 0

    def test_l_ouverture_ne_survit_pas_a_la_transaction(self):
        espace = s.creer_espace("alex")
        s.deposer(s.acteur_ps("medecin"), espace, analyse=False)
        with transaction.atomic():
            connection.cursor().execute(
                "SELECT set_config('mes.espaces_lus', %s, true)", ["{" + str(espace.pk) + "}"]
            )
            assert _compter() == 1
        assert _compter() == 0


class TestEcrireSansLire:
    def test_qui_peut_seulement_deposer_ajoute_et_ne_lit_pas(self, depose):
        with mur.ouvrir(lus=[depose.espace_id]):
            modele = Document.objects.get()
        modele.pk = uuid4()
        modele.remplace = None
        modele.identifiant_index = None
        with mur.ouvrir(ecrits=[depose.espace_id]):
            modele.save(force_insert=True)
            assert _compter() == 0
        with mur.ouvrir(lus=[depose.espace_id]):
            assert _compter() == 2

    def test_ajouter_dans_un_espace_ferme_est_refuse_par_la_base(self, depose):
        with mur.ouvrir(lus=[depose.espace_id]):
            modele = Document.objects.get()
            modele.pk = uuid4()
            modele.identifiant_index = None
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                modele.save(force_insert=True)

    def test_lire_ne_permet_pas_de_modifier(self, depose):
        with mur.ouvrir(lus=[depose.espace_id]):
            assert Document.objects.update(version=99) == 0
            assert Document.objects.all().delete()[0] == 0

    def test_copy_est_refuse_sur_une_table_muree(self, depose):
        with (
            mur.ouvrir(lus=[depose.espace_id], ecrits=[depose.espace_id]),
            pytest.raises((NotSupportedError, InternalError, DatabaseError, psycopg.Error)),
            transaction.atomic(),
            connection.cursor() as curseur,
            curseur.cursor.copy("COPY dossier_document FROM STDIN") as copie,
        ):
            copie.write(b"\\.\n")


class TestLaListeDesTables:
    def _catalogue(self) -> dict[str, tuple[bool, bool]]:
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
                "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            )
            return {nom: (actif, force) for nom, actif, force in curseur.fetchall()}

    def test_chaque_table_de_la_base_est_dans_la_liste_et_reciproquement(self):
        presentes = mur_sql.tables_presentes(connection)
        assert {parent or nom for nom, parent in presentes.items()} == set(TABLES)

    def test_chaque_table_et_chaque_partition_muree_l_est_vraiment(self):
        presentes = mur_sql.tables_presentes(connection)
        catalogue = self._catalogue()
        for nom, parent in presentes.items():
            attendu = TABLES[parent or nom].classe in mur_sql.MURES
            assert catalogue[nom] == (attendu, attendu), nom

    def test_chaque_table_muree_a_ses_politiques_et_pas_d_autres(self):
        with connection.cursor() as curseur:
            curseur.execute("SELECT tablename, policyname, cmd FROM pg_policies")
            presentes: dict[str, set[tuple[str, str]]] = {}
            for table, nom, commande in curseur.fetchall():
                presentes.setdefault(table, set()).add((nom, commande))
        for nom, parent in mur_sql.tables_presentes(connection).items():
            classe = TABLES[parent or nom].classe
            attendues = {(p.nom, p.commande) for p in mur_sql.politiques(classe)}
            assert presentes.get(nom, set()) == attendues, nom

    def test_toute_table_medicale_porte_espace_id(self):
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'espace_id'"
            )
            porteuses = {nom for (nom,) in curseur.fetchall()}
        murees = {nom for nom, table in TABLES.items() if table.classe in mur_sql.MURES}
        assert murees <= porteuses

    def test_une_table_hors_de_la_liste_est_refusee(self, monkeypatch):
        monkeypatch.delitem(TABLES, "dossier_document")
        with pytest.raises(mur_sql.TableHorsListe, match="dossier_document"):
            mur_sql.appliquer(connection)

    def test_la_tete_de_chaine_n_est_pas_muree_sinon_le_verrou_ne_prendrait_rien(self):
        assert TABLES["journal_tetechaine"].classe is Classe.GOUVERNANCE

    def test_une_table_sans_classe_de_mur_ne_recoit_pas_de_politique(self):
        assert mur_sql.politiques(Table(Classe.GOUVERNANCE).classe) == ()


class TestLesRoles:
    def test_les_roles_ont_les_attributs_de_la_conception(self):
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles "
                "WHERE rolname LIKE 'mes\\_%%'"
            )
            roles = {
                nom: (superu, passe, entre) for nom, superu, passe, entre in curseur.fetchall()
            }
        assert roles == {
            "mes_proprietaire": (False, False, True),
            "mes_app": (False, False, True),
            "mes_support": (False, False, False),
            "mes_comptage": (False, True, True),
            "mes_sauvegarde": (False, True, True),
        }

    @pytest.mark.parametrize(
        "ordre",
        [
            "UPDATE journal_ligne SET fait = 'autre'",
            "DELETE FROM journal_ligne",
            "TRUNCATE journal_ligne",
            "UPDATE journal_lignesecurite SET fait = 'autre'",
            "DELETE FROM journal_lignesecurite",
            "TRUNCATE journal_lignesecurite",
            "TRUNCATE journal_ligne_03",
            "CREATE TABLE intruse (id int)",
            "ALTER TABLE dossier_document DISABLE ROW LEVEL SECURITY",
            "DROP POLICY mur_lire ON dossier_document",
        ],
    )
    def test_l_application_ne_peut_ni_recrire_le_journal_ni_toucher_au_mur(self, ordre, depose):
        with (
            mur.ouvrir(journal_lu=[depose.espace_id], journal_ecrit=[depose.espace_id]),
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
        ):
            connection.cursor().execute(ordre)

    @pytest.mark.parametrize(
        "table",
        [
            *(
                nom
                for nom, t in TABLES.items()
                if t.classe in (Classe.MEDICALE, Classe.CLE_MEDICALE)
            ),
            "django_session",
            "comptes_compte",
        ],
    )
    @pytest.mark.regle("R-SUP-05")
    def test_la_console_n_a_aucun_droit_sur_le_dossier_ni_les_cles_ni_les_comptes(self, table):
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute("SET LOCAL ROLE mes_support")
            with pytest.raises(ProgrammingError, match="permission denied"):
                curseur.execute(f"SELECT 1 FROM {table} LIMIT 1")
            transaction.set_rollback(True)

    def test_la_console_ecrit_au_journal_sans_le_lire(self):
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute("SET LOCAL ROLE mes_support")
            curseur.execute(
                "SELECT has_table_privilege('journal_ligne', 'INSERT'), "
                "has_table_privilege('journal_ligne', 'SELECT')"
            )
            assert curseur.fetchone() == (True, False)
            curseur.execute("RESET ROLE")

    def test_une_partition_se_cree_par_la_fonction_du_proprietaire_seulement(self):
        from journal.actions import preparer_partitions

        assert preparer_partitions(mois_davance=2) == 2
        assert preparer_partitions(mois_davance=2) == 0


def _url(nom: str) -> str:
    base = connection.settings_dict["NAME"]
    return os.environ[nom].rpartition("/")[0] + f"/{base}"


@pytest.mark.django_db(transaction=True)
class TestLesAutresPortes:
    @pytest.fixture
    def espace(self):
        espace = s.creer_espace("alex")
        s.deposer(s.acteur_ps("medecin"), espace, analyse=False)
        return espace

    def test_le_proprietaire_lui_meme_ne_voit_rien_sous_force(self, espace):
        with psycopg.connect(_url("DATABASE_URL_PROPRIETAIRE")) as lien:
            assert lien.execute("SELECT count(*) FROM dossier_document").fetchone() == (0,)
            assert lien.execute("UPDATE dossier_document SET version = 7").rowcount == 0

    def test_la_sauvegarde_voit_tout_et_n_ecrit_rien(self, espace):
        with psycopg.connect(_url("DATABASE_URL_SAUVEGARDE")) as lien:
            assert lien.execute("SELECT count(*) FROM dossier_document").fetchone() == (1,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                lien.execute("DELETE FROM dossier_document")

    def test_le_comptage_ne_lit_que_ses_colonnes(self, espace):
        with psycopg.connect(_url("DATABASE_URL_COMPTAGE"), autocommit=True) as lien:
            assert lien.execute("SELECT count(type_code) FROM dossier_document").fetchone() == (1,)
            for interdit in (
                "SELECT scelle FROM dossier_document",
                "SELECT ins_index FROM usagers_identite",
                "SELECT enveloppe FROM socle_clemedicale",
                "SELECT scelle FROM journal_ligne",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    lien.execute(interdit)
