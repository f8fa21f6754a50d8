"""`python -m demo.boite`: receives the e-mails (SMTP) and SMS (HTTP) of the demonstration.

One line beginning with « prêt » says both addresses once it listens on them.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from demo.boite import smtp
from demo.boite.depot import LIMITE, Depot
from demo.boite.web import Serveur

HOTE = "127.0.0.1"


def _arguments() -> argparse.Namespace:
    analyse = argparse.ArgumentParser(prog="python -m demo.boite", description=__doc__)
    analyse.add_argument("--smtp-port", type=int, required=True, help="0 : un port libre")
    analyse.add_argument("--http-port", type=int, required=True, help="0 : un port libre")
    analyse.add_argument("--donnees", type=Path, required=True, metavar="DIR")
    analyse.add_argument(
        "--limite", type=int, default=LIMITE, help="messages gardés ; les plus anciens s'effacent"
    )
    return analyse.parse_args()


def _arreter(signal_recu: int, cadre: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    options = _arguments()
    os.umask(0o077)
    options.donnees.mkdir(parents=True, exist_ok=True)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a TextIOWrapper here
    # aiosmtpd writes whole dialogues, recipients included.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    for numero in (signal.SIGTERM, signal.SIGINT):
        signal.signal(numero, _arreter)
    depot = Depot(options.donnees / "boite.sqlite3", options.limite)
    try:
        web = Serveur((HOTE, options.http_port), depot)
        ecoute = smtp.ouvrir(depot, HOTE, options.smtp_port)
    except OSError as erreur:
        raise SystemExit(f"port indisponible : {erreur.strerror}") from erreur
    try:
        print(
            f"prêt : http://{HOTE}:{web.server_port}/messages smtp://{HOTE}:{ecoute.port}",
            flush=True,
        )
        web.serve_forever()
    finally:
        ecoute.stop()
        web.server_close()
        depot.fermer()


if __name__ == "__main__":
    main()
