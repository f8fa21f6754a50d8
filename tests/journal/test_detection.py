"""Misuse seen in the security journal: what the rules see, what they leave, who is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from comptes.models import RoleAgent
from habilitations import planif, surveillance
from habilitations.models import Ouverture
from habilitations.politique import Base, Mode
from journal import actions, lecture_securite
from journal.detection import Evenement, Nature, Regle, Seuils, detecter
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from journal.models import AlerteSecurite, LigneSecurite, RegleAlerte, SuiteAlerte
from mes.socle.roles import SUPPORT
from mes.socle.trousseau import trousseau
from notifications.models import Envoi
from tests import situations as s
from tests.support.outils import creer_agent

pytestmark = pytest.mark.regle("R-TRA-10")

PARIS = ZoneInfo("Europe/Paris")
MIDI = datetime(2026, 3, 10, 12, tzinfo=PARIS)
SEUILS = Seuils(
    fenetre=timedelta(minutes=10),
    refus=5,
    espaces=4,
    refus_la_nuit=3,
    connexions=4,
    recherches=3,
    urgences=2,
)
EVE = UUID(int=1)


def _suite(
    nombre: int,
    *,
    nature: Nature = Nature.REFUS,
    debut: datetime = MIDI,
    toutes_les: timedelta = timedelta(minutes=1),
    sujet: str = "acteur:eve",
    espaces: int = 1,
) -> list[Evenement]:
    return [
        Evenement(nature, debut + rang * toutes_les, sujet, EVE, UUID(int=100 + rang % espaces))
        for rang in range(nombre)
    ]


def _regles(evenements: list[Evenement]) -> dict[str, int]:
    return {str(t.regle): t.nombre for t in detecter(evenements, SEUILS, PARIS)}


class TestLesRegles:
    def test_des_refus_en_rafale_se_voient_au_seuil(self):
        assert _regles(_suite(4)) == {}
        assert _regles(_suite(5)) == {"rafale_refus": 5}
        assert _regles(_suite(8)) == {"rafale_refus": 8}

    def test_les_memes_refus_etales_n_en_sont_pas_une(self):
        assert _regles(_suite(5, toutes_les=timedelta(minutes=3))) == {}
        # A window holds five of them here, never more.
        assert _regles(_suite(12, toutes_les=timedelta(seconds=150))) == {"rafale_refus": 5}

    def test_une_rafale_a_cheval_sur_minuit_se_voit_au_jour_de_sa_fin(self):
        minuit = datetime(2026, 3, 10, 23, 57, tzinfo=PARIS)
        [rafale] = [
            t
            for t in detecter(_suite(5, debut=minuit), SEUILS, PARIS)
            if t.regle is Regle.RAFALE_REFUS
        ]
        assert rafale.jour.isoformat() == "2026-03-11"

    def test_deux_personnes_ne_font_pas_une_rafale_ensemble(self):
        assert _regles(_suite(4) + _suite(4, sujet="acteur:zoe")) == {}

    def test_de_nombreux_espaces_refuses_dans_la_journee_se_voient(self):
        heures = timedelta(hours=2)
        assert _regles(_suite(5, espaces=3, toutes_les=heures)) == {}
        assert _regles(_suite(5, espaces=4, toutes_les=heures)) == {"espaces_multiples": 4}

    def test_des_refus_la_nuit_se_voient_a_l_heure_de_la_personne(self):
        nuit = datetime(2026, 3, 10, 22, 0, tzinfo=PARIS)
        demi = timedelta(minutes=30)
        assert _regles(_suite(3, debut=nuit, toutes_les=demi)) == {"heures_inhabituelles": 3}
        soir = nuit - timedelta(minutes=31)
        assert _regles(_suite(3, debut=soir, toutes_les=demi)) == {}
        # Five o'clock in UTC is six in Paris: the day has begun.
        matin = datetime(2026, 3, 10, 5, 0, tzinfo=ZoneInfo("UTC"))
        assert _regles(_suite(3, debut=matin, toutes_les=demi)) == {}

    def test_des_connexions_refusees_en_rafale_se_voient(self):
        assert _regles(_suite(3, nature=Nature.CONNEXION)) == {}
        assert _regles(_suite(4, nature=Nature.CONNEXION)) == {"connexions_refusees": 4}

    @pytest.mark.regle("R-SEC-04")
    def test_des_recherches_sans_resultat_en_rafale_se_voient(self):
        assert _regles(_suite(2, nature=Nature.RECHERCHE)) == {}
        assert _regles(_suite(3, nature=Nature.RECHERCHE)) == {"recherches_vaines": 3}

    def test_plusieurs_bris_de_glace_dans_la_journee_se_voient(self):
        heures = timedelta(hours=3)
        assert _regles(_suite(1, nature=Nature.URGENCE)) == {}
        deux = _suite(2, nature=Nature.URGENCE, toutes_les=heures)
        assert _regles(deux) == {"urgences_repetees": 2}
        # At night they are nobody's unusual refusal.
        nuit = datetime(2026, 3, 10, 1, 0, tzinfo=PARIS)
        assert _regles(_suite(5, nature=Nature.URGENCE, debut=nuit)) == {"urgences_repetees": 5}

    def test_l_ordre_d_arrivee_ne_compte_pas(self):
        assert _regles(list(reversed(_suite(5)))) == {"rafale_refus": 5}

    def test_les_regles_et_celles_de_la_table_sont_les_memes(self):
        assert {str(regle) for regle in Regle} == set(RegleAlerte.values)


@pytest.fixture
def seuils_bas(settings):
    settings.MES_DETECTION_REFUS = 3
    settings.MES_DETECTION_CONNEXIONS = 3
    settings.MES_DETECTION_RECHERCHES = 3
    settings.MES_DETECTION_ESPACES = 3
    settings.MES_DETECTION_REFUS_LA_NUIT = 1000
    settings.MES_DETECTION_URGENCES = 2


def _refuser(acteur_id: UUID, nombre: int, espaces: int = 1) -> None:
    ids = [uuid4() for _ in range(espaces)]
    for rang in range(nombre):
        inscrire_securite(
            FaitSecurite.REFUS,
            motif="HORS_MATRICE",
            acteur_genre=GenreActeur.PROFESSIONNEL,
            acteur_id=acteur_id,
            espace_id=ids[rang % espaces],
        )


@pytest.mark.django_db
class TestLesAlertes:
    def test_une_alerte_par_regle_et_par_jour_dont_le_nombre_grandit(self, seuils_bas):
        eve = uuid4()
        _refuser(eve, 3)
        assert surveillance.detecter_abus() == 1
        assert surveillance.detecter_abus() == 0
        _refuser(eve, 2)
        planif.detecter_abus()
        [alerte] = lecture_securite.alertes()
        assert (alerte.regle, alerte.acteur_id, alerte.nombre) == ("rafale_refus", eve, 5)
        assert alerte.sujet == f"acteur:{eve}"
        assert lecture_securite.lignes_de(alerte).count() == 5
        assert LigneSecurite.objects.filter(fait=FaitSecurite.ALERTE_LEVEE).count() == 1

    def test_le_superviseur_est_prevenu_une_fois_par_jour_sans_nom_ni_detail(self, seuils_bas):
        creer_agent(RoleAgent.TELECONSEILLER, "conseil.demo", totp=False)
        superviseur = creer_agent(RoleAgent.SUPERVISEUR, "superviseur.demo", totp=False)
        eve = uuid4()
        _refuser(eve, 3)
        surveillance.detecter_abus()
        _refuser(uuid4(), 3)
        surveillance.detecter_abus()
        assert lecture_securite.alertes().count() == 2
        envoi = Envoi.objects.get()
        message = trousseau().desceller_json(bytes(envoi.scelle), lieu=Envoi.lieu(envoi.pk))
        assert message["adresse"] == superviseur.fiche()["courriel"]
        assert str(eve) not in str(message)
        assert "refus" not in message["texte"]

    def test_des_mots_de_passe_refuses_levent_une_alerte_sans_nom_ni_adresse(self, seuils_bas):
        client = Client()
        for _ in range(3):
            client.post("/connexion/", {"identifiant": "alex.demo", "mot_de_passe": "faux"})
        surveillance.detecter_abus()
        alertes = list(lecture_securite.alertes())
        assert {alerte.regle for alerte in alertes} == {"connexions_refusees"}
        assert {alerte.sujet.partition(":")[0] for alerte in alertes} == {"nom", "adresse"}
        for alerte in alertes:
            assert alerte.acteur_id is None
            assert "alex" not in alerte.sujet
            assert "127.0.0.1" not in alerte.sujet
            assert not lecture_securite.lignes_de(alerte).exists()

    def test_les_bris_de_glace_d_un_professionnel_se_comptent_pas_les_regulations(self, seuils_bas):
        urgentiste, regulatrice = s.acteur_ps("medecin"), s.acteur_ps("autre_medecin")
        for nom in ("alex", "camille"):
            espace = s.creer_espace(nom)
            s.autoriser(urgentiste, espace, base=Base.AUCUNE, mode=Mode.BRIS_DE_GLACE)
            s.autoriser(regulatrice, espace, base=Base.AUCUNE, mode=Mode.SAMU)
        assert Ouverture.objects.count() == 4
        surveillance.detecter_abus()
        [alerte] = lecture_securite.alertes(acteur_id=urgentiste.id)
        assert (alerte.regle, alerte.nombre) == ("urgences_repetees", 2)
        assert not lecture_securite.alertes(acteur_id=regulatrice.id).exists()

    @pytest.mark.regle("R-SEC-04")
    def test_qui_cherche_des_patients_au_hasard_leve_une_alerte(self, seuils_bas):
        curieux = uuid4()
        for _ in range(3):
            inscrire_securite(
                FaitSecurite.RECHERCHE_SANS_RESULTAT,
                acteur_genre=GenreActeur.PROFESSIONNEL,
                acteur_id=curieux,
            )
        surveillance.detecter_abus()
        [alerte] = lecture_securite.alertes()
        assert (alerte.regle, alerte.acteur_id) == ("recherches_vaines", curieux)
        assert lecture_securite.lignes_de(alerte).count() == 3

    def test_un_superviseur_conclut_une_fois_et_c_est_note(self, seuils_bas):
        _refuser(uuid4(), 3, espaces=3)
        assert surveillance.detecter_abus() == 2
        alerte, autre = lecture_securite.alertes()
        superviseur = uuid4()
        assert actions.traiter_alerte(
            alerte_id=alerte.pk, par=superviseur, suite=SuiteAlerte.ECARTEE
        )
        assert not actions.traiter_alerte(
            alerte_id=alerte.pk, par=uuid4(), suite=SuiteAlerte.CONFIRMEE
        )
        assert [a.pk for a in lecture_securite.alertes()] == [autre.pk]
        [traitee] = lecture_securite.alertes(traitees=True)
        assert (traitee.traitee_par, traitee.suite) == (superviseur, SuiteAlerte.ECARTEE)
        ligne = LigneSecurite.objects.get(fait=FaitSecurite.ALERTE_TRAITEE)
        assert (ligne.acteur_id, ligne.objet_id) == (superviseur, alerte.pk)
        # Looked at again the same day: what is concluded stays so.
        assert surveillance.detecter_abus() == 0

    def test_le_role_du_support_lit_et_conclut_mais_n_efface_ni_n_invente_d_alerte(
        self, seuils_bas
    ):
        _refuser(uuid4(), 3)
        surveillance.detecter_abus()
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute(f"SET LOCAL ROLE {SUPPORT}")
            [alerte] = lecture_securite.alertes()
            assert lecture_securite.lignes_de(alerte).count() == 3
            assert actions.traiter_alerte(
                alerte_id=alerte.pk, par=uuid4(), suite=SuiteAlerte.CONFIRMEE
            )
            curseur.execute(
                "SELECT has_table_privilege(%s, 'journal_alertesecurite', droit) "
                "FROM unnest(ARRAY['INSERT', 'DELETE']) AS droit",
                [SUPPORT],
            )
            assert curseur.fetchall() == [(False,), (False,)]
            curseur.execute("RESET ROLE")

    def test_ce_qui_date_de_plus_d_un_jour_n_est_plus_regarde(self, seuils_bas, monkeypatch):
        avant_hier = timezone.now() - timedelta(days=2)
        with monkeypatch.context() as alors:
            alors.setattr(timezone, "now", lambda: avant_hier)
            _refuser(uuid4(), 5)
        assert surveillance.detecter_abus() == 0
        assert AlerteSecurite.objects.count() == 0
