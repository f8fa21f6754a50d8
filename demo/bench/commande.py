"""`bin/bench`: options, the order of the measures, the table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.db import connections

from demo.bench import charge, journal
from demo.bench.banc import Banc, ouvrir_banc, temps_processeur
from demo.bench.releve import Ligne, en_tete, en_texte
from demo.bench.scenarios import Cible, Contenu, Depot, Liste, Nue, Scenario
from demo.serveurs import ServeurIndisponible
from demo.superviseur import ArretDemande, dire

if TYPE_CHECKING:  # it loads the product's models: only once Django is set up
    from demo.bench.semis import Semis


class MesureFausse(Exception):
    """What was acknowledged is not what was written: the message says both."""


@dataclass(frozen=True, slots=True)
class Ampleur:
    """How much one run does."""

    patients: int
    documents: int
    limites: charge.Limites
    secondes: float
    """Processor seconds of each measure without server."""
    requetes_profil: int


ENTIERE = Ampleur(100, 200, charge.Limites(250, 20.0, 10), 1.0, 200)
RAPIDE = Ampleur(20, 40, charge.Limites(5, 10.0, 2), 0.1, 10)


@dataclass(frozen=True, slots=True)
class Http:
    """A measure by the clients: what each of them plays, and the goal by second."""

    libelle: str
    objectif: float | None
    scenarios: Callable[[Semis], list[Scenario]]


def _parts(cibles: Sequence[Cible]) -> list[tuple[Cible, ...]]:
    """Each client has its own people: nobody waits for the head of another's journal."""
    return [tuple(cibles[rang :: charge.CLIENTS]) for rang in range(charge.CLIENTS)]


NUE = "nue"
DEPOT = "depot"
JOURNAL = "journal"
HTTP = {
    NUE: Http(
        "vue Django nue, une lecture par clé",
        None,
        lambda semis: [Nue(part) for part in _parts(semis.patients)],
    ),
    "liste": Http(
        "liste des documents, patient",
        120,
        lambda semis: [Liste("/documents/", part) for part in _parts(semis.patients)],
    ),
    "contenu": Http(
        "lecture et fichier de 100 ko, patient",
        250,
        lambda semis: [Contenu("/documents/", part) for part in _parts(semis.patients)],
    ),
    "liste-ps": Http(
        "liste des documents, professionnel",
        None,
        lambda semis: [Liste("/ps/dossier/documents/", (cible,)) for cible in semis.lecteurs],
    ),
    "contenu-ps": Http(
        "lecture et fichier de 100 ko, professionnel",
        250,
        lambda semis: [Contenu("/ps/dossier/documents/", (cible,)) for cible in semis.lecteurs],
    ),
    DEPOT: Http(
        "dépôt de 100 ko, accusé reçu",
        200,
        lambda semis: [Depot(cible, f"{rang:02d}") for rang, cible in enumerate(semis.deposants)],
    ),
    JOURNAL: Http("lecture, huit clients sur un même dossier", journal.OBJECTIF, journal.scenarios),
}

# Name → label, unit, goal.
NOYAU: dict[str, tuple[str, str, float | None]] = {
    "decisions": ("décisions sur faits établis", "/s", 200_000),
    "decisions-etablies": ("décisions, situation établie à chaque fois", "/s", None),
    "mots-de-passe": ("mots de passe (Argon2id)", "/s", None),
    "scellement": ("scellement puis ouverture", "Mo/s", None),
}


def _mesurer_http(nom: str, banc: Banc, semis: Semis, limites: charge.Limites) -> Ligne:
    """A line of the table, without its ratio. Raises EchecDeCharge, MesureFausse, ChaineFausse."""
    enfants = {service.nom: service.enfant for service in banc.superviseur.services}
    serveur, port = (NUE, banc.port_nue) if nom == NUE else ("web", banc.demo.port_web)
    suivis = [enfants[suivi].processus.pid for suivi in (serveur, "postgres")]
    ecrits = _ecrits(banc.demo.donnees / "documents")
    temoin = journal.relever(semis) if nom == JOURNAL else None
    avant = [temps_processeur(pid) for pid in suivis]
    mesure = charge.charger(port, HTTP[nom].scenarios(semis), limites)
    web, base = (
        1000 * (temps_processeur(pid) - debut) / mesure.jouees
        for pid, debut in zip(suivis, avant, strict=True)
    )
    if temoin is not None:
        journal.exiger_intacte(temoin, attendues=mesure.jouees)
    attendus = mesure.jouees if nom == DEPOT else 0
    trouves = [
        apres - debut
        for apres, debut in zip(_ecrits(banc.demo.donnees / "documents"), ecrits, strict=True)
    ]
    if trouves != [attendus] * len(trouves):
        raise MesureFausse(
            f"{attendus} dépôts accusés, mais {trouves[0]} documents, {trouves[1]} lignes de "
            f"journal et {trouves[2]} fichiers écrits"
        )
    return Ligne(
        HTTP[nom].libelle,
        mesure.par_seconde,
        p50=1000 * mesure.centile(50),
        p95=1000 * mesure.centile(95),
        web=web,
        base=base,
        client=1000 * mesure.processeur / mesure.jouees,
        objectif=HTTP[nom].objectif,
    )


def _ecrits(documents: Path) -> tuple[int, int, int]:
    """How many documents, journal lines of deposits and files there are by now."""
    with connections["comptage"].cursor() as curseur:
        curseur.execute("SELECT count(*) FROM dossier_document")
        (lignes,) = curseur.fetchone()
        curseur.execute("SELECT count(*) FROM journal_ligne WHERE fait = 'document_depose'")
        (inscrites,) = curseur.fetchone()
    return lignes, inscrites, sum(1 for chemin in documents.rglob("*") if chemin.is_file())


def _mesurer_noyau(nom: str, secondes: float) -> Ligne:
    from demo.bench import noyau  # the product's models: only once Django is set up

    libelle, unite, objectif = NOYAU[nom]
    mesurer = {
        "decisions": noyau.decisions,
        "decisions-etablies": noyau.decisions_etablies,
        "mots-de-passe": noyau.mots_de_passe,
        "scellement": noyau.scellement,
    }[nom]
    valeur = mesurer(secondes)
    par_coeur = Ligne(libelle, valeur, unite=unite, objectif=objectif)
    return replace(par_coeur, p50=1000 / valeur) if nom == "mots-de-passe" else par_coeur


def _dresser_la_table(noms: Sequence[str], banc: Banc, semis: Semis, ampleur: Ampleur) -> None:
    dire(en_tete())
    nue: float | None = None
    for nom in noms:
        if nom in HTTP:
            ligne = _mesurer_http(nom, banc, semis, ampleur.limites)
            nue = ligne.valeur if nom == NUE else nue
            ligne = replace(ligne, rapport=ligne.valeur / nue if nue else None)
        else:
            ligne = _mesurer_noyau(nom, ampleur.secondes)
        dire(en_texte(ligne))
    dire(
        f"{charge.CLIENTS} clients, serveur, PostgreSQL et clients sur les mêmes cœurs. Web, base, "
        "client : temps de processeur par requête ; libre : ce qu'il permettrait par seconde si "
        "la machine ne faisait rien d'autre (calculé).\n"
        "Sans serveur : par seconde de processeur, sur un cœur."
    )


def _profiler(nom: str, semis: Semis, ampleur: Ampleur) -> None:
    from demo.bench.profil import profiler
    from mes.wsgi import application

    # The first client's part, in this process alone.
    scenario = HTTP[nom].scenarios(semis)[0]
    dire(
        profiler(
            application,
            scenario,
            requetes=ampleur.requetes_profil,
            mise_en_route=ampleur.limites.mise_en_route,
        )
    )


def _mesurer(options: argparse.Namespace) -> None:
    ampleur = RAPIDE if options.rapide else ENTIERE
    noms = [*HTTP, *NOYAU] if options.scenario is None else [options.scenario]
    if options.scenario in HTTP and options.scenario != NUE:
        noms.insert(0, NUE)  # the ratio needs it
    dire("Mise en place : base, journaux, fichiers statiques…")
    with ouvrir_banc(options.donnees) as banc:
        banc.servir()
        os.environ.update(banc.environnement)
        django.setup()
        from demo.bench.semis import semer

        try:
            dire(f"Semis : {ampleur.patients} patients de {ampleur.documents} documents…")
            semis = semer(
                patients=ampleur.patients, documents=ampleur.documents, clients=charge.CLIENTS
            )
            if options.profil:
                _profiler(options.scenario, semis, ampleur)
            else:
                _dresser_la_table(noms, banc, semis, ampleur)
        finally:
            _fermer_les_connexions()


def _fermer_les_connexions() -> None:
    """Before PostgreSQL stops: the pool would try to come back."""
    for connexion in connections.all():
        connexion.close()
    reserve: Any = connections["default"]
    reserve.close_pool()


def _demander_l_arret(numero: int, cadre: object) -> None:
    raise ArretDemande


def principal(arguments: list[str] | None = None) -> int:
    """Entry point: 0 when everything was measured, reached or not; 1 when something failed."""
    analyseur = argparse.ArgumentParser(
        prog="bin/bench", description="Mesure le produit sur cette machine, sans rien y laisser."
    )
    analyseur.add_argument(
        "--donnees", type=Path, help="dossier où faire le dossier provisoire de la mesure"
    )
    analyseur.add_argument(
        "--rapide", action="store_true", help="peu de données et de requêtes : un essai"
    )
    analyseur.add_argument(
        "--scenario", choices=[*HTTP, *NOYAU], metavar="NOM", help=", ".join((*HTTP, *NOYAU))
    )
    analyseur.add_argument(
        "--profil",
        action="store_true",
        help="montre où passe le temps d'une requête du scénario nommé",
    )
    options = analyseur.parse_args(arguments)
    if options.profil and (options.scenario not in HTTP or options.scenario == NUE):
        analyseur.error("--profil demande --scenario et une page du produit")

    for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(numero, _demander_l_arret)
    try:
        _mesurer(options)
    except (
        ServeurIndisponible,
        charge.EchecDeCharge,
        MesureFausse,
        journal.ChaineFausse,
    ) as erreur:
        dire(f"mes : {erreur}", sys.stderr)
        return 1
    except ArretDemande:
        return 130
    return 0
