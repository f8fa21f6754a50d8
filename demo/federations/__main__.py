"""`python -m demo.federations`: serves the federations of the demonstration on the loopback.

The secret of the product's client comes from MES_PSC_CLIENT_SECRET (or the file named by
MES_PSC_CLIENT_SECRET_FILE), else one is drawn and kept. Everything that the product has to know is
written in `DIR/psc.json`. One line beginning with « prêt » says when it may be used.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from demo.federations.cles import ecrire_prive
from demo.federations.configuration import configurer, secret_durable
from demo.federations.controle import DELAI_ECPS
from demo.federations.federation import PSC
from demo.federations.service import HOTE, Client, Reglages, demarrer

CLIENT_ID = "mes-demo"
CHEMIN_RETOUR = "/ps/connexion/retour/"
CHEMIN_RETOUR_DECONNEXION = "/ps/"


class Requete(WSGIRequestHandler):
    """Writes no line per request: the addresses carry codes and states."""

    def log_message(self, format: str, *args: Any) -> None:
        return


def _arguments() -> argparse.Namespace:
    analyse = argparse.ArgumentParser(prog="python -m demo.federations", description=__doc__)
    analyse.add_argument("--port", type=int, required=True, help="0 : un port libre")
    analyse.add_argument("--donnees", type=Path, required=True, metavar="DIR")
    analyse.add_argument("--url-produit", default="http://localhost:8000")
    analyse.add_argument(
        "--retour",
        action="append",
        help=f"adresse de retour exacte, répétable (défaut : URL du produit + {CHEMIN_RETOUR})",
    )
    analyse.add_argument(
        "--retour-deconnexion",
        action="append",
        help=f"idem après déconnexion (défaut : URL du produit + {CHEMIN_RETOUR_DECONNEXION})",
    )
    analyse.add_argument(
        "--delai-ecps", type=int, default=DELAI_ECPS, help="secondes pour valider sur le mobile"
    )
    return analyse.parse_args()


def _secret_du_client(donnees: Path) -> str:
    fichier = os.environ.get("MES_PSC_CLIENT_SECRET_FILE")
    if fichier:
        return Path(fichier).read_text(encoding="utf-8").strip()
    return os.environ.get("MES_PSC_CLIENT_SECRET") or secret_durable(donnees / "psc_client_secret")


def _reglages(options: argparse.Namespace, port: int) -> Reglages:
    produit = options.url_produit.rstrip("/")
    client = Client(
        federation=PSC,
        client_id=os.environ.get("MES_PSC_CLIENT_ID", CLIENT_ID),
        client_secret=_secret_du_client(options.donnees),
        redirections=tuple(options.retour or [produit + CHEMIN_RETOUR]),
        redirections_deconnexion=tuple(
            options.retour_deconnexion or [produit + CHEMIN_RETOUR_DECONNEXION]
        ),
    )
    return Reglages(
        port=port,
        donnees=options.donnees,
        url_produit=produit,
        clients=(client,),
        delai_ecps=options.delai_ecps,
    )


def _arreter(signal_recu: int, cadre: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    options = _arguments()
    os.umask(0o077)
    options.donnees.mkdir(parents=True, exist_ok=True)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a TextIOWrapper here
    for numero in (signal.SIGTERM, signal.SIGINT):
        signal.signal(numero, _arreter)
    try:
        serveur = ThreadedWSGIServer((HOTE, options.port), Requete)
    except OSError as erreur:
        raise SystemExit(f"port {options.port} indisponible : {erreur.strerror}") from erreur
    with serveur:
        reglages = _reglages(options, serveur.server_port)
        service = demarrer(reglages)
        configurer(reglages)
        from django.core.wsgi import get_wsgi_application

        serveur.set_app(get_wsgi_application())
        (client,) = reglages.clients
        fiche = {
            "emetteur": service.emetteur(PSC),
            "decouverte": PSC.decouverte,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
        }
        ecrire_prive(options.donnees / "psc.json", json.dumps(fiche, indent=2))
        print(f"prêt : {fiche['emetteur']}", flush=True)
        serveur.serve_forever()


if __name__ == "__main__":
    main()
