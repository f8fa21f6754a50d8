"""The demonstration: every process of the product on this machine, watched. Run by `bin/demo`.

PostgreSQL, Valkey, the mailbox, the identity stand-ins, then the product: web, worker, beat. What
dies is started again; what dies too often stops everything, and the message names its log. A
signal stops all, last started first. SIGKILL of this process takes the children away too (see
`serveurs`), and the next start recovers: what was committed is in PostgreSQL.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from demo import reglages
from demo.serveurs import (
    HOTE,
    RACINE,
    Enfant,
    ServeurIndisponible,
    attendre,
    demarrer_postgres,
    demarrer_valkey,
    dossier_systeme,
    ecrire_prive,
    est_root,
    lancer,
    port_est_libre,
    port_libre,
    port_repond,
    ports_libres,
    preparer_base,
    preparer_dossier,
    secrets_du_dossier,
    verrouiller,
)
from mes.socle.roles import APP, COMPTAGE, PROPRIETAIRE

PORT_PAR_DEFAUT = 8000
DELAI_WEB = 3
"""Seconds that the web server leaves to its own processes to end."""

_TOUR = 0.2
_FILES_D_ATTENTE = "notifications,courriers,syntheses,analyses"


class ArretDemande(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP. Not an Exception: nothing on the way may swallow it."""


@dataclass(slots=True)
class Service:
    """A process to keep alive: how to start it, and when it died."""

    nom: str
    demarrer: Callable[[], Enfant]
    enfant: Enfant
    morts: list[float] = field(default_factory=list)
    relance_a: float | None = None


def dire(texte: str, sortie: TextIO = sys.stdout) -> None:
    """Prints for the person. The terminal may be gone (SIGHUP): the stop must go on."""
    with contextlib.suppress(OSError):
        print(texte, file=sortie, flush=True)


def dossier_par_defaut() -> Path:
    """`var/demo` of the checkout; of the system for root, whose checkout may be closed."""
    return dossier_systeme("demo") if est_root() else RACINE / "var" / "demo"


def numero_de_port(texte: str) -> int:
    """An argparse type; 0 means any free port."""
    numero = int(texte)
    if not 0 <= numero <= 65535:
        raise ValueError(texte)
    return numero


def choisir_port(demande: int | None, patience: float = 2 * DELAI_WEB) -> int:
    """The port asked for, which must be free; else the usual one, or any free one.

    `patience` (seconds): after a kill of the supervisor, the former web server may still be ending.
    Raises ServeurIndisponible.
    """
    if demande is None:
        return port_libre(PORT_PAR_DEFAUT)
    limite = time.monotonic() + patience
    while demande and not port_est_libre(demande):
        if time.monotonic() > limite:
            raise ServeurIndisponible(f"le port {demande} est déjà pris : choisissez-en un autre")
        time.sleep(_TOUR)
    return port_libre(demande)


def commande_web(port: int, application: str = "demo.wsgi:application") -> tuple[str, ...]:
    """What follows `python -m` to serve the product, or what `bin/bench` measures beside it."""
    return (
        *("granian", "--interface", "wsgi", "--host", HOTE, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--no-ws"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", str(DELAI_WEB), application),
    )


class Superviseur:
    """Starts, watches and stops the processes of one demonstration."""

    def __init__(self, donnees: Path) -> None:
        self.donnees = donnees
        self.journaux = donnees / "journaux"
        self.services: list[Service] = []

    # --- Life -----------------------------------------------------------------------------

    def ajouter(self, nom: str, demarrer: Callable[[], Enfant]) -> Enfant:
        """Starts a service and keeps it alive from now on."""
        enfant = demarrer()
        self.services.append(Service(nom, demarrer, enfant))
        return enfant

    def veiller(self) -> None:
        """Starts again what dies, for ever. Raises ServeurIndisponible to give up."""
        while True:
            self.faire_le_tour()
            time.sleep(_TOUR)

    def faire_le_tour(self) -> None:
        """Looks once at every service. Raises ServeurIndisponible when one dies too often."""
        for service in self.services:
            self._veiller_sur(service)

    def _veiller_sur(self, service: Service) -> None:
        maintenant = time.monotonic()
        if service.relance_a is None and service.enfant.est_mort():
            code = service.enfant.enterrer()
            service.morts.append(maintenant)
            delai = reglages.delai_de_relance(service.morts, maintenant)
            if delai is None:
                raise ServeurIndisponible(
                    f"{service.nom} s'arrête sans cesse (code {code}), "
                    f"voyez {service.enfant.journal}"
                )
            dire(f"{service.nom} s'est arrêté (code {code}) : je le relance")
            service.relance_a = maintenant + delai
        elif service.relance_a is not None and maintenant >= service.relance_a:
            service.relance_a = None
            service.enfant = service.demarrer()

    def arreter(self) -> None:
        """Stops everything, last started first."""
        for service in reversed(self.services):
            if not service.enfant.arreter():
                dire(f"{service.nom} n'obéissait pas : il a été tué")

    # --- Starting -------------------------------------------------------------------------

    def lancer_module(self, nom: str, *commande: str, environnement: Mapping[str, str]) -> Enfant:
        """`python -m …` from the checkout, its output in its own log."""
        return lancer(
            nom,
            [sys.executable, "-m", *commande],
            journal=self.journaux / f"{nom}.log",
            environnement=environnement,
            dossier=RACINE,
        )

    def commencer(self, commande: str, *options: str, environnement: Mapping[str, str]) -> Enfant:
        """Starts a management command; `finir` waits for it."""
        journal = self.journaux / f"{commande}.log"
        journal.unlink(missing_ok=True)
        return lancer(
            commande,
            [sys.executable, RACINE / "manage.py", commande, *options],
            journal=journal,
            environnement=environnement,
            dossier=RACINE,
        )

    def finir(self, enfant: Enfant) -> None:
        """Waits for the end of a command. Raises ServeurIndisponible when it fails."""
        try:
            code = enfant.processus.wait()
        finally:
            enfant.arreter()  # at Ctrl-C
        if code:
            fin = enfant.journal.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            raise ServeurIndisponible(
                f"manage.py {enfant.nom} a échoué, voyez {enfant.journal}\n" + "\n".join(fin)
            )

    def executer(self, commande: str, *options: str, environnement: Mapping[str, str]) -> None:
        """Runs a management command to its end. Raises ServeurIndisponible when it fails."""
        self.finir(self.commencer(commande, *options, environnement=environnement))

    def demarrer(self, port: int) -> reglages.Demonstration:
        """Everything up to a web server that answers."""
        secrets = secrets_du_dossier(self.donnees)
        documents = self.donnees / "documents"
        documents.mkdir(mode=0o700, exist_ok=True)

        # Chosen once: a process started again takes the port that the others know.
        port_postgres, port_valkey, port_boite, port_smtp, port_federations = ports_libres(5)
        postgres = demarrer_postgres(self.donnees, secrets, port=port_postgres)
        self.services.append(
            Service(
                "postgres",
                lambda: demarrer_postgres(self.donnees, secrets, port=port_postgres).enfant,
                postgres.enfant,
            )
        )
        valkey = demarrer_valkey(self.donnees, secrets, port=port_valkey)
        self.services.append(
            Service(
                "valkey",
                lambda: demarrer_valkey(self.donnees, secrets, port=port_valkey).enfant,
                valkey.enfant,
            )
        )
        demo = reglages.Demonstration(
            donnees=self.donnees,
            port_web=port,
            port_boite=port_boite,
            port_smtp=port_smtp,
            port_federations=port_federations,
            bases={role: postgres.url(role) for role in (APP, PROPRIETAIRE, COMPTAGE)},
            redis=valkey.url,
            secrets=secrets.produit,
        )
        self._demarrer_decor(demo)
        preparer_base(postgres)
        self._demarrer_produit(demo)
        return demo

    def _demarrer_decor(self, demo: reglages.Demonstration) -> None:
        """The mailbox and the identity stand-ins: a project apart from the product."""
        boite = self.ajouter(
            "boite",
            lambda: self.lancer_module(
                "boite",
                "demo.boite",
                *("--smtp-port", str(demo.port_smtp), "--http-port", str(demo.port_boite)),
                *("--donnees", str(self.donnees / "boite")),
                environnement=reglages.boite(os.environ),
            ),
        )
        federations = self.ajouter(
            "federations",
            lambda: self.lancer_module(
                "federations",
                "demo.federations",
                *("--port", str(demo.port_federations), "--url-produit", demo.url),
                *("--donnees", str(self.donnees / "federations")),
                environnement=reglages.federations(demo, os.environ),
            ),
        )
        attendre(boite, lambda: port_repond(demo.port_boite) and port_repond(demo.port_smtp))
        attendre(federations, lambda: port_repond(demo.port_federations))

    def _demarrer_produit(self, demo: reglages.Demonstration) -> None:
        appelant = os.environ
        # Compressing the static files takes as long as the migrations and needs no database.
        statiques = self.commencer(
            *("collectstatic", "--noinput", "--clear"),
            environnement=reglages.sans_cles(demo, appelant),
        )
        self.executer("migrate", environnement=reglages.migrations(demo, appelant))
        self.executer(
            "peupler",
            *("--fichier", str(self.donnees / "demo.json")),
            environnement=reglages.application(demo, appelant),
        )
        self.finir(statiques)
        ecrire_prive(
            self.donnees / "environnement.json",
            json.dumps(reglages.a_garder(demo, appelant), indent=2),
        )
        web = self.ajouter(
            "web",
            lambda: self.lancer_module(
                "web",
                *commande_web(demo.port_web),
                environnement=reglages.web(demo, appelant),
            ),
        )
        self.ajouter(
            "worker",
            lambda: self.lancer_module(
                "worker",
                *("celery", "-A", "mes.celery:application", "worker", "-l", "INFO"),
                *("-Q", _FILES_D_ATTENTE, "-c", "2", "-n", f"demo{demo.port_web}@%h"),
                environnement=reglages.application(demo, appelant),
            ),
        )
        self.ajouter(
            "beat",
            lambda: self.lancer_module(
                "beat",
                *("celery", "-A", "mes.celery:application", "beat", "-l", "INFO"),
                *("-s", str(self.donnees / "beat"), "--pidfile="),
                environnement=reglages.sans_cles(demo, appelant),
            ),
        )
        attendre(web, lambda: _site_repond(demo.port_web, web.journal))


def _site_repond(port: int, journal: Path) -> bool:
    """Whether the home page answers. Raises ServeurIndisponible when it answers an error."""
    connexion = http.client.HTTPConnection(HOTE, port, timeout=10)
    try:
        connexion.request("GET", "/", headers={"Host": f"localhost:{port}"})
        statut = connexion.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connexion.close()
    if statut >= 500:
        raise ServeurIndisponible(f"la page d'accueil répond {statut}, voyez {journal}")
    return True


def completer_fichier(fichier: Path, demo: reglages.Demonstration) -> dict[str, Any]:
    """Adds the addresses to the accounts that `peupler` wrote; those unknown are empty strings."""
    contenu: dict[str, Any] = json.loads(fichier.read_text(encoding="utf-8"))
    contenu |= {"url": demo.url, "boite": f"{demo.url_boite}/messages"}
    for adresse in ("fhir_dmp", "fhir_mes", "smtp"):
        contenu.setdefault(adresse, "")
    ecrire_prive(fichier, json.dumps(contenu, ensure_ascii=False, indent=2) + "\n")
    return contenu


def annonce(contenu: Mapping[str, Any]) -> str:
    """The line beginning with « prêt », then the accounts and the addresses."""
    comptes = contenu.get("comptes", {})
    lignes = [f"prêt : {contenu['url']}/"]
    for patient in comptes.get("patients", []):
        lignes.append(
            f"  patient        {patient['nom']} · identifiant {patient['identifiant']} · "
            f"mot de passe {patient['mot_de_passe']}"
        )
    for professionnel in comptes.get("professionnels", []):
        precision = " ".join(
            str(professionnel[cle]) for cle in ("profession", "specialite") if professionnel[cle]
        )
        lignes.append(
            f"  professionnel  {professionnel['nom']} · RPPS {professionnel['rpps']} · {precision}"
        )
    for agent in comptes.get("agents", []):
        totp = f" · TOTP {agent['secret_totp']}" if agent["secret_totp"] else ""
        lignes.append(
            f"  agent          {agent['identifiant']} · mot de passe {agent['mot_de_passe']}{totp}"
        )
    lignes.append(f"  courriels et SMS envoyés : {contenu['boite'].removesuffix('messages')}")
    return "\n".join(lignes)


def _demander_l_arret(numero: int, cadre: object) -> None:
    raise ArretDemande


def principal(arguments: list[str] | None = None) -> int:
    """Entry point: returns the exit code."""
    analyseur = argparse.ArgumentParser(
        prog="bin/demo", description="Lance la démonstration complète sur cette machine."
    )
    analyseur.add_argument(
        "--port",
        type=numero_de_port,
        default=os.environ.get("MES_PORT") or None,
        help=f"port du site (MES_PORT ; {PORT_PAR_DEFAUT}, ou un port libre s'il est pris)",
    )
    analyseur.add_argument(
        "--donnees",
        type=Path,
        default=os.environ.get("MES_DONNEES") or dossier_par_defaut(),
        help="dossier des données (MES_DONNEES ; par défaut %(default)s)",
    )
    options = analyseur.parse_args(arguments)

    for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Explicitly: a shell's `cmd &` starts us with SIGINT ignored.
        signal.signal(numero, _demander_l_arret)
    try:
        return _vivre(options.donnees, options.port)
    except ServeurIndisponible as erreur:
        dire(f"mes : {erreur}", sys.stderr)
        return 1
    except ArretDemande:
        return 0


def _vivre(dossier: Path, port: int | None) -> int:
    debut = time.monotonic()
    donnees = preparer_dossier(dossier)
    verrou = verrouiller(donnees / "verrou")
    if verrou is None:
        raise ServeurIndisponible(f"déjà lancé : une démonstration tourne sur {donnees}")
    superviseur = Superviseur(donnees)
    with verrou:
        try:
            dire(f"Démarrage, journaux dans {superviseur.journaux}…")
            demo = superviseur.demarrer(choisir_port(port))
            contenu = completer_fichier(donnees / "demo.json", demo)
            dire(annonce(contenu))
            dire(f"  lecteur de carte Vitale simulé : {demo.lecteur_vitale}")
            dire(f"  en {time.monotonic() - debut:.1f} s ; Ctrl-C arrête tout")
            superviseur.veiller()
        finally:
            # A second Ctrl-C must not leave the stop half done; each step has its own limit.
            for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(numero, signal.SIG_IGN)
            dire("Arrêt…")
            superviseur.arreter()
    return 0


if __name__ == "__main__":
    sys.exit(principal())
