"""Where the time of one request goes: the WSGI application in this process, under cProfile."""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from typing import Any
from wsgiref.util import setup_testing_defaults

from demo.bench.scenarios import Reponse, Scenario

LIGNES = 40


class NavigateurWsgi:
    """Calls the application as a server would, without the network."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def demander(
        self,
        chemin: str,
        *,
        temoin: str = "",
        corps: bytes | None = None,
        type_contenu: str = "",
    ) -> Reponse:
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        chemin_seul, _, requete = chemin.partition("?")
        environ |= {
            "REQUEST_METHOD": "GET" if corps is None else "POST",
            "PATH_INFO": chemin_seul,
            "QUERY_STRING": requete,
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": temoin,
            "CONTENT_TYPE": type_contenu,
            "CONTENT_LENGTH": str(len(corps or b"")),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(corps or b""),
        }
        recu: list[Any] = []
        debut = time.perf_counter()
        morceaux = self._application(
            environ, lambda statut, entetes: recu.extend((statut, entetes))
        )
        octets = b"".join(morceaux)
        if hasattr(morceaux, "close"):
            morceaux.close()
        duree = time.perf_counter() - debut
        statut, entetes = recu
        return Reponse(
            int(statut[:3]), {nom.lower(): valeur for nom, valeur in entetes}, octets, duree
        )


def profiler(application: Any, scenario: Scenario, *, requetes: int, mise_en_route: int) -> str:
    """The most expensive functions of `requetes` requests, in milliseconds by request."""
    navigateur = NavigateurWsgi(application)
    scenario.preparer(navigateur)
    for rang in range(mise_en_route):
        scenario.jouer(navigateur, rang)
    profil = cProfile.Profile(time.process_time)
    debut = time.process_time()
    for rang in range(mise_en_route, mise_en_route + requetes):
        scenario.jouer(navigateur, rang)
    sans_mesure = time.process_time() - debut
    profil.enable()
    for rang in range(mise_en_route + requetes, mise_en_route + 2 * requetes):
        scenario.jouer(navigateur, rang)
    profil.disable()
    sortie = io.StringIO()
    statistiques = pstats.Stats(profil, stream=sortie).strip_dirs()
    statistiques.sort_stats("cumulative").print_stats(LIGNES)
    statistiques.sort_stats("tottime").print_stats(LIGNES)
    return (
        f"{1000 * sans_mesure / requetes:.2f} ms de processeur par requête, sans le profil, "
        f"hors PostgreSQL ({requetes} requêtes)\n{sortie.getvalue()}"
    )
