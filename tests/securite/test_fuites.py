"""Nothing readable at rest: a dump, the files, the broker and the logs hold nobody (conception §6).

Each place must first give up a canary planted there in every form that the searcher knows: one
that finds nothing anywhere would prove nothing.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from aiosmtpd.controller import Controller
from django.db import connection

from demo.serveurs import binaires_postgres, port_libre
from mes.socle.identifiants import cle_nir
from mes.socle.models import EtatTravail, Travail
from tests import situations as s
from tests.notifications.test_pannes import attendre
from tests.securite.chercheur import Chercheur

RACINE = Path(__file__).resolve().parents[2]
BASES_VALKEY = 16
SANS_SERVEURS = "DATABASE_URL_SUPERUTILISATEUR" not in os.environ


# --- The searcher itself --------------------------------------------------------------------------

CANARI = "Canari-Zoé-7"


def _habits(mot: str) -> dict[str, bytes]:
    """The same word in every form, each with letters of another case around and inside."""
    octets = mot.encode()
    habits = {
        "brut": mot.upper().encode(),
        "hexa": octets.hex().encode(),
        "hexa en majuscules": octets.hex().upper().encode(),
        "utf-16-le": mot.lower().encode("utf-16-le"),
        "utf-16-be": mot.encode("utf-16-be"),
        "gzip": gzip.compress(b"avant " + octets + b" apres"),
        "zlib": zlib.compress(b"avant " + octets + b" apres"),
        "gzip de base64": gzip.compress(base64.b64encode(b"xy" + octets)),
    }
    for decalage in range(3):
        entoure = b"z" * decalage + octets + b"?>>?"
        habits[f"base64 décalé de {decalage}"] = base64.b64encode(entoure)
        habits[f"base64 d'adresse décalé de {decalage}"] = base64.urlsafe_b64encode(entoure)
    return habits


@pytest.mark.parametrize("habit", sorted(_habits(CANARI)))
def test_le_chercheur_trouve_un_mot_sous_chaque_forme(habit):
    bruit = random.Random(3).randbytes(5000)
    octets = bruit + _habits(CANARI)[habit] + bruit
    assert {mot for mot, _ in Chercheur([CANARI, "Absente-Lise-8"]).trouver(octets)} == {CANARI}


def test_le_chercheur_ouvre_l_hexadecimal_d_un_export(tmp_path):
    """A binary column of a plain dump, whatever was in it."""
    for rang, octets in enumerate(_habits(CANARI).values()):
        (tmp_path / str(rang)).write_bytes(b"COPY t (c) FROM stdin;\n\\\\x" + octets.hex().encode())
    assert len(Chercheur([CANARI]).fouiller(tmp_path)) == len(_habits(CANARI))


def test_le_chercheur_lit_aussi_le_nom_des_fichiers(tmp_path):
    (tmp_path / "Canari-Zoé-7.pdf").write_bytes(b"rien")
    assert Chercheur([CANARI]).fouiller(tmp_path)


def test_le_chercheur_ne_trouve_rien_dans_le_hasard():
    hasard = random.Random(11).randbytes(300_000)
    assert Chercheur([CANARI, "639980001", "Zoé"]).trouver(hasard) == set()


# --- The act ------------------------------------------------------------------------------------


def _lettres(combien: int = 10) -> str:
    return "".join(random.SystemRandom().choices(string.ascii_uppercase, k=combien))


def _personne(rang: int) -> dict[str, Any]:
    """Somebody whom nothing was ever written of: every word is drawn now."""
    corps = f"1850499000{random.SystemRandom().randrange(1000):03d}"
    mobile = f"{random.SystemRandom().randrange(10_000):04d}"
    return {
        "ins": corps + cle_nir(corps),
        "oid": s.OID_TEST,
        "nom_naissance": f"DEMO-{_lettres()}",
        "prenoms": _lettres(),
        "date_naissance": f"1985-04-{12 + rang}",
        "sexe": "M",
        "lieu_naissance": "99999",
        "identifiant": f"{_lettres().lower()}.demo",
        "courriel": f"{_lettres().lower()}@mes.test",
        "mobile": f"+3363998{mobile}",
        "titre": f"Bilan {_lettres()}",
        "fichier": f"ordonnance-{_lettres().lower()}",
        "texte": f"Constat {_lettres()} ce jour",
    }


def _mots(personne: dict[str, Any]) -> list[str]:
    """What must be found nowhere: each person's own part of what was written."""
    return [
        personne["ins"][:13],
        personne["nom_naissance"].removeprefix("DEMO-"),
        personne["prenoms"],
        personne["identifiant"].removesuffix(".demo"),
        personne["courriel"].removesuffix("@mes.test"),
        personne["mobile"].removeprefix("+33"),
        personne["titre"].removeprefix("Bilan "),
        personne["fichier"].removeprefix("ordonnance-"),
        personne["texte"].split()[1],
    ]


class Courrier:
    """A real SMTP server that keeps what it is given, in memory."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0)
        message = message_from_bytes(envelope.content, policy=default)
        texte = "\n".join(
            [str(message["Subject"])]
            + [str(p.get_content()) for p in message.walk() if not p.is_multipart()]
        )
        self.messages.append((envelope.rcpt_tos[0], texte))
        return "250 recu"

    def code_de(self, adresse: str) -> str | None:
        for destinataire, texte in self.messages:
            trouve = re.search(r"(?<![#\d])\d{6}\b", texte)
            if destinataire == adresse and trouve:
                return trouve[0]
        return None


@dataclass
class Lieux:
    """Where the product leaves something."""

    documents: Path
    journaux: Path
    donnees_postgres: Path
    environnement: dict[str, str]

    def executer(self, *commande: str | Path, journal: str) -> None:
        with (self.journaux / journal).open("ab") as sortie:
            fini = subprocess.run(
                [str(mot) for mot in commande],
                cwd=RACINE,
                env=self.environnement,
                stdout=sortie,
                stderr=subprocess.STDOUT,
                timeout=240,
                check=False,
            )
        assert fini.returncode == 0, (self.journaux / journal).read_text()[-3000:]


def _base(variable: str) -> str:
    adresse = urlsplit(os.environ[variable])
    return urlunsplit(adresse._replace(path="/" + connection.settings_dict["NAME"]))


def _superutilisateur() -> psycopg.Connection[Any]:
    return psycopg.connect(_base("DATABASE_URL_SUPERUTILISATEUR"), autocommit=True)


@pytest.fixture
def courrier() -> Iterator[tuple[Courrier, int]]:
    recu, port = Courrier(), port_libre()
    controleur = Controller(recu, hostname="127.0.0.1", port=port)
    controleur.start()
    yield recu, port
    controleur.stop()


@pytest.fixture
def lieux(tmp_path, courrier, transactional_db) -> Lieux:
    journaux = tmp_path / "journaux"
    journaux.mkdir()
    numero = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 14
    courtier = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{numero}")
    with _superutilisateur() as lien:
        ligne = lien.execute("SHOW data_directory").fetchone()
    assert ligne is not None
    environnement = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.securite.reglages_acte",
        "DATABASE_URL": _base("DATABASE_URL"),
        "REDIS_URL": urlunsplit(courtier),
        "MES_DOCUMENTS": str(tmp_path / "documents"),
        "MES_SMTP_HOTE": "127.0.0.1",
        "MES_SMTP_PORT": str(courrier[1]),
        "MES_OID_INS": s.OID_TEST,
        "MES_NIVEAU_TRACES": "DEBUG",
    }
    environnement.pop("DATABASE_URL_PROPRIETAIRE", None)
    return Lieux(tmp_path / "documents", journaux, Path(ligne[0]), environnement)


def _courtier() -> bytes:
    """Every key of every database, name and value."""
    vues: list[bytes] = []
    lire: dict[bytes, Callable[[redis.Redis, bytes], Any]] = {
        b"string": lambda r, cle: r.get(cle),
        b"list": lambda r, cle: r.lrange(cle, 0, -1),
        b"hash": lambda r, cle: r.hgetall(cle),
        b"set": lambda r, cle: r.smembers(cle),
        b"zset": lambda r, cle: r.zrange(cle, 0, -1),
    }
    adresse = urlsplit(os.environ["REDIS_URL"])
    for numero in range(BASES_VALKEY):
        client = redis.Redis.from_url(urlunsplit(adresse._replace(path=f"/{numero}")))
        for cle in client.scan_iter(count=1000):
            genre = client.type(cle)
            if genre == b"none":
                continue  # it went away meanwhile
            vues += [cle, *_octets(lire[genre](client, cle))]
        client.close()
    return b"\n".join(vues)


def _octets(valeur: Any) -> Iterator[bytes]:
    if isinstance(valeur, bytes):
        yield valeur
    elif isinstance(valeur, dict):
        for cle, contenu in valeur.items():
            yield from (cle, contenu)
    elif valeur is not None:
        yield from valeur


def _jouer(lieux: Lieux, courrier: Courrier, tmp_path: Path) -> tuple[list[dict[str, Any]], bytes]:
    """The act; returns its people, and what the broker held before anything was consumed."""
    personnes = [_personne(rang) for rang in range(2)]
    fichier = tmp_path / "personnes.json"
    fichier.write_text(json.dumps(personnes), "utf-8")
    lieux.executer(sys.executable, "-m", "tests.securite.acte", "avant", fichier, journal="web.log")
    avant = _courtier()
    assert b"mes.executer" in avant or b"bWVzLmV4ZWN1dGVy" in avant  # the jobs are waiting there
    with (lieux.journaux / "worker.log").open("ab") as sortie:
        worker = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "mes.celery:application", "worker"),
                *("-Q", "notifications,analyses", "-c", "1", "--without-gossip", "-l", "DEBUG"),
            ],
            cwd=RACINE,
            env=lieux.environnement,
            stdout=sortie,
            stderr=subprocess.STDOUT,
        )
    try:
        attendre(_tout_est_fait, "les travaux faits")
        personnes = json.loads(fichier.read_text("utf-8"))
        for personne in personnes:
            personne["code"] = courrier.code_de(personne["courriel"])
            assert personne["code"]
        personnes[-1]["document"] = str(_un_document())
        fichier.write_text(json.dumps(personnes), "utf-8")
        lieux.executer(
            sys.executable, "-m", "tests.securite.acte", "apres", fichier, journal="web.log"
        )
        attendre(_tout_est_fait, "les travaux faits")
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    assert len(courrier.messages) >= 2 * 4  # a code and three announcements each
    fichier.unlink()
    return personnes, avant


def _tout_est_fait() -> bool:
    etats = set(Travail.objects.values_list("etat", flat=True))
    natures = set(Travail.objects.values_list("nature", flat=True))
    return etats == {EtatTravail.FAIT} and "dossier.annoncer_depot" in natures


def _un_document() -> Any:
    """The last one deposited: the last person's."""
    with _superutilisateur() as lien:
        ligne = lien.execute("SELECT id FROM dossier_document ORDER BY id DESC LIMIT 1").fetchone()
    assert ligne is not None
    return ligne[0]


# --- Where to look ------------------------------------------------------------------------------


def _exporter(lieux: Lieux, vers: Path) -> Path:
    """As an operator saves: mes_sauvegarde, plain and custom (compressed) forms."""
    vers.mkdir()
    adresse = urlsplit(_base("DATABASE_URL_SAUVEGARDE"))
    programme = binaires_postgres(lieux.donnees_postgres.parent) / "pg_dump"
    for forme, nom in (("plain", "base.sql"), ("custom", "base.dump")):
        fini = subprocess.run(
            [
                *(str(programme), f"--format={forme}", "--file", str(vers / nom)),
                *(
                    "-h",
                    str(adresse.hostname),
                    "-p",
                    str(adresse.port),
                    "-U",
                    str(adresse.username),
                ),
                *("-d", adresse.path.lstrip("/")),
            ],
            env={"PATH": "/usr/bin:/bin", "PGPASSWORD": adresse.password or ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert fini.returncode == 0, fini.stderr
    return vers


def _points_de_fuite(lieux: Lieux, tmp_path: Path, *, fichiers_de_la_base: bool) -> dict[str, Path]:
    """Each place as a folder to go through, taken now."""
    courtier = tmp_path / "courtier"
    courtier.mkdir()
    (courtier / "tout").write_bytes(_courtier())
    traces = tmp_path / "traces"
    shutil.copytree(lieux.journaux, traces)
    journaux_des_serveurs = lieux.donnees_postgres.parent / "journaux"
    if journaux_des_serveurs.is_dir():
        shutil.copytree(journaux_des_serveurs, traces / "serveurs")
    points = {
        "export": _exporter(lieux, tmp_path / "export"),
        "documents": lieux.documents,
        "courtier": courtier,
        "traces": traces,
    }
    if fichiers_de_la_base:
        with _superutilisateur() as lien:
            lien.execute("CHECKPOINT")
        points["fichiers de la base"] = lieux.donnees_postgres
    return points


@contextmanager
def _plantes(lieux: Lieux, canaris: dict[str, str]) -> Iterator[None]:
    """Each canary is in its place, in every form; the servers' are taken away afterwards."""
    with _superutilisateur() as lien:
        lien.execute("CREATE TABLE canari_des_tests (contenu bytea, texte text)")
        lien.execute("GRANT SELECT ON canari_des_tests TO mes_sauvegarde")
        for habit in _habits(canaris["base"]).values():
            lien.execute("INSERT INTO canari_des_tests (contenu) VALUES (%s)", [habit])
        lien.execute("INSERT INTO canari_des_tests (texte) VALUES (%s)", [canaris["base"]])
    client = redis.Redis.from_url(lieux.environnement["REDIS_URL"])
    cle = f"canari-{os.getpid()}"
    for habit in _habits(canaris["courtier"]).values():
        client.rpush(cle, habit)
    lieux.documents.mkdir(exist_ok=True)
    for rang, (habit_documents, habit_traces) in enumerate(
        zip(
            _habits(canaris["documents"]).values(), _habits(canaris["traces"]).values(), strict=True
        )
    ):
        (lieux.documents / f"{rang}.canari").write_bytes(habit_documents)
        (lieux.journaux / f"{rang}.canari.log").write_bytes(habit_traces)
    try:
        yield
    finally:
        client.delete(cle)
        client.close()
        with _superutilisateur() as lien:
            lien.execute("DROP TABLE canari_des_tests")


@pytest.fixture
def canaris(lieux) -> Iterator[dict[str, str]]:
    """One by place, drawn now: neither the other places nor a former run may speak for it."""
    choisis = {nom: _lettres(12) for nom in ("base", "courtier", "documents", "traces")}
    with _plantes(lieux, choisis):
        yield choisis


def _formes_trouvees(trouve: dict[str, set[tuple[str, str]]], mot: str) -> set[str]:
    """Last layer of what was found: « brut », « base64 », « hexa », « utf-16-le »…"""
    vues = {forme for vus in trouve.values() for m, forme in vus if m == mot}
    return {forme.rpartition(":")[2] for forme in vues} | {
        couche for forme in vues for couche in forme.split(":")[:-1]
    }


def _verifier(
    points: dict[str, Path], personnes: list[dict[str, Any]], canaris: dict[str, str]
) -> None:
    interdits = {mot for personne in personnes for mot in _mots(personne)}
    chercheur = Chercheur([*interdits, *canaris.values()])
    attendues = {"brut", "hexa", "base64", "utf-16-le", "utf-16-be", "gzip", "zlib"}
    for nom, dossier in points.items():
        trouve = chercheur.fouiller(dossier)
        canari = canaris[nom if nom in canaris else "base"]
        assert attendues <= _formes_trouvees(trouve, canari), f"canari perdu : {nom}"
        fuites = {
            fichier: {(mot, forme) for mot, forme in vus if mot in interdits}
            for fichier, vus in trouve.items()
        }
        assert {f: vus for f, vus in fuites.items() if vus} == {}, f"fuite : {nom}"


@pytest.mark.skipif(SANS_SERVEURS, reason="la base d'essai n'est pas la nôtre")
@pytest.mark.django_db(transaction=True)
@pytest.mark.regle("R-SEC-03", "R-NOT-03")
@pytest.mark.parametrize(
    "fichiers_de_la_base",
    [
        pytest.param(False, id="export_documents_courtier_traces"),
        pytest.param(True, id="et_fichiers_de_la_base", marks=pytest.mark.long),
    ],
)
def test_rien_de_personne_ne_se_lit_au_repos(
    lieux, courrier, canaris, tmp_path, fichiers_de_la_base
):
    personnes, courtier_avant = _jouer(lieux, courrier[0], tmp_path)
    points = _points_de_fuite(lieux, tmp_path, fichiers_de_la_base=fichiers_de_la_base)
    (points["courtier"] / "avant").write_bytes(courtier_avant)
    _verifier(points, personnes, canaris)
    # What was sent says that something came, never what nor from whom.
    for _, message in courrier[0].messages:
        for personne in personnes:
            assert personne["titre"] not in message
            assert personne["ins"] not in message
