"""Who gets which secret: the environment of each process of the demonstration.

Pure functions. Least privilege: a process receives the addresses and keys that its work needs, and
no other. The web process never holds the owner's address nor the superuser's.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.federations.federation import PSC
from mes.socle.roles import APP, COMPTAGE, PROPRIETAIRE

# What a program needs of the caller's environment to run at all. No proxy: everything is on
# loopback. No DATABASE_URL: the demonstration must never fill somebody's real database.
SYSTEME = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
)

CLES = ("MES_SECRET", "MES_CLES", "MES_CLE_INDEX", "MES_CLE_SIGNATURE")
CLIENT_PSC = "mes-demo"

# Commands of `bin/manage` that need more than mes_app.
COMMANDES_DU_PROPRIETAIRE = frozenset({"migrate", "sql_roles"})
COMMANDES_DE_COMPTAGE = frozenset({"verifier_journal", "matrice"})


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A running demonstration: where things listen, and every secret it has."""

    donnees: Path
    port_web: int
    port_boite: int
    port_smtp: int
    port_federations: int
    bases: Mapping[str, str]
    """PostgreSQL role → database URL."""
    redis: str
    secrets: Mapping[str, str]
    """MES_… name → value."""

    @property
    def url(self) -> str:
        """The public address. `localhost`: passkeys refuse an IP address."""
        return f"http://localhost:{self.port_web}"

    @property
    def url_boite(self) -> str:
        return f"http://localhost:{self.port_boite}"

    @property
    def emetteur_psc(self) -> str:
        # Cookies ignore ports: the stand-in lives under another host name than the product.
        return f"http://127.0.0.1:{self.port_federations}{PSC.racine}"

    @property
    def lecteur_vitale(self) -> str:
        """The page of the simulated carte Vitale reader."""
        return f"http://127.0.0.1:{self.port_federations}/vitale/"


def systeme(appelant: Mapping[str, str]) -> dict[str, str]:
    """What every child receives."""
    return {nom: appelant[nom] for nom in SYSTEME if nom in appelant} | {"PYTHONUNBUFFERED": "1"}


def choix_de_l_appelant(appelant: Mapping[str, str]) -> dict[str, str]:
    """The product's settings given on the command line: `MES_BLOCAGE_AU_SAMU=oui bin/demo`.

    Those that only the demonstration may decide (addresses, keys, folders) are left out, under
    their _FILE form too, which would otherwise win.
    """
    decides = {
        *CLES,
        "MES_DONNEES",
        "MES_PORT",
        "MES_URL",
        "MES_HOTES",
        "MES_HTTPS",
        "MES_ENVIRONNEMENT",
        "MES_DOCUMENTS",
        "MES_STATIQUES",
        "MES_SMTP_HOTE",
        "MES_SMTP_PORT",
        "MES_SMS_URL",
        "MES_PSC_EMETTEUR",
        "MES_PSC_DECOUVERTE",
        "MES_PSC_CLIENT_ID",
        "MES_PSC_CLIENT_SECRET",
        "MES_LECTEUR_VITALE",
    }
    return {
        nom: valeur
        for nom, valeur in appelant.items()
        if nom.startswith("MES_") and nom.removesuffix("_FILE") not in decides
    }


def _produit(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, str]:
    """What every process of the product shares: no key, no password."""
    return {
        **choix_de_l_appelant(appelant),
        **systeme(appelant),
        "DJANGO_SETTINGS_MODULE": "mes.settings.demo",
        "MES_ENVIRONNEMENT": "demo",
        "MES_HTTPS": "non",
        "MES_HOTES": "localhost,127.0.0.1",
        "MES_URL": demo.url,
        "MES_DOCUMENTS": str(demo.donnees / "documents"),
        "MES_STATIQUES": str(demo.donnees / "statiques"),
        "MES_SMTP_HOTE": "127.0.0.1",
        "MES_SMTP_PORT": str(demo.port_smtp),
        "MES_SMS_URL": f"{demo.url_boite}/sms",
        "MES_PSC_EMETTEUR": demo.emetteur_psc,
        "MES_PSC_DECOUVERTE": PSC.decouverte,
        "MES_PSC_CLIENT_ID": CLIENT_PSC,
        "MES_LECTEUR_VITALE": f"{demo.lecteur_vitale}lecture",
        "REDIS_URL": demo.redis,
    }


def application(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, str]:
    """The product as mes_app, with its keys: worker and commands."""
    return {
        **_produit(demo, appelant),
        **{nom: demo.secrets[nom] for nom in CLES},
        "DATABASE_URL": demo.bases[APP],
    }


def web(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, str]:
    """The web server: it alone speaks to Pro Santé Connect."""
    return application(demo, appelant) | {
        "MES_PSC_CLIENT_SECRET": demo.secrets["MES_PSC_CLIENT_SECRET"]
    }


def sans_cles(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, str]:
    """For beat, which only puts names of tasks on the broker, and for `collectstatic`.

    The settings want keys of the right form, and a database address: these keys open nothing and
    the address has no password.
    """
    rien = base64.b64encode(bytes(32)).decode()
    sans_mot_de_passe = demo.bases[APP].partition("@")[2]
    return _produit(demo, appelant) | {
        "DATABASE_URL": f"postgresql://{APP}@{sans_mot_de_passe}",
        "MES_SECRET": "rien-n-est-signe-ici",
        "MES_CLES": f"1:{rien}",
        "MES_CLE_INDEX": rien,
        "MES_CLE_SIGNATURE": rien,
    }


def migrations(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, str]:
    """`migrate`: the only process that acts as the owner of the tables."""
    return application(demo, appelant) | {"DATABASE_URL_PROPRIETAIRE": demo.bases[PROPRIETAIRE]}


def boite(appelant: Mapping[str, str]) -> dict[str, str]:
    """The mailbox knows nothing of the product."""
    return systeme(appelant)


def federations(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, str]:
    """The identity stand-ins share with the product its client name and secret, nothing else."""
    return systeme(appelant) | {
        "MES_PSC_CLIENT_ID": CLIENT_PSC,
        "MES_PSC_CLIENT_SECRET": demo.secrets["MES_PSC_CLIENT_SECRET"],
    }


def a_garder(demo: Demonstration, appelant: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What `environnement.json` keeps (0600) for `bin/manage`: each degree of power apart."""
    produit = application(demo, appelant)
    return {
        "application": {nom: v for nom, v in produit.items() if nom not in systeme(appelant)},
        "proprietaire": {"DATABASE_URL_PROPRIETAIRE": demo.bases[PROPRIETAIRE]},
        "comptage": {"DATABASE_URL_COMPTAGE": demo.bases[COMPTAGE]},
    }


def de_commande(
    commande: str, garde: Mapping[str, Mapping[str, str]], appelant: Mapping[str, str]
) -> dict[str, str]:
    """The environment of `bin/manage commande`, from what `a_garder` kept.

    The caller's other settings hold for this command: `MES_OID_INS=… bin/manage inscrire …`.
    """
    environnement = {
        **garde["application"],
        **choix_de_l_appelant(appelant),
        **systeme(appelant),
    }
    if commande in COMMANDES_DU_PROPRIETAIRE:
        environnement |= garde["proprietaire"]
    if commande in COMMANDES_DE_COMPTAGE:
        environnement |= garde["comptage"]
    return environnement


def delai_de_relance(
    morts: Sequence[float], maintenant: float, *, maximum: int = 5, fenetre: float = 60.0
) -> float | None:
    """Seconds to wait before starting a dead process again, None to give up.

    `morts`: instants of its deaths (seconds, same clock as `maintenant`), the last included. It
    is given up when it died more than `maximum` times within `fenetre` seconds; the waiting
    doubles with each recent death: 0.25, 0.5, 1, 2, 4 s.
    """
    recentes = sum(1 for mort in morts if maintenant - mort < fenetre)
    if recentes > maximum:
        return None
    return 0.25 * 2.0 ** max(recentes - 1, 0)
