"""Eight keep-alive clients in two processes of four threads, on loopback, bounded in count and time."""

from __future__ import annotations

import http.client
import multiprocessing
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Barrier

from demo.bench.scenarios import Reponse, ReponseInattendue, Scenario
from demo.serveurs import HOTE

PROCESSUS = 2
FILS = 4
CLIENTS = PROCESSUS * FILS
_DELAI = 30.0
"""Seconds that a client waits for one answer, and for the others to be ready."""


class EchecDeCharge(Exception):
    """A client got a wrong answer, or none: what was measured is worth nothing."""


@dataclass(frozen=True, slots=True)
class Limites:
    """What one client plays at most; the first of the two bounds reached ends it."""

    requetes: int
    secondes: float
    mise_en_route: int
    """Requests that are played before the clock starts."""


@dataclass(frozen=True, slots=True)
class Mesure:
    """All clients together."""

    durees: tuple[float, ...]
    """Seconds of each request, sorted."""
    temps: float
    """Seconds from the common start to the last answer."""
    jouees: int
    """Requests in all, those before the clock started included."""
    processeur: float
    """Processor seconds of the clients themselves, for all of those."""

    @property
    def par_seconde(self) -> float:
        return len(self.durees) / self.temps

    def centile(self, rang: int) -> float:
        """Seconds under which `rang` % of the requests were answered."""
        return self.durees[min(len(self.durees) - 1, len(self.durees) * rang // 100)]


class Connexion:
    """One keep-alive connection: the server closing it is an error."""

    def __init__(self, port: int) -> None:
        self._hote = f"localhost:{port}"
        self._http = http.client.HTTPConnection(HOTE, port, timeout=_DELAI)
        self._http.connect()
        self._http.auto_open = 0

    def demander(
        self,
        chemin: str,
        *,
        temoin: str = "",
        corps: bytes | None = None,
        type_contenu: str = "",
    ) -> Reponse:
        entetes = {"Host": self._hote, "Cookie": temoin, "Content-Type": type_contenu}
        debut = time.perf_counter()
        self._http.request(
            "GET" if corps is None else "POST",
            chemin,
            body=corps,
            headers={nom: valeur for nom, valeur in entetes.items() if valeur},
        )
        reponse = self._http.getresponse()
        recu = reponse.read()
        duree = time.perf_counter() - debut
        return Reponse(
            reponse.status,
            {nom.lower(): valeur for nom, valeur in reponse.getheaders()},
            recu,
            duree,
        )

    def fermer(self) -> None:
        self._http.close()


@dataclass(slots=True)
class _Client:
    """One thread: its scenario, then what it measured, or why it stopped."""

    scenario: Scenario
    durees: list[float] = field(default_factory=list)
    fin: float = 0.0
    echec: str = ""

    def vivre(self, port: int, limites: Limites, depart: Barrier) -> None:
        try:
            self._jouer(port, limites, depart)
        except ReponseInattendue as erreur:
            self.echec = str(erreur)
        except (OSError, http.client.HTTPException, threading.BrokenBarrierError) as erreur:
            self.echec = f"{type(erreur).__name__} {erreur}".strip()
        if self.echec:
            depart.abort()  # the others would wait for a start that never comes

    def _jouer(self, port: int, limites: Limites, depart: Barrier) -> None:
        connexion = Connexion(port)
        try:
            self.scenario.preparer(connexion)
            for rang in range(limites.mise_en_route):
                self.scenario.jouer(connexion, rang)
            depart.wait(_DELAI)
            limite = time.monotonic() + limites.secondes
            for rang in range(limites.mise_en_route, limites.mise_en_route + limites.requetes):
                if time.monotonic() > limite:
                    break
                self.durees.append(self.scenario.jouer(connexion, rang))
            self.fin = time.monotonic()
        finally:
            connexion.fermer()


@dataclass(frozen=True, slots=True)
class _Bilan:
    """What one process of clients sends back."""

    processeur: float
    clients: list[_Client]


def _processus(
    port: int,
    scenarios: Sequence[Scenario],
    limites: Limites,
    depart: Barrier,
    vers_parent: Connection,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then stops us
    debut = time.process_time()
    clients = [_Client(scenario) for scenario in scenarios]
    fils = [
        threading.Thread(target=client.vivre, args=(port, limites, depart)) for client in clients
    ]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    vers_parent.send(_Bilan(time.process_time() - debut, clients))


def charger(port: int, scenarios: Sequence[Scenario], limites: Limites) -> Mesure:
    """Plays one scenario by client, all starting together. Raises EchecDeCharge."""
    contexte = multiprocessing.get_context("spawn")  # nothing of this process is inherited
    depart = contexte.Barrier(len(scenarios) + 1)
    tuyaux: list[Connection] = []
    lances: list[SpawnProcess] = []
    try:
        for rang in range(PROCESSUS):
            tuyau, autre_bout = contexte.Pipe(duplex=False)
            lance = contexte.Process(
                target=_processus,
                args=(port, scenarios[rang::PROCESSUS], limites, depart, autre_bout),
                daemon=True,
            )
            lance.start()
            autre_bout.close()
            tuyaux.append(tuyau)
            lances.append(lance)
        with suppress(threading.BrokenBarrierError):  # whoever broke it says why below
            depart.wait(_DELAI)
        debut = time.monotonic()  # the same clock for every process of this machine
        bilans = [_recevoir(tuyau, limites) for tuyau in tuyaux]
    finally:
        for lance in lances:
            lance.join(1.0)
            lance.kill()
            lance.join()
    clients = [client for bilan in bilans for client in bilan.clients]
    if echecs := [client.echec for client in clients if client.echec]:
        # A client that only found the others gone says less than the one that failed.
        raise EchecDeCharge(min(echecs, key=lambda echec: echec.startswith("BrokenBarrier")))
    durees = sorted(duree for client in clients for duree in client.durees)
    return Mesure(
        durees=tuple(durees),
        temps=max(client.fin for client in clients) - debut,
        jouees=len(durees) + len(clients) * limites.mise_en_route,
        processeur=sum(bilan.processeur for bilan in bilans),
    )


def _recevoir(tuyau: Connection, limites: Limites) -> _Bilan:
    """What one process of clients measured. Raises EchecDeCharge when it died or is stuck."""
    try:
        if tuyau.poll(limites.secondes + 2 * _DELAI):
            bilan: _Bilan = tuyau.recv()
            return bilan
    except EOFError:
        raise EchecDeCharge("un processus de clients est mort") from None
    raise EchecDeCharge("un processus de clients ne répond plus")
