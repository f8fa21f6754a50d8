"""Real processes killed in between: what was committed is told, under one Message-ID."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.db.models import F

from demo.serveurs import port_libre
from mes.socle.models import EtatTravail, Travail
from notifications.models import Envoi

pytestmark = [pytest.mark.django_db(transaction=True)]

RACINE = Path(__file__).resolve().parents[2]
DELAI = 60
"""Seconds after which what is awaited will not come."""
COURTIER_MORT = "redis://127.0.0.1:9/0"

DEPOSER = """
import django; django.setup()
from django.db import transaction
from notifications.actions import envoyer
from notifications.models import Canal
with transaction.atomic():
    print(envoyer(canal=Canal.COURRIEL, adresse="alex@mes.test", sujet="Sujet", texte="Texte"))
"""
BALAYER = "import django; django.setup(); from mes.socle.travaux import balayer; balayer()"


def attendre(condition: Callable[[], bool], quoi: str) -> None:
    limite = time.monotonic() + DELAI
    while not condition():
        assert time.monotonic() < limite, f"toujours pas : {quoi}"
        time.sleep(0.05)


@dataclass
class ServeurDeCourrier:
    """A real SMTP server: receives messages whole, and answers when `repondre` is set."""

    port: int = field(default_factory=port_libre)
    identifiants: list[str] = field(default_factory=list)
    repondre: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        entetes = envelope.content.decode("utf-8", "replace").splitlines()
        self.identifiants += [e.split(": ", 1)[1] for e in entetes if e.startswith("Message-ID: ")]
        await asyncio.get_running_loop().run_in_executor(None, self.repondre.wait, DELAI)
        return "250 recu"


class Atelier:
    """The product's processes, on the test database and a broker of its own."""

    def __init__(self, port_smtp: int, journaux: Path) -> None:
        self.journaux = journaux
        base = urlsplit(os.environ["DATABASE_URL"])
        courtier = urlsplit(os.environ["REDIS_URL"])
        numero = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 14
        self.environnement = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "mes.settings.demo",
            "DATABASE_URL": urlunsplit(base._replace(path="/" + connection.settings_dict["NAME"])),
            "REDIS_URL": urlunsplit(courtier._replace(path=f"/{numero}")),
            "MES_SMTP_HOTE": "127.0.0.1",
            "MES_SMTP_PORT": str(port_smtp),
        }
        self.environnement.pop("DATABASE_URL_PROPRIETAIRE", None)
        self.workers: list[subprocess.Popen[bytes]] = []

    def executer(self, programme: str, **environnement: str) -> str:
        """Runs a short-lived process of the product; returns what it printed."""
        fini = subprocess.run(
            [sys.executable, "-c", programme],
            cwd=RACINE,
            env={**self.environnement, **environnement},
            capture_output=True,
            text=True,
            timeout=DELAI,
            check=False,
        )
        assert fini.returncode == 0, fini.stderr
        return fini.stdout.strip()

    def lancer_worker(self) -> subprocess.Popen[bytes]:
        with (self.journaux / f"worker{len(self.workers)}.log").open("wb") as journal:
            worker = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "mes.celery:application", "worker"),
                    *("-Q", "notifications", "-c", "1", "--without-gossip", "--without-mingle"),
                ],
                cwd=RACINE,
                env=self.environnement,
                stdout=journal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def tuer(self, worker: subprocess.Popen[bytes]) -> None:
        """Like a power cut: the worker and its children, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=DELAI)


@pytest.fixture
def courrier() -> Iterator[ServeurDeCourrier]:
    serveur = ServeurDeCourrier()
    serveur.repondre.set()
    controleur = Controller(serveur, hostname="127.0.0.1", port=serveur.port)
    controleur.start()
    yield serveur
    serveur.repondre.set()
    controleur.stop()


@pytest.fixture
def atelier(courrier, tmp_path) -> Iterator[Atelier]:
    atelier = Atelier(courrier.port, tmp_path)
    yield atelier
    for worker in atelier.workers:
        if worker.poll() is None:
            atelier.tuer(worker)


def est_fait(envoi_id: UUID) -> bool:
    return Travail.objects.filter(cible_id=envoi_id, etat=EtatTravail.FAIT).exists()


def vieillir_les_travaux() -> None:
    """As if a lease, or the sweeper's patience, had run out."""
    Travail.objects.update(pas_avant=F("pas_avant") - timedelta(minutes=10))


def test_un_envoi_valide_part_par_le_worker(atelier, courrier):
    atelier.lancer_worker()
    envoi_id = UUID(atelier.executer(DEPOSER))
    attendre(lambda: est_fait(envoi_id), "le travail fait")
    assert courrier.identifiants == [f"<{envoi_id}@mes.example>"]
    assert Envoi.objects.get().scelle is None


def test_un_courtier_mort_au_moment_de_la_validation_ne_perd_rien(atelier, courrier):
    envoi_id = UUID(atelier.executer(DEPOSER, REDIS_URL=COURTIER_MORT))
    assert Travail.objects.get().etat == EtatTravail.A_FAIRE
    atelier.lancer_worker()
    vieillir_les_travaux()
    atelier.executer(BALAYER)
    attendre(lambda: est_fait(envoi_id), "le travail fait")
    assert courrier.identifiants == [f"<{envoi_id}@mes.example>"]


def test_un_worker_tue_entre_l_envoi_et_son_enregistrement_renvoie_le_meme_message(
    atelier, courrier
):
    courrier.repondre.clear()
    premier = atelier.lancer_worker()
    envoi_id = UUID(atelier.executer(DEPOSER))
    attendre(lambda: len(courrier.identifiants) == 1, "le premier message reçu")
    atelier.tuer(premier)
    courrier.repondre.set()
    assert Envoi.objects.get().envoye_le is None
    assert Travail.objects.get().etat == EtatTravail.EN_COURS

    atelier.lancer_worker()
    vieillir_les_travaux()
    atelier.executer(BALAYER)
    attendre(lambda: est_fait(envoi_id), "le travail fait")
    assert courrier.identifiants == [f"<{envoi_id}@mes.example>"] * 2
    # Done is done: another sweep sends nothing more.
    vieillir_les_travaux()
    atelier.executer(BALAYER)
    assert Envoi.objects.get().scelle is None
    assert len(courrier.identifiants) == 2
