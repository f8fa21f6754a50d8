"""What needs no server, on one core, in processor time: decisions, passwords, sealing."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle, islice, product

from comptes.authentification import Argon2id
from habilitations.politique import Acteur, Action, Base, Case, Masque, Mode, Situation, decider
from mes.socle.chiffrement import Cle

_MEGAOCTET = 1_000_000
TAILLE_SCELLEE = 100_000
_PAQUET = 20_000


def _par_seconde(faire: Callable[[], int], secondes: float) -> float:
    """How many by second of processor: `faire` returns how many it did."""
    debut, ecoule, faits = time.process_time(), 0.0, 0
    while ecoule < secondes:
        faits += faire()
        ecoule = time.process_time() - debut
    return faits / ecoule


def _situations() -> list[Situation]:
    """Every actor and act, open and masked documents, with and without a basis, in each mode."""
    return [
        Situation(
            acteur=acteur,
            action=action,
            type_document="11488-4",
            profession="10",
            masques=masques,
            base=base,
            consentement_initial=True,
            mode=mode,
            regulateur=True,
            justification=True,
            case=Case(lecture=True, ecriture=True, effectif=True),
        )
        for acteur, action, masques, base, mode in product(
            Acteur, Action, (frozenset[Masque](), frozenset({Masque.MASQUE_PS})), Base, Mode
        )
    ]


def decisions(secondes: float) -> float:
    """Decisions by second on established situations."""
    situations = list(islice(cycle(_situations()), _PAQUET))

    def faire() -> int:
        for situation in situations:
            decider(situation)
        return len(situations)

    return _par_seconde(faire, secondes)


def decisions_etablies(secondes: float) -> float:
    """The same, the situation of each document made from that of its espace, as the product does."""
    situations = _situations()[:: len(Mode)]

    def faire() -> int:
        for situation in situations:
            decider(situation.avec(type_document="57833-6", auteur=False))
        return len(situations)

    return _par_seconde(faire, secondes)


def mots_de_passe(secondes: float) -> float:
    """Passwords hashed by second, at the product's cost."""
    hacheur = Argon2id()

    def faire() -> int:
        hacheur.encode("Bonjour-le-banc-2026!", "selDuBancDeMesure")
        return 1

    return _par_seconde(faire, secondes)


def scellement(secondes: float) -> float:
    """Megabytes sealed then opened by second, by documents of 100 kB."""
    cle, octets = Cle.nouvelle(), bytes(TAILLE_SCELLEE)

    def faire() -> int:
        cle.desceller(cle.sceller(octets, lieu="banc:1"), lieu="banc:1")
        return len(octets)

    return _par_seconde(faire, secondes) / _MEGAOCTET
