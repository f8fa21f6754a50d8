"""The supervisor: what dies comes back, what is stopped leaves nothing, what is killed recovers."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.reglages import Demonstration
from demo.serveurs import HOTE, RACINE, Enfant, ServeurIndisponible, lancer
from demo.superviseur import Superviseur, annonce, choisir_port, completer_fichier, numero_de_port
from tests.demo.test_serveurs import ENVIRONNEMENT, LIMITE, attendre_la_fin


@pytest.fixture
def superviseur(tmp_path: Path) -> Iterator[Superviseur]:
    cree = Superviseur(tmp_path)
    yield cree
    cree.arreter()


def dormir(superviseur: Superviseur) -> Enfant:
    return lancer(
        "dort",
        ["sleep", "600"],
        journal=superviseur.journaux / "dort.log",
        environnement=ENVIRONNEMENT,
    )


def test_un_service_mort_est_relance(superviseur: Superviseur) -> None:
    premier = superviseur.ajouter("dort", lambda: dormir(superviseur))
    os.kill(premier.processus.pid, signal.SIGKILL)
    limite = time.monotonic() + LIMITE
    while superviseur.services[0].enfant is premier:
        assert time.monotonic() < limite
        superviseur.faire_le_tour()
    assert not superviseur.services[0].enfant.est_mort()


def test_un_service_qui_meurt_sans_cesse_fait_tout_arreter_et_nomme_son_journal(
    superviseur: Superviseur,
) -> None:
    enfant = superviseur.ajouter("dort", lambda: dormir(superviseur))
    superviseur.services[0].morts = [time.monotonic()] * 5
    os.kill(enfant.processus.pid, signal.SIGKILL)
    attendre_la_fin(enfant.processus.pid)
    with pytest.raises(ServeurIndisponible, match=r"dort .*dort\.log"):
        superviseur.faire_le_tour()


def test_un_port_demande_et_pris_est_refuse_mais_le_port_usuel_est_remplace() -> None:
    pris = urlsplit(os.environ["DATABASE_URL"]).port
    with pytest.raises(ServeurIndisponible, match=str(pris)):
        choisir_port(pris, patience=0)
    assert choisir_port(None)
    assert choisir_port(0)


@pytest.mark.parametrize("texte", ["-1", "65536", "huit"])
def test_un_numero_de_port_impossible_est_refuse(texte: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        numero_de_port(texte)


COMPTES = {
    "patients": [
        {"nom": "PATDUPONT", "identifiant": "patdupont", "mot_de_passe": "secret-1", "ins": "0"}
    ],
    "professionnels": [
        {"nom": "DOCTUN", "rpps": "899700000000", "profession": "10", "specialite": "SM54"}
    ],
    "agents": [{"identifiant": "agent", "mot_de_passe": "secret-2", "secret_totp": "ABCD"}],
}


def test_le_fichier_de_la_demonstration_recoit_les_adresses(tmp_path: Path) -> None:
    fichier = tmp_path / "demo.json"
    fichier.write_text(json.dumps({"comptes": COMPTES, "fhir_mes": "deja-connue"}))
    demo = Demonstration(tmp_path, 8001, 8002, 8003, 8004, {}, "", {})
    contenu = completer_fichier(fichier, demo)
    assert json.loads(fichier.read_text(encoding="utf-8")) == contenu
    assert contenu == {
        "comptes": COMPTES,
        "url": "http://localhost:8001",
        "boite": "http://localhost:8002/messages",
        "fhir_dmp": "",
        "fhir_mes": "deja-connue",
        "smtp": "",
    }


def test_l_annonce_dit_pret_puis_de_quoi_se_connecter() -> None:
    lignes = annonce(
        {"url": "http://localhost:1", "boite": "http://localhost:2/messages", "comptes": COMPTES}
    ).splitlines()
    assert lignes[0] == "prêt : http://localhost:1/"
    suite = "\n".join(lignes[1:])
    for attendu in (
        *("PATDUPONT", "patdupont", "secret-1"),
        *("DOCTUN", "899700000000", "SM54"),
        *("agent", "secret-2", "ABCD"),
        "http://localhost:2/",
    ):
        assert attendu in suite


# --- The whole demonstration -----------------------------------------------------------------


@pytest.fixture
def donnees() -> Iterator[Path]:
    """Not pytest's folder: as root it is closed, and PostgreSQL could not enter it."""
    dossier = Path(tempfile.mkdtemp(prefix="mes-demo-"))
    yield dossier
    shutil.rmtree(dossier)


def demarrer(donnees: Path) -> tuple[subprocess.Popen[str], str]:
    """Starts a demonstration; returns its process and its output up to the line « prêt »."""
    processus = subprocess.Popen(
        [sys.executable, "-m", "demo.superviseur", "--port", "0", "--donnees", donnees],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert processus.stdout is not None
    sortie = ""
    for ligne in processus.stdout:
        sortie += ligne
        if ligne.startswith("prêt"):
            break
    return processus, sortie


def statut_de(url: str) -> int | None:
    """The HTTP status of the home page, None while nothing answers."""
    connexion = http.client.HTTPConnection(HOTE, urlsplit(url).port or 0, timeout=LIMITE)
    try:
        connexion.request("GET", "/", headers={"Host": urlsplit(url).netloc})
        return connexion.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connexion.close()


def enfants_de(pid: int) -> list[int]:
    return [
        int(enfant)
        for fil in Path(f"/proc/{pid}/task").iterdir()
        for enfant in (fil / "children").read_text(encoding="utf-8").split()
    ]


def descendants_de(pid: int) -> list[int]:
    return [d for enfant in enfants_de(pid) for d in (enfant, *descendants_de(enfant))]


def enfant_nomme(pid: int, nom: str) -> int:
    """The first child whose command line holds `nom`, waited for when it is being started again."""
    limite = time.monotonic() + LIMITE
    while time.monotonic() < limite:
        for enfant in enfants_de(pid):
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                if nom in Path(f"/proc/{enfant}/cmdline").read_text(encoding="utf-8"):
                    return enfant
    raise AssertionError(f"{nom} n'est pas revenu")


@pytest.mark.long
def test_la_demonstration_vit_se_repare_et_renait(donnees: Path) -> None:
    processus, sortie = demarrer(donnees)
    try:
        assert "prêt" in sortie, sortie
        contenu = json.loads((donnees / "demo.json").read_text(encoding="utf-8"))
        assert statut_de(contenu["url"]) == 200

        second = subprocess.run(
            [sys.executable, "-m", "demo.superviseur", "--donnees", donnees],
            cwd=RACINE,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert "déjà lancé" in second.stderr

        for nom in ("postgres", "valkey-server", "granian", "celery", "demo.boite"):
            victime = enfant_nomme(processus.pid, nom)
            os.kill(victime, signal.SIGKILL)
            attendre_la_fin(victime)
            limite = time.monotonic() + LIMITE
            while statut_de(contenu["url"]) != 200:
                assert time.monotonic() < limite, f"le site ne revient pas après {nom}"

        # The web server dies in the same breath: nobody is left to sweep its own processes.
        famille = descendants_de(processus.pid)
        serveur = enfant_nomme(processus.pid, "granian")
        os.kill(serveur, signal.SIGKILL)
        processus.kill()
        processus.wait(LIMITE)
        for pid in famille:
            attendre_la_fin(pid)
    finally:
        processus.kill()
        processus.communicate()

    processus, sortie = demarrer(donnees)
    try:
        assert "prêt" in sortie, sortie
        contenu = json.loads((donnees / "demo.json").read_text(encoding="utf-8"))
        assert statut_de(contenu["url"]) == 200
        famille = descendants_de(processus.pid)
        processus.terminate()
        processus.communicate(timeout=LIMITE)
        assert processus.returncode == 0
        for pid in famille:
            attendre_la_fin(pid)
    finally:
        processus.kill()
        processus.wait()
