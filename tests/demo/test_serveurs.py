"""The launcher: private files, locks, and children that never outlive their parent."""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from demo.serveurs import (
    RACINE,
    ServeurIndisponible,
    attendre,
    ecrire_prive,
    lancer,
    ports_libres,
    secrets_du_dossier,
    verrouiller,
)

ENVIRONNEMENT = {"PATH": "/usr/bin:/bin"}
LIMITE = 30.0  # seconds


def attendre_la_fin(pid: int) -> None:
    """Waits for the end of a process that need not be our child."""
    try:
        descripteur = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        finis, _, _ = select.select([descripteur], [], [], LIMITE)
    finally:
        os.close(descripteur)
    assert finis, f"le processus {pid} vit encore"


def test_un_verrou_pris_se_refuse_puis_se_rend(tmp_path: Path) -> None:
    premier = verrouiller(tmp_path / "verrou")
    assert premier is not None
    assert verrouiller(tmp_path / "verrou") is None
    premier.close()
    second = verrouiller(tmp_path / "verrou")
    assert second is not None
    second.close()


def test_un_fichier_prive_n_est_lu_que_par_son_proprietaire(tmp_path: Path) -> None:
    fichier = tmp_path / "secrets.json"
    fichier.write_text("ancien")
    fichier.chmod(0o644)
    ecrire_prive(fichier, "nouveau")
    assert fichier.read_text() == "nouveau"
    assert stat.S_IMODE(fichier.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [fichier]


def test_les_secrets_sont_tires_une_fois(tmp_path: Path) -> None:
    premiers = secrets_du_dossier(tmp_path)
    assert secrets_du_dossier(tmp_path) == premiers
    valeurs = [premiers.superutilisateur, premiers.valkey, *premiers.roles.values()]
    assert len(set(valeurs)) == len(valeurs)


def test_des_donnees_sans_leurs_secrets_sont_refusees_et_non_rescellees(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(ServeurIndisponible, match=r"secrets\.json"):
        secrets_du_dossier(tmp_path)


def test_les_ports_choisis_ensemble_sont_distincts() -> None:
    assert len(set(ports_libres(50))) == 50


def test_un_enfant_obeit_au_signal_d_arret(tmp_path: Path) -> None:
    enfant = lancer("dort", ["sleep", "600"], journal=tmp_path / "j", environnement=ENVIRONNEMENT)
    assert not enfant.est_mort()
    assert enfant.arreter()
    assert enfant.processus.returncode == -signal.SIGTERM


def test_un_enfant_qui_n_obeit_pas_est_tue_avec_son_groupe(tmp_path: Path) -> None:
    journal = tmp_path / "j"
    script = "trap '' TERM; sleep 600 & echo $!; wait; sleep 600"
    enfant = lancer("sourd", ["sh", "-c", script], journal=journal, environnement=ENVIRONNEMENT)
    attendre(enfant, lambda: journal.read_text().endswith("\n"))
    assert not enfant.arreter(delai=0.2)
    attendre_la_fin(int(journal.read_text()))


def test_un_enfant_qui_meurt_au_demarrage_est_dit_avec_son_journal(tmp_path: Path) -> None:
    enfant = lancer(
        "fragile", ["sh", "-c", "exit 3"], journal=tmp_path / "j", environnement=ENVIRONNEMENT
    )
    with pytest.raises(ServeurIndisponible, match=r"fragile s'est arrêté \(code 3\), voyez .*/j"):
        attendre(enfant, lambda: False)


def test_l_entree_standard_porte_un_secret_sans_le_montrer(tmp_path: Path) -> None:
    enfant = lancer(
        "lit", ["cat"], journal=tmp_path / "j", environnement=ENVIRONNEMENT, entree=b"secret"
    )
    attendre(enfant, lambda: (tmp_path / "j").read_text() == "secret")
    enfant.enterrer()
    assert "secret" not in str(enfant.processus.args)


@pytest.mark.parametrize("fin", [signal.SIGKILL, signal.SIGTERM])
def test_rien_ne_survit_a_la_mort_du_parent(tmp_path: Path, fin: signal.Signals) -> None:
    programme = (
        "import pathlib, signal\n"
        "from demo.serveurs import lancer\n"
        f"enfant = lancer('dort', ['sleep', '600'], journal=pathlib.Path({str(tmp_path / 'j')!r}),"
        f" environnement={ENVIRONNEMENT!r})\n"
        "print(enfant.processus.pid, flush=True)\n"
        "signal.pause()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", programme], cwd=RACINE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    petit_enfant = int(parent.stdout.readline())
    os.kill(petit_enfant, 0)  # it lives
    os.kill(parent.pid, fin)
    parent.wait(LIMITE)
    parent.stdout.close()
    attendre_la_fin(petit_enfant)


def test_les_processus_des_tests_ne_s_ecoutent_que_sur_cette_machine() -> None:
    """The embedded servers listen on loopback only."""
    base = os.environ["DATABASE_URL"]
    if "@127.0.0.1:" not in base:
        pytest.skip("une base de données extérieure a été donnée")
    port = f"{int(base.rpartition(':')[2].partition('/')[0]):04X}"
    ecoutes = [
        ligne.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for ligne in Path(table).read_text(encoding="utf-8").splitlines()[1:]
        if ligne.split()[1].endswith(f":{port}") and ligne.split()[3] == "0A"
    ]
    assert ecoutes == [f"0100007F:{port}"]
