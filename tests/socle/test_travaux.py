"""Durable jobs: tried again, never lost, done once however often they are asked."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone

from mes.socle import travaux
from mes.socle.models import EtatTravail, Travail
from tests.comptes.test_simultane import ensemble

NATURE = "essai.travail"
FILE = f"essais-{os.getpid()}"
ESSAIS_MAX = 3

Tache = Callable[[Travail], None]


@pytest.fixture
def appels() -> list[UUID]:
    return []


@pytest.fixture
def enregistrer(appels) -> Iterator[Callable[[Tache], None]]:
    """Registers what the job of these tests does, until the end of the test."""

    def enregistrer(tache: Tache) -> None:
        def compter(travail: Travail) -> None:
            appels.append(travail.cible_id)
            tache(travail)

        travaux._natures[NATURE] = travaux.Nature(NATURE, FILE, ESSAIS_MAX, compter)

    enregistrer(lambda travail: None)
    yield enregistrer
    travaux._natures.pop(NATURE)


def _tomber(travail: Travail) -> None:
    raise ValueError("le secret de Mme DEMO-UN")


def _planifier(**options: object) -> Travail:
    cible = uuid4()
    with transaction.atomic():
        travaux.planifier(NATURE, cible, **options)  # type: ignore[arg-type]
    return Travail.objects.get(nature=NATURE, cible_id=cible)


def _vieillir(travail: Travail, duree: timedelta) -> None:
    """As if that time had passed since the job was last looked at."""
    travail.refresh_from_db()
    Travail.objects.filter(pk=travail.pk).update(pas_avant=travail.pas_avant - duree)


@pytest.mark.django_db
class TestUnTravail:
    def test_un_travail_fait_l_est_une_fois(self, enregistrer, appels):
        travail = _planifier()
        assert travaux.faire(travail.pk) is True
        assert travaux.faire(travail.pk) is False
        travail.refresh_from_db()
        assert (travail.etat, travail.essais, travail.erreur) == (EtatTravail.FAIT, 1, "")
        assert travail.fini_le is not None
        assert appels == [travail.cible_id]

    def test_demander_deux_fois_le_meme_travail_en_fait_un(self, enregistrer):
        travail = _planifier()
        travaux.planifier(NATURE, travail.cible_id)
        assert Travail.objects.filter(nature=NATURE).count() == 1

    def test_un_travail_dont_la_transaction_est_annulee_n_existe_pas(self, enregistrer):
        with transaction.atomic():
            travaux.planifier(NATURE, uuid4())
            transaction.set_rollback(True)
        assert not Travail.objects.filter(nature=NATURE).exists()

    def test_une_nature_inconnue_est_une_faute_de_qui_la_demande(self):
        with pytest.raises(travaux.TravailInconnu):
            travaux.planifier("essai.inconnue", uuid4())

    def test_une_nature_ne_se_prend_pas_deux_fois(self, enregistrer):
        with pytest.raises(ValueError, match="déjà prise"):
            travaux.nature(NATURE, file=FILE)(_tomber)

    def test_un_echec_est_repris_de_plus_en_plus_tard(self, enregistrer, caplog):
        enregistrer(_tomber)
        travail = _planifier()
        attentes = []
        for _ in range(ESSAIS_MAX - 1):
            debut = timezone.now()
            assert travaux.faire(travail.pk) is False
            travail.refresh_from_db()
            assert travail.etat == EtatTravail.A_FAIRE
            attentes.append((travail.pas_avant - debut).total_seconds())
            assert travaux.faire(travail.pk) is False  # not yet: nothing is tried
            _vieillir(travail, timedelta(hours=1))
        assert attentes == sorted(attentes)
        assert attentes[0] >= 2
        assert attentes[1] >= 4
        travail.refresh_from_db()
        assert travail.essais == ESSAIS_MAX - 1

    def test_un_travail_est_abandonne_apres_ses_essais_et_le_dit(self, enregistrer, appels, caplog):
        enregistrer(_tomber)
        travail = _planifier()
        for _ in range(ESSAIS_MAX + 3):
            travaux.faire(travail.pk)
            _vieillir(travail, timedelta(hours=1))
        travail.refresh_from_db()
        assert (travail.etat, travail.essais) == (EtatTravail.ABANDONNE, ESSAIS_MAX)
        assert len(appels) == ESSAIS_MAX
        assert "abandonné" in caplog.text

    def test_la_raison_d_un_echec_ne_garde_que_son_genre(self, enregistrer, caplog):
        enregistrer(_tomber)
        travail = _planifier()
        with caplog.at_level(logging.DEBUG):
            travaux.faire(travail.pk)
        travail.refresh_from_db()
        assert travail.erreur == "ValueError"
        assert "DEMO-UN" not in caplog.text

    def test_un_echec_puis_un_succes_est_un_succes(self, enregistrer, appels):
        enregistrer(_tomber)
        travail = _planifier()
        travaux.faire(travail.pk)
        enregistrer(lambda travail: None)
        _vieillir(travail, timedelta(hours=1))
        assert travaux.faire(travail.pk) is True
        travail.refresh_from_db()
        assert (travail.etat, travail.erreur, len(appels)) == (EtatTravail.FAIT, "", 2)

    def test_un_travail_differe_attend_son_heure(self, enregistrer, appels):
        travail = _planifier(pas_avant=timezone.now() + timedelta(hours=1))
        assert travaux.faire(travail.pk) is False
        _vieillir(travail, timedelta(hours=2))
        assert travaux.faire(travail.pk) is True
        assert len(appels) == 1


@pytest.mark.django_db
class TestLeBail:
    def _prendre(self, travail: Travail) -> None:
        """As a worker that took the job and died."""
        Travail.objects.filter(pk=travail.pk).update(
            etat=EtatTravail.EN_COURS, essais=1, pas_avant=timezone.now() + travaux.BAIL
        )

    def test_personne_ne_prend_un_travail_tenu_par_un_autre(self, enregistrer, appels):
        travail = _planifier()
        self._prendre(travail)
        assert travaux.faire(travail.pk) is False
        assert appels == []

    def test_un_bail_echu_se_reprend(self, enregistrer, appels):
        travail = _planifier()
        self._prendre(travail)
        _vieillir(travail, travaux.BAIL + timedelta(seconds=1))
        assert travaux.faire(travail.pk) is True
        travail.refresh_from_db()
        assert (travail.essais, len(appels)) == (2, 1)

    def test_un_long_travail_qui_avance_garde_son_bail(self, enregistrer):
        vus: list[tuple[int, int, bool]] = []

        def avancer(travail: Travail) -> None:
            _vieillir(travail, travaux.BAIL * 2)
            travaux.avancer(NATURE, travail.cible_id, avancement=3, total=7)
            lu = Travail.objects.get(pk=travail.pk)
            vus.append((lu.avancement, lu.total, lu.pas_avant > timezone.now()))

        enregistrer(avancer)
        assert travaux.faire(_planifier().pk) is True
        assert vus == [(3, 7, True)]

    def test_un_travail_qui_se_demande_lui_meme_n_est_pas_repris_pendant_qu_il_tourne(
        self, enregistrer, appels
    ):
        enregistrer(lambda travail: _refuser_de_refaire(travail))
        assert travaux.faire(_planifier().pk) is True
        assert len(appels) == 1


def _refuser_de_refaire(travail: Travail) -> None:
    assert travaux.faire(travail.pk) is False


@pytest.mark.django_db(transaction=True)
class TestEnMemeTemps:
    def test_deux_workers_reveilles_ensemble_n_en_laissent_qu_un_travailler(
        self, enregistrer, appels
    ):
        depart = Barrier(4)
        travail = _planifier()

        def prendre() -> bool:
            depart.wait(timeout=20)
            return travaux.faire(travail.pk)

        assert sorted(ensemble(4, prendre)) == [False, False, False, True]
        assert len(appels) == 1


@pytest.mark.django_db(transaction=True)
class TestLeCourtier:
    """The real broker; one that is away is one whose port nobody listens to."""

    @pytest.fixture(autouse=True)
    def file_vide(self) -> Iterator[None]:
        self._vider()
        yield
        self._vider()

    def _vider(self) -> int:
        """How many wake-ups were waiting: Celery keeps a queue as a list of that name."""
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            vus = client.llen(FILE)
            client.delete(FILE, f"_kombu.binding.{FILE}")
        return int(vus)

    def test_la_validation_reveille_et_pas_avant(self, enregistrer):
        with transaction.atomic():
            travaux.planifier(NATURE, uuid4())
            assert self._vider() == 0
        assert self._vider() == 1

    def test_un_courtier_absent_ne_fait_pas_echouer_ce_qui_est_valide(
        self, enregistrer, caplog, courtier_absent
    ):
        travail = _planifier()
        assert travail.etat == EtatTravail.A_FAIRE
        assert "courtier injoignable" in caplog.text

    def test_le_balayage_reveille_ce_qui_fut_oublie(self, enregistrer):
        oublie, tenu, fait, differe = (_planifier() for _ in range(4))
        Travail.objects.filter(pk=tenu.pk).update(etat=EtatTravail.EN_COURS)
        Travail.objects.filter(pk=fait.pk).update(etat=EtatTravail.FAIT)
        for travail in (oublie, tenu, fait):
            _vieillir(travail, timedelta(minutes=1))
        _vieillir(differe, -timedelta(hours=1))
        self._vider()
        travaux.balayer()
        assert self._vider() == 2  # the forgotten one, and the one whose lease has run out

    def test_le_balayage_ne_reveille_pas_ce_qui_vient_d_etre_demande(self, enregistrer):
        _planifier()
        self._vider()
        travaux.balayer()
        assert self._vider() == 0

    def test_le_balayage_supporte_un_courtier_absent(self, enregistrer, caplog, courtier_absent):
        _vieillir(_planifier(), timedelta(minutes=1))
        travaux.balayer()
        assert Travail.objects.filter(etat=EtatTravail.A_FAIRE).count() == 1
        assert connection.in_atomic_block is False


@pytest.fixture
def courtier_absent() -> Iterator[None]:
    """Celery's settings name a port where nobody is, then the real one again."""
    application = travaux.executer.app
    avant = application.conf.broker_url

    def changer(adresse: str) -> None:
        application.conf.broker_url = application.conf.broker_write_url = adresse
        # Celery keeps its connections: it is made to ask its settings again.
        application._pool = application.amqp._producer_pool = None

    changer("redis://127.0.0.1:9/0")
    yield
    changer(avant)
