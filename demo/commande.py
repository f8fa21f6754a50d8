"""A management command against the running demonstration. Run by `bin/manage`.

The command keeps the caller's working folder: its file arguments are relative to it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from demo import reglages
from demo.serveurs import RACINE, port_repond
from demo.superviseur import dossier_par_defaut


def environnement_garde(donnees: Path) -> dict[str, dict[str, str]] | None:
    """What the running demonstration of `donnees` wrote; None when its database is not there.

    The file outlives a killed supervisor, hence the question to the database. Trying the lock
    instead could make a demonstration that starts at that moment believe it is the second.
    """
    fichier = donnees / "environnement.json"
    if not fichier.exists():
        return None
    garde: dict[str, dict[str, str]] = json.loads(fichier.read_text(encoding="utf-8"))
    port = urlsplit(garde["application"]["DATABASE_URL"]).port
    return garde if port and port_repond(port) else None


def principal(arguments: list[str]) -> int:
    """Replaces this process by `manage.py arguments`; returns a code only on refusal."""
    donnees = Path(os.environ.get("MES_DONNEES") or dossier_par_defaut())
    if arguments[:1] == ["--donnees"] and len(arguments) > 1:
        donnees, arguments = Path(arguments[1]), arguments[2:]
    if not arguments:
        print("usage : bin/manage [--donnees DIR] COMMANDE [ARGUMENTS…]", file=sys.stderr)
        return 2
    garde = environnement_garde(donnees)
    if garde is None:
        print(
            f"mes : aucune démonstration ne tourne sur {donnees} : lancez d'abord bin/demo",
            file=sys.stderr,
        )
        return 1
    environnement = reglages.de_commande(arguments[0], garde, os.environ)
    os.execve(  # noqa: S606
        sys.executable,
        [sys.executable, str(RACINE / "manage.py"), *arguments],
        environnement,
    )


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
