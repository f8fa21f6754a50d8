"""Checks of the identifiers of people, professionals, structures and accounts, as pure functions.

What people type is checked strictly: a function `valider_…` returns the normalised value or raises
`IdentifiantInvalide`. What another system sends is read leniently: `ins_recu` keeps the value and
says what is wrong with it (decision table, « Identifiers and titles »).

Nothing here reads a setting, a database or a clock, and no message repeats what was typed: these
values must not reach a log. `repr()` of the dataclasses hides them for the same reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class IdentifiantInvalide(ValueError):
    """An identifier that can't be accepted.

    `str()` is a French sentence that says what to do and never repeats the value. `champ` names
    the identifier (`nir`, `oid`, `rpps`…), so that a form can put the sentence under the right one.
    """

    def __init__(self, message: str, *, champ: str) -> None:
        super().__init__(message)
        self.champ = champ


class Sexe(StrEnum):
    """The sex among the strict traits (R-INS-01)."""

    MASCULIN = "M"
    FEMININ = "F"
    INDETERMINE = "I"


# --- Tools -----------------------------------------------------------------------------------

_ESPACES_ET_POINTS = re.compile(r"[\s.]+")


def _compacter(saisie: str) -> str:
    """Without spaces of any kind (no-break ones too) nor dots, letters in capitals."""
    return _ESPACES_ET_POINTS.sub("", saisie).upper()


def sans_accent(texte: str) -> str:
    """The text without diacritics nor ligatures (`œ` → `oe`, `æ` → `ae`, `ß` → `ss`)."""
    for ligature, lettres in (
        ("œ", "oe"),
        ("Œ", "OE"),
        ("æ", "ae"),
        ("Æ", "AE"),
        ("ß", "ss"),
        ("ø", "o"),
        ("Ø", "O"),
        ("ł", "l"),
        ("Ł", "L"),
        ("đ", "d"),
        ("Đ", "D"),
    ):
        texte = texte.replace(ligature, lettres)
    decompose = unicodedata.normalize("NFD", texte)
    return "".join(signe for signe in decompose if not unicodedata.combining(signe))


def _somme_luhn(chiffres: str) -> int:
    total = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        valeur = int(chiffre) * (1 + rang % 2)
        total += valeur - 9 if valeur > 9 else valeur
    return total


def est_luhn(chiffres: str) -> bool:
    """Whether the digits, key included, satisfy Luhn's formula. Anything but ASCII digits: no."""
    return re.fullmatch(r"[0-9]+", chiffres) is not None and _somme_luhn(chiffres) % 10 == 0


def cle_luhn(chiffres: str) -> str:
    """The digit which, put after `chiffres` (one or more), satisfies Luhn's formula."""
    if re.fullmatch(r"[0-9]+", chiffres) is None:
        raise IdentifiantInvalide("Saisissez uniquement des chiffres.", champ="luhn")
    return str(-_somme_luhn(chiffres + "0") % 10)


# --- NIR, NIA, NNP ---------------------------------------------------------------------------


class NatureNir(StrEnum):
    """What the first digit announces: definitive number, waiting number, provisional number."""

    NIR = "nir"
    NIA = "nia"
    NNP = "nnp"


_NATURE_PAR_CHIFFRE: Mapping[str, NatureNir] = MappingProxyType(
    {
        "1": NatureNir.NIR,
        "2": NatureNir.NIR,
        "3": NatureNir.NIA,
        "4": NatureNir.NIA,
        "7": NatureNir.NNP,
        "8": NatureNir.NNP,
    }
)
_CORPS_NIR = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}")
_CHIFFRES_ET_CORSE = re.compile(r"[0-9]*(?:2[AB])?[0-9]*")
_CORPS_NNP = re.compile(r"[78][12][0-9]{11}")
LONGUEUR_CORPS_NIR = 13
LONGUEUR_NIR = 15


@dataclass(frozen=True, slots=True)
class Nir:
    """A number whose form and key were checked: 15 characters, capitals, without spaces."""

    valeur: str = field(repr=False)
    nature: NatureNir

    @property
    def corps(self) -> str:
        """The 13 characters before the key."""
        return self.valeur[:LONGUEUR_CORPS_NIR]

    @property
    def cle(self) -> str:
        """The key: two digits, 01 to 97."""
        return self.valeur[LONGUEUR_CORPS_NIR:]

    @property
    def sexe(self) -> Sexe | None:
        """The sex that the number tells; None for a provisional one. Never proof of a trait."""
        if self.nature is NatureNir.NNP:
            return None
        return Sexe.MASCULIN if self.valeur[0] in "13" else Sexe.FEMININ

    @property
    def annee(self) -> str | None:
        """The last two digits of the year of birth: they never tell the century."""
        return None if self.nature is NatureNir.NNP else self.valeur[1:3]

    @property
    def mois(self) -> int | None:
        """The month of birth, 1 to 12, or None when the number says it is unknown."""
        if self.nature is NatureNir.NNP:
            return None
        mois = int(self.valeur[3:5])
        return mois if mois <= 12 else None

    @property
    def departement(self) -> str | None:
        """Two characters: `01`-`95`, `2A`, `2B`, `96`-`98`, or `99` for a birth abroad."""
        return None if self.nature is NatureNir.NNP else self.valeur[5:7]


def normaliser_nir(saisie: str) -> str:
    """What was typed without spaces nor dots, `2a`/`2b` in capitals. Checks nothing."""
    return _compacter(saisie)


def cle_nir(corps: str) -> str:
    """The two-digit key of 13 characters: 97 − (n mod 97), with 2A → 19 and 2B → 18 (R-ACT-03).

    Only digits and one `2A`/`2B` are checked: a body that can't exist has its key too.
    """
    corps = normaliser_nir(corps)
    if len(corps) != LONGUEUR_CORPS_NIR or _CHIFFRES_ET_CORSE.fullmatch(corps) is None:
        raise IdentifiantInvalide(
            "La clé se calcule sur les 13 premiers caractères du numéro de sécurité sociale.",
            champ="nir",
        )
    nombre = corps.replace("2A", "19").replace("2B", "18")
    return f"{97 - int(nombre) % 97:02d}"


def _defaut_du_corps(corps: str) -> str | None:
    """The French sentence of the first thing wrong in a NIR or NIA body, or None."""
    mois, departement, rang = int(corps[3:5]), corps[5:7], corps[10:13]
    if not (1 <= mois <= 12 or mois >= 20):
        return "Vérifiez le numéro de sécurité sociale : le mois de naissance n'existe pas."
    if departement == "00":
        return "Vérifiez le numéro de sécurité sociale : le département n'existe pas."
    if rang == "000":
        return "Vérifiez le numéro de sécurité sociale : les trois chiffres avant la clé sont faux."
    return None


def lire_nir(saisie: str) -> Nir:
    """Reads a NIR, a NIA or an NNP and checks form and key; raises IdentifiantInvalide.

    Recognising an NNP isn't accepting it: callers use `valider_nir` or `valider_matricule_ins`.
    """
    valeur = normaliser_nir(saisie)
    if len(valeur) == LONGUEUR_CORPS_NIR:
        raise IdentifiantInvalide(
            "Il manque la clé : saisissez aussi les deux derniers chiffres du numéro de sécurité "
            "sociale.",
            champ="nir",
        )
    if len(valeur) != LONGUEUR_NIR:
        raise IdentifiantInvalide(
            "Saisissez les 15 caractères du numéro de sécurité sociale, clé comprise.", champ="nir"
        )
    corps, cle = valeur[:LONGUEUR_CORPS_NIR], valeur[LONGUEUR_CORPS_NIR:]
    if _CORPS_NIR.fullmatch(corps) is None or re.fullmatch(r"[0-9]{2}", cle) is None:
        raise IdentifiantInvalide(
            "Le numéro de sécurité sociale ne contient que des chiffres, sauf 2A ou 2B pour une "
            "naissance en Corse.",
            champ="nir",
        )
    nature = _NATURE_PAR_CHIFFRE.get(corps[0])
    if nature is None or (nature is NatureNir.NNP and _CORPS_NNP.fullmatch(corps) is None):
        raise IdentifiantInvalide(
            "Vérifiez le début du numéro de sécurité sociale : il commence par 1 ou 2.", champ="nir"
        )
    if nature is not NatureNir.NNP and (defaut := _defaut_du_corps(corps)) is not None:
        raise IdentifiantInvalide(defaut, champ="nir")
    if cle != cle_nir(corps):
        raise IdentifiantInvalide(
            "Vérifiez le numéro de sécurité sociale : sa clé (les deux derniers chiffres) ne "
            "correspond pas.",
            champ="nir",
        )
    return Nir(valeur, nature)


def valider_nir(saisie: str) -> Nir:
    """The definitive number typed to prove who one is: first digit 1 or 2, key exact (R-ACT-03)."""
    nir = lire_nir(saisie)
    if nir.nature is not NatureNir.NIR:
        raise IdentifiantInvalide(
            "Ce numéro est provisoire ou d'attente : saisissez le numéro définitif, qui commence "
            "par 1 ou 2, ou adressez-vous à votre caisse d'assurance maladie.",
            champ="nir",
        )
    return nir


# --- INS -------------------------------------------------------------------------------------


class Environnement(StrEnum):
    """Where the product runs (setting MES_ENVIRONNEMENT)."""

    PRODUCTION = "production"
    TEST = "test"
    DEMO = "demo"


OID_INS_NIR = "1.2.250.1.213.1.4.8"
OID_INS_NIA = "1.2.250.1.213.1.4.9"
OID_INS_TEST = "1.2.250.1.213.1.4.10"
OID_INS_DEMO = "1.2.250.1.213.1.4.11"
OIDS_INS_REELS = frozenset({OID_INS_NIR, OID_INS_NIA})
OIDS_INS_FICTIFS = frozenset({OID_INS_TEST, OID_INS_DEMO})
# INS-A and INS-C, computed identifiers of the past: refused everywhere.
OIDS_INS_ANCIENS = frozenset({"1.2.250.1.213.1.4.1", "1.2.250.1.213.1.4.2"})
OIDS_INS_PAR_ENVIRONNEMENT: Mapping[Environnement, frozenset[str]] = MappingProxyType(
    {
        Environnement.PRODUCTION: OIDS_INS_REELS,
        Environnement.TEST: OIDS_INS_FICTIFS,
        Environnement.DEMO: OIDS_INS_FICTIFS,
    }
)


def oids_acceptes(environnement: Environnement, *, aussi: Collection[str] = ()) -> frozenset[str]:
    """The OIDs of INS that enter in this environment (R-INS-03).

    `aussi` adds known OIDs outside production, for published examples that carry the real ones.
    Raises ValueError (a mistake in the settings, nobody's typing) when production would accept a
    fictitious identity, or when an added OID is unknown or of a former kind.
    """
    ajoutes = frozenset(aussi)
    if environnement is Environnement.PRODUCTION and ajoutes - OIDS_INS_REELS:
        raise ValueError("Production accepts the OIDs of real identities only.")
    if inconnus := ajoutes - OIDS_INS_REELS - OIDS_INS_FICTIFS:
        raise ValueError(f"These OIDs can't be accepted: {', '.join(sorted(inconnus))}.")
    return OIDS_INS_PAR_ENVIRONNEMENT[environnement] | ajoutes


@dataclass(frozen=True, slots=True)
class Ins:
    """A checked INS: the 15-character matricule and the OID of its kind."""

    matricule: str = field(repr=False)
    oid: str

    @property
    def est_fictive(self) -> bool:
        """Whether the OID is one of those of tests and demonstrations."""
        return self.oid in OIDS_INS_FICTIFS


def valider_matricule_ins(saisie: str) -> Nir:
    """A NIR or a NIA of 15 characters; a provisional number (NNP) is recognised and refused."""
    nir = lire_nir(saisie)
    if nir.nature is NatureNir.NNP:
        raise IdentifiantInvalide(
            "Ce numéro est provisoire : il ne peut pas servir d'identité nationale de santé. "
            "Saisissez le numéro définitif ou le numéro d'attente.",
            champ="ins",
        )
    return nir


def valider_oid_ins(oid: str, *, acceptes: Collection[str]) -> str:
    """The OID when this environment accepts it, else IdentifiantInvalide (R-INS-03).

    `acceptes` comes from `oids_acceptes`. Former kinds are refused even if it names them.
    """
    oid = oid.strip()
    if oid in OIDS_INS_ANCIENS:
        raise IdentifiantInvalide(
            "Cette identité est d'un ancien type (INS calculé) : demandez l'identité nationale de "
            "santé actuelle.",
            champ="oid",
        )
    if oid in acceptes:
        return oid
    if oid in OIDS_INS_FICTIFS:
        message = "Une identité de test ou de démonstration n'entre pas ici."
    elif oid in OIDS_INS_REELS:
        message = "Une identité réelle n'entre pas hors production : utilisez une identité de test."
    else:
        message = "Le type de l'identité nationale de santé (OID) est inconnu : vérifiez-le."
    raise IdentifiantInvalide(message, champ="oid")


def valider_ins(matricule: str, oid: str, *, acceptes: Collection[str]) -> Ins:
    """The typed or imported INS, checked strictly: OID of this environment, form and key."""
    oid = valider_oid_ins(oid, acceptes=acceptes)
    return Ins(valider_matricule_ins(matricule).valeur, oid)


class Avertissement(StrEnum):
    """What may be wrong in an identity received from another system."""

    MATRICULE_ABSENT = "matricule_absent"
    CLE_ABSENTE = "cle_absente"
    CLE_FAUSSE = "cle_fausse"
    FORME_INATTENDUE = "forme_inattendue"
    NUMERO_PROVISOIRE = "numero_provisoire"
    NATURE_INCOHERENTE = "nature_incoherente"
    OID_ANCIEN = "oid_ancien"
    OID_REFUSE = "oid_refuse"

    @property
    def phrase(self) -> str:
        """The French sentence for the person who reads the report."""
        return _PHRASES_AVERTISSEMENT[self]


_PHRASES_AVERTISSEMENT: Mapping[Avertissement, str] = MappingProxyType(
    {
        Avertissement.MATRICULE_ABSENT: "Le document ne porte pas de matricule INS.",
        Avertissement.CLE_ABSENTE: "Le matricule INS reçu n'a pas sa clé.",
        Avertissement.CLE_FAUSSE: "La clé du matricule INS reçu ne correspond pas.",
        Avertissement.FORME_INATTENDUE: "Le matricule INS reçu n'a pas la forme attendue.",
        Avertissement.NUMERO_PROVISOIRE: "Le numéro reçu est provisoire : ce n'est pas un INS.",
        Avertissement.NATURE_INCOHERENTE: "Le matricule INS reçu ne correspond pas à son OID.",
        Avertissement.OID_ANCIEN: "L'identité reçue est d'un ancien type (INS calculé).",
        Avertissement.OID_REFUSE: "Le type de l'identité reçue n'est pas accepté ici.",
    }
)
_NATURE_PAR_OID: Mapping[str, NatureNir] = MappingProxyType(
    {OID_INS_NIR: NatureNir.NIR, OID_INS_NIA: NatureNir.NIA}
)


@dataclass(frozen=True, slots=True)
class InsRecue:
    """An INS as another system sent it (spaces removed), and what is wrong with it."""

    matricule: str = field(repr=False)
    oid: str
    avertissements: tuple[Avertissement, ...] = ()

    @property
    def est_acceptee_ici(self) -> bool:
        """Whether the OID enters in this environment; the caller refuses the document otherwise."""
        return not {Avertissement.OID_ANCIEN, Avertissement.OID_REFUSE} & set(self.avertissements)


def _avertissements_matricule(matricule: str, oid: str) -> list[Avertissement]:
    if not matricule:
        return [Avertissement.MATRICULE_ABSENT]
    constats: list[Avertissement] = []
    corps, cle = matricule[:LONGUEUR_CORPS_NIR], matricule[LONGUEUR_CORPS_NIR:]
    nature = _NATURE_PAR_CHIFFRE.get(matricule[0])
    if nature is NatureNir.NNP:
        constats.append(Avertissement.NUMERO_PROVISOIRE)
    if _CORPS_NIR.fullmatch(corps) is None or re.fullmatch(r"(?:[0-9]{2})?", cle) is None:
        return [*constats, Avertissement.FORME_INATTENDUE]
    if nature is None or (nature is not NatureNir.NNP and _defaut_du_corps(corps) is not None):
        constats.append(Avertissement.FORME_INATTENDUE)
    if not cle:
        constats.append(Avertissement.CLE_ABSENTE)
    elif cle != cle_nir(corps):
        constats.append(Avertissement.CLE_FAUSSE)
    attendue = _NATURE_PAR_OID.get(oid)
    if attendue is not None and nature not in (attendue, NatureNir.NNP, None):
        constats.append(Avertissement.NATURE_INCOHERENTE)
    return constats


def ins_recue(matricule: str, oid: str, *, acceptes: Collection[str]) -> InsRecue:
    """Reads an INS received in a document: warns, never raises, keeps the value as received.

    An OID that doesn't enter here is a warning too, which `est_acceptee_ici` sums up: whether to
    refuse the document is the caller's decision.
    """
    matricule, oid = normaliser_nir(matricule), oid.strip()
    constats = _avertissements_matricule(matricule, oid)
    if oid in OIDS_INS_ANCIENS:
        constats.append(Avertissement.OID_ANCIEN)
    elif oid not in acceptes:
        constats.append(Avertissement.OID_REFUSE)
    return InsRecue(matricule, oid, tuple(constats))


# --- Strict traits ---------------------------------------------------------------------------

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`′", "'"))
_TIRETS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_TRAIT = re.compile(r"[A-Z' -]*[A-Z][A-Z' -]*")
_COMMUNE = re.compile(r"(?:2[AB]|0[1-9]|[1-9][0-9])[0-9]{3}")
LONGUEUR_TRAIT = 100
LIEU_INCONNU = "99999"


def normaliser_trait(saisie: str) -> str:
    """Capitals without accent, plain apostrophes and hyphens, single spaces. Checks nothing."""
    texte = saisie.translate(_APOSTROPHES).translate(_TIRETS)
    return " ".join(sans_accent(texte).upper().split())


def valider_trait(trait: str, *, champ: str) -> str:
    """A name or a list of first names already in the form of the strict traits (R-INS-01)."""
    if not trait:
        raise IdentifiantInvalide("Ce trait d'identité est obligatoire.", champ=champ)
    if len(trait) > LONGUEUR_TRAIT:
        raise IdentifiantInvalide(f"Saisissez au plus {LONGUEUR_TRAIT} caractères.", champ=champ)
    if _TRAIT.fullmatch(trait) is None or trait != normaliser_trait(trait):
        raise IdentifiantInvalide(
            "Saisissez ce trait d'identité en capitales sans accent : lettres, espace, tiret et "
            "apostrophe seulement.",
            champ=champ,
        )
    return trait


def valider_lieu_naissance(code: str) -> str:
    """The official geographic code: 5 characters (`2A…`, `99` + country, `99999` when unknown)."""
    if _COMMUNE.fullmatch(code) is None:
        raise IdentifiantInvalide(
            "Saisissez le code officiel géographique du lieu de naissance : 5 caractères, 99 et le "
            "pays pour une naissance à l'étranger, 99999 si le lieu est inconnu.",
            champ="lieu_naissance",
        )
    return code


def lire_date_naissance(saisie: str) -> date:
    """`AAAA-MM-JJ` as a date; an unknown month or day, written `00`, becomes `01` (RNIV)."""
    forme = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", saisie.strip())
    if forme is None:
        raise IdentifiantInvalide(
            "Saisissez la date de naissance sous la forme AAAA-MM-JJ.", champ="date_naissance"
        )
    annee, mois, jour = (int(partie) for partie in forme.groups())
    try:
        return date(annee, mois or 1, jour or 1)
    except ValueError:
        raise IdentifiantInvalide(
            "Cette date de naissance n'existe pas : vérifiez le jour et le mois.",
            champ="date_naissance",
        ) from None


@dataclass(frozen=True, slots=True)
class TraitsStricts:
    """The five strict traits (R-INS-01), checked when built; raises IdentifiantInvalide.

    `prenoms` is the list of birth first names, separated by a space. `depuis_saisie` normalises
    what was typed; the plain constructor demands the normalised form.
    """

    nom_naissance: str = field(repr=False)
    prenoms: str = field(repr=False)
    date_naissance: date = field(repr=False)
    sexe: Sexe = field(repr=False)
    lieu_naissance: str = field(repr=False)

    def __post_init__(self) -> None:
        valider_trait(self.nom_naissance, champ="nom_naissance")
        valider_trait(self.prenoms, champ="prenoms")
        # A datetime is a date for Python and never equals one: two equal identities would differ.
        if not isinstance(self.date_naissance, date) or isinstance(self.date_naissance, datetime):
            raise IdentifiantInvalide(
                "La date de naissance est un jour du calendrier.", champ="date_naissance"
            )
        if not isinstance(self.sexe, Sexe):
            raise IdentifiantInvalide("Indiquez le sexe : M, F ou I.", champ="sexe")
        valider_lieu_naissance(self.lieu_naissance)

    @classmethod
    def depuis_saisie(
        cls,
        *,
        nom_naissance: str,
        prenoms: str,
        date_naissance: str | date,
        sexe: str,
        lieu_naissance: str,
    ) -> TraitsStricts:
        """The traits from what a person or a file gives: accents, small letters, ISO date."""
        if isinstance(date_naissance, str):
            date_naissance = lire_date_naissance(date_naissance)
        try:
            sexe_lu = Sexe(sexe.strip().upper())
        except ValueError:
            raise IdentifiantInvalide("Indiquez le sexe : M, F ou I.", champ="sexe") from None
        return cls(
            nom_naissance=normaliser_trait(nom_naissance),
            prenoms=normaliser_trait(prenoms),
            date_naissance=date_naissance,
            sexe=sexe_lu,
            lieu_naissance=lieu_naissance.strip().upper(),
        )

    @property
    def premier_prenom(self) -> str:
        """The first of the first names."""
        return self.prenoms.split(" ", 1)[0]


class AlerteIdentite(StrEnum):
    """A difference between a NIR and the traits: shown, never blocking."""

    SEXE = "sexe"
    ANNEE = "annee"
    MOIS = "mois"

    @property
    def phrase(self) -> str:
        """The French sentence for the person who checks the identity."""
        return _PHRASES_ALERTE[self]


_PHRASES_ALERTE: Mapping[AlerteIdentite, str] = MappingProxyType(
    {
        AlerteIdentite.SEXE: "Le sexe diffère de celui que dit le numéro de sécurité sociale.",
        AlerteIdentite.ANNEE: (
            "L'année de naissance diffère de celle que dit le numéro de sécurité sociale."
        ),
        AlerteIdentite.MOIS: (
            "Le mois de naissance diffère de celui que dit le numéro de sécurité sociale."
        ),
    }
)


def alertes_coherence(nir: Nir, traits: TraitsStricts) -> tuple[AlerteIdentite, ...]:
    """What differs between number and traits: alerts only.

    Civil status gets corrected, sex changes. An indeterminate sex and an unknown month aren't
    compared.
    """
    if nir.nature is NatureNir.NNP:
        return ()
    alertes = []
    if traits.sexe is not Sexe.INDETERMINE and traits.sexe is not nir.sexe:
        alertes.append(AlerteIdentite.SEXE)
    if nir.annee != f"{traits.date_naissance.year % 100:02d}":
        alertes.append(AlerteIdentite.ANNEE)
    if nir.mois is not None and nir.mois != traits.date_naissance.month:
        alertes.append(AlerteIdentite.MOIS)
    return tuple(alertes)


# --- Professionals and structures ------------------------------------------------------------


def valider_rpps(saisie: str) -> str:
    """The 11 digits of an RPPS number, Luhn's key exact."""
    rpps = _compacter(saisie)
    if re.fullmatch(r"[0-9]{11}", rpps) is None:
        raise IdentifiantInvalide("Saisissez les 11 chiffres du numéro RPPS.", champ="rpps")
    if not est_luhn(rpps):
        raise IdentifiantInvalide(
            "Vérifiez le numéro RPPS : un chiffre au moins est faux.", champ="rpps"
        )
    return rpps


def valider_adeli(saisie: str) -> str:
    """An ADELI number, kept for history: department (`2A`, `9D`…), 7 digits. Shape only."""
    adeli = _compacter(saisie)
    if re.fullmatch(r"(?:[0-9]{2}|2[AB]|9[A-F])[0-9]{7}", adeli) is None:
        raise IdentifiantInvalide("Saisissez les 9 caractères du numéro ADELI.", champ="adeli")
    return adeli


class TypeIdentifiantPS(StrEnum):
    """The number behind the prefix of a national professional identifier."""

    RPPS = "8"
    ADELI = "0"


@dataclass(frozen=True, slots=True)
class Idnps:
    """A national professional identifier (OID 1.2.250.1.71.4.2.1), taken apart."""

    type: TypeIdentifiantPS
    numero: str

    def __str__(self) -> str:
        return f"{self.type.value}{self.numero}"


def lire_idnps(saisie: str) -> Idnps:
    """`8` + RPPS (12 characters) or `0` + ADELI (10 characters); raises IdentifiantInvalide."""
    valeur = _compacter(saisie)
    if len(valeur) == 12 and valeur[0] == TypeIdentifiantPS.RPPS:
        return Idnps(TypeIdentifiantPS.RPPS, valider_rpps(valeur[1:]))
    if len(valeur) == 10 and valeur[0] == TypeIdentifiantPS.ADELI:
        return Idnps(TypeIdentifiantPS.ADELI, valider_adeli(valeur[1:]))
    raise IdentifiantInvalide(
        "L'identifiant national du professionnel est 8 suivi du numéro RPPS, ou 0 suivi du numéro "
        "ADELI.",
        champ="idnps",
    )


@dataclass(frozen=True, slots=True)
class Finess:
    """A FINESS number. `cle_douteuse`: all digits and Luhn's key wrong, an alert and no refusal."""

    numero: str
    cle_douteuse: bool

    def __str__(self) -> str:
        return self.numero


def valider_finess(saisie: str) -> Finess:
    """9 characters, department first (`2A`/`2B` possible). The key alerts only when all digits."""
    finess = _compacter(saisie)
    if re.fullmatch(r"(?:[0-9]{2}|2[AB])[0-9]{7}", finess) is None:
        raise IdentifiantInvalide("Saisissez les 9 caractères du numéro FINESS.", champ="finess")
    return Finess(finess, cle_douteuse=finess.isdigit() and not est_luhn(finess))


SIREN_LA_POSTE = "356000000"


def valider_siren(saisie: str) -> str:
    """The 9 digits of a SIREN number, Luhn's key exact."""
    siren = _compacter(saisie)
    if re.fullmatch(r"[0-9]{9}", siren) is None:
        raise IdentifiantInvalide("Saisissez les 9 chiffres du numéro SIREN.", champ="siren")
    if not est_luhn(siren):
        raise IdentifiantInvalide(
            "Vérifiez le numéro SIREN : un chiffre au moins est faux.", champ="siren"
        )
    return siren


def valider_siret(saisie: str) -> str:
    """The 14 digits of a SIRET number, Luhn's key exact.

    The establishments of La Poste follow another rule: the sum of their digits is a multiple of 5.
    """
    siret = _compacter(saisie)
    if re.fullmatch(r"[0-9]{14}", siret) is None:
        raise IdentifiantInvalide("Saisissez les 14 chiffres du numéro SIRET.", champ="siret")
    de_la_poste = siret.startswith(SIREN_LA_POSTE) and sum(map(int, siret)) % 5 == 0
    if not (est_luhn(siret) or de_la_poste):
        raise IdentifiantInvalide(
            "Vérifiez le numéro SIRET : un chiffre au moins est faux.", champ="siret"
        )
    return siret


class TypeIdentifiantStructure(StrEnum):
    """The number behind the prefix of a structure identifier (OID 1.2.250.1.71.4.2.2)."""

    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    CABINET = "4"


@dataclass(frozen=True, slots=True)
class IdentifiantStructure:
    """A structure identifier, taken apart."""

    type: TypeIdentifiantStructure
    numero: str

    def __str__(self) -> str:
        return f"{self.type.value}{self.numero}"


def lire_identifiant_structure(saisie: str) -> IdentifiantStructure:
    """`1`+FINESS, `2`+SIREN, `3`+SIRET or `4`+cabinet number; raises IdentifiantInvalide."""
    valeur = _compacter(saisie)
    prefixe, numero = valeur[:1], valeur[1:]
    if prefixe == TypeIdentifiantStructure.FINESS:
        return IdentifiantStructure(TypeIdentifiantStructure.FINESS, valider_finess(numero).numero)
    if prefixe == TypeIdentifiantStructure.SIREN:
        return IdentifiantStructure(TypeIdentifiantStructure.SIREN, valider_siren(numero))
    if prefixe == TypeIdentifiantStructure.SIRET:
        return IdentifiantStructure(TypeIdentifiantStructure.SIRET, valider_siret(numero))
    if prefixe == TypeIdentifiantStructure.CABINET and re.fullmatch(r"[0-9A-Z]{1,20}", numero):
        return IdentifiantStructure(TypeIdentifiantStructure.CABINET, numero)
    raise IdentifiantInvalide(
        "L'identifiant de structure commence par 1 (FINESS), 2 (SIREN), 3 (SIRET) ou 4 (cabinet).",
        champ="structure",
    )


# --- Carte Vitale ----------------------------------------------------------------------------

# What is printed before the 11 digits to type, and what people copy instead of them (R-ACT-05).
PREFIXE_CARTE_VITALE = "8025000002"
NUMERO_TECHNIQUE_REGIME = "80250000025"


def _est_date_jjmmaaaa(chiffres: str) -> bool:
    if len(chiffres) != 8 or not "1900" <= chiffres[4:] <= "2099":
        return False
    try:
        date(int(chiffres[4:]), int(chiffres[2:4]), int(chiffres[:2]))
    except ValueError:
        return False
    return True


def valider_numero_serie(saisie: str, *, avec_photo: bool, nir: str | None = None) -> str:
    """The serial number of the carte Vitale (R-ACT-04, R-ACT-05); raises IdentifiantInvalide.

    With a photo: exactly 11 digits. Without: 8 to 13. Refused too: a day of birth (JJMMAAAA), a
    piece of `nir` (the number typed in the same form, spaces allowed), a piece of the technical
    number of the scheme or the prefix printed before the digits to type.
    """
    numero = _compacter(saisie)
    if re.fullmatch(r"[0-9]+", numero) is None:
        raise IdentifiantInvalide(
            "Le numéro de série de la carte Vitale ne contient que des chiffres.",
            champ="numero_serie",
        )
    if avec_photo and len(numero) != 11:
        raise IdentifiantInvalide(
            "Saisissez les 11 derniers chiffres du numéro imprimé en haut à droite de la carte "
            "Vitale.",
            champ="numero_serie",
        )
    if not 8 <= len(numero) <= 13:
        raise IdentifiantInvalide(
            "Saisissez les 8 à 13 chiffres du numéro de série de la carte Vitale.",
            champ="numero_serie",
        )
    if _est_date_jjmmaaaa(numero):
        raise IdentifiantInvalide(
            "Saisissez le numéro de série de la carte Vitale, et non une date de naissance.",
            champ="numero_serie",
        )
    if nir and numero in normaliser_nir(nir):
        raise IdentifiantInvalide(
            "Saisissez le numéro de série de la carte Vitale, et non le numéro de sécurité "
            "sociale.",
            champ="numero_serie",
        )
    if numero in NUMERO_TECHNIQUE_REGIME or numero.startswith(PREFIXE_CARTE_VITALE):
        raise IdentifiantInvalide(
            "Ces chiffres sont les mêmes sur toutes les cartes : saisissez ceux qui les suivent.",
            champ="numero_serie",
        )
    return numero


# --- Accounts --------------------------------------------------------------------------------


def valider_code_provisoire(saisie: str) -> str:
    """The 12 letters and digits received by SMS, e-mail or letter, in capitals (R-ACT-06)."""
    code = saisie.strip()
    if re.fullmatch(r"[0-9A-Za-z]{12}", code) is None:
        raise IdentifiantInvalide(
            "Saisissez les 12 lettres et chiffres du code provisoire.", champ="code_provisoire"
        )
    return code.upper()


def valider_code_unique(saisie: str) -> str:
    """The 6 digits of a single-use code (R-AUT-02)."""
    code = _compacter(saisie)
    if re.fullmatch(r"[0-9]{6}", code) is None:
        raise IdentifiantInvalide("Saisissez les 6 chiffres du code reçu.", champ="code")
    return code


def valider_code_postal(saisie: str) -> str:
    """The 5 digits of a postal code."""
    code = saisie.strip()
    if re.fullmatch(r"[0-9]{5}", code) is None:
        raise IdentifiantInvalide("Saisissez les 5 chiffres du code postal.", champ="code_postal")
    return code


def _a_forme_iban(compact: str) -> bool:
    """French ones by their shape alone (a mistyped IBAN is still one), others by their key."""
    if compact.startswith("fr76") or re.fullmatch(r"fr[0-9]{2}[0-9a-z]{10,}", compact):
        return True
    if re.fullmatch(r"[a-z]{2}[0-9]{2}[0-9a-z]{11,30}", compact) is None:
        return False
    chiffres = "".join(str(int(signe, 36)) for signe in compact[4:] + compact[:4])
    return int(chiffres) % 97 == 1


def _a_forme_nir(compact: str) -> bool:
    """Thirteen or fifteen characters that a NIR or NIA could have, whatever the key."""
    corps = compact[:LONGUEUR_CORPS_NIR].upper()
    return (
        len(compact) in (LONGUEUR_CORPS_NIR, LONGUEUR_NIR)
        and _CORPS_NIR.fullmatch(corps) is not None
        and _NATURE_PAR_CHIFFRE.get(corps[0]) is not None
        and compact[LONGUEUR_CORPS_NIR:].isdigit() == (len(compact) == LONGUEUR_NIR)
    )


def valider_identifiant_connexion(saisie: str, *, nir: str | None = None) -> str:
    """The log-in name: 8 to 100 of `a-z 0-9 . _ -`; no e-mail, NIR nor IBAN (R-ACT-14).

    `nir`: the person's own number when known; its 13 characters may not be inside.
    """
    champ = "identifiant"
    if "@" in saisie:
        raise IdentifiantInvalide(
            "L'identifiant ne peut pas être une adresse électronique : choisissez-en un autre.",
            champ=champ,
        )
    if not 8 <= len(saisie) <= 100:
        raise IdentifiantInvalide("Choisissez un identifiant de 8 à 100 caractères.", champ=champ)
    if re.fullmatch(r"[a-z0-9._-]+", saisie) is None:
        raise IdentifiantInvalide(
            "L'identifiant contient seulement des lettres minuscules sans accent, des chiffres, "
            "le point, le tiret et le trait bas.",
            champ=champ,
        )
    compact = re.sub(r"[._-]", "", saisie)
    corps = normaliser_nir(nir)[:LONGUEUR_CORPS_NIR].lower() if nir else ""
    if _a_forme_nir(compact) or (corps and corps in compact):
        raise IdentifiantInvalide(
            "L'identifiant ne peut pas être un numéro de sécurité sociale : choisissez-en un "
            "autre.",
            champ=champ,
        )
    if _a_forme_iban(compact):
        raise IdentifiantInvalide(
            "L'identifiant ne peut pas être un numéro de compte bancaire : choisissez-en un autre.",
            champ=champ,
        )
    return saisie


class ManqueMotDePasse(StrEnum):
    """What a password lacks, each a piece of sentence to list after « Votre mot de passe doit »."""

    LONGUEUR_MINIMALE = "contenir au moins 9 caractères"
    LONGUEUR_MAXIMALE = "contenir au plus 128 caractères"
    MINUSCULE = "contenir une lettre minuscule"
    MAJUSCULE = "contenir une lettre majuscule"
    CHIFFRE = "contenir un chiffre"
    SPECIAL = "contenir un caractère spécial, par exemple une ponctuation"
    DONNEE_PERSONNELLE = (
        "ne contenir ni votre nom, ni votre identifiant, ni vos coordonnées, ni votre date de "
        "naissance, ni votre numéro de sécurité sociale"
    )
    TROP_FACILE = "être plus difficile à deviner"


LONGUEUR_MOT_DE_PASSE = 9
LONGUEUR_MAXIMALE_MOT_DE_PASSE = 128
_RACINES_FACILES = (
    "azerty", "qwerty", "qwertz", "motdepasse", "password", "bienvenue", "welcome", "doudou",
    "loulou", "bonjour", "admin", "123456", "654321", "abcdef", "monespace", "cartevitale",
    "iloveyou", "jetaime",
)  # fmt: skip
_CHIFFRES_POUR_LETTRES = str.maketrans("013457@$!", "oieastasi")
_SEPARATEURS = re.compile(r"[\s/._-]+")


def _mots_personnels(mots: Iterable[str]) -> set[str]:
    """Each word of three letters or more, without accents, alone and joined (`jean`, `jeanluc`)."""
    trouves: set[str] = set()
    for mot in mots:
        plat = sans_accent(mot).lower()
        morceaux = [*re.split(r"[^0-9a-z]+", plat), re.sub(r"[^0-9a-z]+", "", plat)]
        trouves.update(morceau for morceau in morceaux if len(morceau) >= 3)
    return trouves


def _contient_donnee_personnelle(
    mot_de_passe: str, mots: Iterable[str], date_naissance: date | None, nir: str | None
) -> bool:
    plat = sans_accent(mot_de_passe).lower()
    compact = _SEPARATEURS.sub("", plat)
    if any(mot in plat or mot in compact for mot in _mots_personnels(mots)):
        return True
    if date_naissance is not None:
        jour, mois = f"{date_naissance.day:02d}", f"{date_naissance.month:02d}"
        annee = f"{date_naissance.year:04d}"
        ecritures = {jour + mois + annee, annee + mois + jour, jour + mois + annee[2:]}
        if any(ecriture in compact for ecriture in ecritures):
            return True
    if nir is None:
        return False
    # Seven characters in a row: sex, year, month and department, or as specific as that.
    numero = normaliser_nir(nir).lower()
    return any(numero[debut : debut + 7] in compact for debut in range(len(numero) - 6))


def _est_trop_facile(mot_de_passe: str) -> bool:
    plat = sans_accent(mot_de_passe).lower()
    lu = plat.translate(_CHIFFRES_POUR_LETTRES)
    return len(set(plat)) < 5 or any(racine in plat or racine in lu for racine in _RACINES_FACILES)


def manques_mot_de_passe(
    mot_de_passe: str,
    *,
    mots: Iterable[str] = (),
    date_naissance: date | None = None,
    nir: str | None = None,
) -> tuple[ManqueMotDePasse, ...]:
    """What the password lacks, in the order to show; empty when it is accepted (R-ACT-15).

    `mots`: names, first names, identifiant, e-mail, telephone… of the person.
    """
    manques = []
    if len(mot_de_passe) < LONGUEUR_MOT_DE_PASSE:
        manques.append(ManqueMotDePasse.LONGUEUR_MINIMALE)
    if len(mot_de_passe) > LONGUEUR_MAXIMALE_MOT_DE_PASSE:
        # The rest isn't looked at: nobody types that, and hashing it is work for nothing.
        return (ManqueMotDePasse.LONGUEUR_MAXIMALE,)
    if not any(signe.islower() for signe in mot_de_passe):
        manques.append(ManqueMotDePasse.MINUSCULE)
    if not any(signe.isupper() for signe in mot_de_passe):
        manques.append(ManqueMotDePasse.MAJUSCULE)
    if not any(signe.isdigit() for signe in mot_de_passe):
        manques.append(ManqueMotDePasse.CHIFFRE)
    if all(signe.isalnum() for signe in mot_de_passe):
        manques.append(ManqueMotDePasse.SPECIAL)
    if _contient_donnee_personnelle(mot_de_passe, mots, date_naissance, nir):
        manques.append(ManqueMotDePasse.DONNEE_PERSONNELLE)
    if _est_trop_facile(mot_de_passe):
        manques.append(ManqueMotDePasse.TROP_FACILE)
    return tuple(manques)


# --- Masked contacts (R-ACT-08, R-AUT-03) ----------------------------------------------------


def masquer_telephone(telephone: str) -> str:
    """The telephone as one may show it: `+33 6 ** ** ** 15`. Other countries: last two digits."""
    chiffres = re.sub(r"[^0-9]", "", telephone)
    international = telephone.strip().startswith(("+", "00"))
    if telephone.strip().startswith("00"):
        chiffres = chiffres[2:]
    if international and re.fullmatch(r"33[1-9][0-9]{8}", chiffres):
        return f"+33 {chiffres[2]} ** ** ** {chiffres[-2:]}"
    if not international and re.fullmatch(r"0[1-9][0-9]{8}", chiffres):
        return f"{chiffres[:2]} ** ** ** {chiffres[-2:]}"
    return f"** ** ** {chiffres[-2:]}" if len(chiffres) >= 8 else "** ** ** **"


def masquer_courriel(courriel: str) -> str:
    """The e-mail as one may show it: `a***@e***.fr`. The stars don't tell the lengths."""
    local, arobase, domaine = courriel.strip().rpartition("@")
    nom, point, extension = domaine.rpartition(".")
    if not (local and arobase and nom and point and extension):
        return "***"
    debut = local[0] if len(local) > 1 else ""
    debut_domaine = nom[0] if len(nom) > 1 else ""
    return f"{debut}***@{debut_domaine}***.{extension}"
