"""The servers of the bench: PostgreSQL, Valkey, the product's web server, the bare view beside it.

Started as the demonstration starts them, in a data folder made for this run and removed at its
end. No worker: what is measured ends at the answer, and the analyses wait in the database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from demo import reglages
from demo.serveurs import (
    Enfant,
    Postgres,
    ServeurIndisponible,
    attendre,
    demarrer_postgres,
    demarrer_valkey,
    port_repond,
    ports_libres,
    preparer_base,
    preparer_dossier,
    secrets_du_dossier,
)
from demo.superviseur import Superviseur, commande_web, dossier_par_defaut
from mes.socle.roles import APP, COMPTAGE, PROPRIETAIRE


@dataclass(frozen=True, slots=True)
class Banc:
    """Running database and broker; the web servers come once there is something to serve."""

    superviseur: Superviseur
    postgres: Postgres
    demo: reglages.Demonstration
    appelant: Mapping[str, str]
    port_nue: int

    @property
    def environnement(self) -> dict[str, str]:
        """Of the product's web process, and the counting role that checks what was written."""
        return reglages.web(self.demo, self.appelant) | {
            "DATABASE_URL_COMPTAGE": self.demo.bases[COMPTAGE]
        }

    def servir(self) -> tuple[Enfant, Enfant]:
        """Starts the product, exactly as `bin/demo` serves it, and the bare view beside it."""
        nue = commande_web(self.port_nue, "demo.bench.nue.wsgi:application")
        return (
            self._servir("web", self.demo.port_web, commande_web(self.demo.port_web)),
            self._servir("nue", self.port_nue, nue),
        )

    def _servir(self, nom: str, port: int, commande: Sequence[str]) -> Enfant:
        enfant = self.superviseur.ajouter(
            nom,
            lambda: self.superviseur.lancer_module(
                nom, *commande, environnement=reglages.web(self.demo, self.appelant)
            ),
        )
        attendre(enfant, lambda: port_repond(port))
        return enfant

    def exiger_durable(self) -> None:
        """Raises ServeurIndisponible when a commit would not reach the disk: nothing to measure."""
        with psycopg.connect(self.postgres.url(APP)) as connexion:
            for reglage in ("fsync", "synchronous_commit", "full_page_writes"):
                ligne = connexion.execute(f"SHOW {reglage}").fetchone()
                if ligne is None or ligne[0] != "on":
                    raise ServeurIndisponible(f"PostgreSQL tourne sans {reglage}")


def temps_processeur(racine: int) -> float:
    """Processor seconds used so far by a process and all its descendants, dead ones included."""
    durees: dict[int, int] = {}
    enfants: dict[int, list[int]] = {}
    for dossier in Path("/proc").iterdir():
        if not dossier.name.isdecimal():
            continue
        try:
            # After the name in parentheses, which may hold anything: state, parent, … (proc(5)).
            champs = (dossier / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        pid = int(dossier.name)
        durees[pid] = sum(map(int, champs[11:15]))
        enfants.setdefault(int(champs[1]), []).append(pid)
    total, a_voir = 0, [racine]
    while a_voir:
        pid = a_voir.pop()
        total += durees.get(pid, 0)
        a_voir += enfants.get(pid, [])
    return total / os.sysconf("SC_CLK_TCK")


@contextmanager
def ouvrir_banc(parent: Path | None) -> Iterator[Banc]:
    """A migrated database and a broker, in a new folder of `parent`; all stopped and removed after.

    Raises ServeurIndisponible.
    """
    parent = parent or dossier_par_defaut().parent
    parent.mkdir(parents=True, exist_ok=True)
    donnees = preparer_dossier(Path(tempfile.mkdtemp(prefix="mes-bench-", dir=parent)))
    superviseur = Superviseur(donnees)
    try:
        yield _demarrer(superviseur, dict(os.environ))
    finally:
        superviseur.arreter()
        shutil.rmtree(donnees)


def _demarrer(superviseur: Superviseur, appelant: Mapping[str, str]) -> Banc:
    donnees = superviseur.donnees
    secrets = secrets_du_dossier(donnees)
    (donnees / "documents").mkdir(mode=0o700)
    postgres = demarrer_postgres(donnees, secrets)
    superviseur.ajouter("postgres", lambda: postgres.enfant)
    valkey = demarrer_valkey(donnees, secrets)
    superviseur.ajouter("valkey", lambda: valkey.enfant)
    port_web, port_nue, port_ferme = ports_libres(3)
    banc = Banc(
        superviseur=superviseur,
        postgres=postgres,
        demo=reglages.Demonstration(
            donnees=donnees,
            port_web=port_web,
            # Nothing is sent and nobody logs in: the decor of the demonstration is not there.
            port_boite=port_ferme,
            port_smtp=port_ferme,
            port_federations=port_ferme,
            bases={role: postgres.url(role) for role in (APP, PROPRIETAIRE, COMPTAGE)},
            redis=valkey.url,
            secrets=secrets.produit,
        ),
        appelant=appelant,
        port_nue=port_nue,
    )
    preparer_base(postgres)
    banc.exiger_durable()
    statiques = superviseur.commencer(
        *("collectstatic", "--noinput", "--clear"),
        environnement=reglages.sans_cles(banc.demo, appelant),
    )
    superviseur.executer("migrate", environnement=reglages.migrations(banc.demo, appelant))
    superviseur.finir(statiques)
    return banc
