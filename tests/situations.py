"""Situations of the tests: three people always the same, documents of our own, doors opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
from django.db import transaction
from django.utils import timezone

from comptes.models import Compte, Population, index_identifiant
from dossier.actions import Depot, deposer_document
from dossier.effets import analyser
from dossier.mesures.actions import ajouter_mesure
from dossier.mesures.referentiel import types_mesures
from dossier.mesures.regles import SaisieMesure
from dossier.models import Document
from habilitations.acces import Acces, ActeurAcces, ouvrir, ouvrir_pour_le_systeme
from habilitations.models import CaseMatrice, Ouverture, VersionMatrice
from habilitations.politique import Acteur, Action, Base, Masque, Mode
from habilitations.portes import acteur_de_l_exercice
from journal.faits import SYSTEME, ActeurTrace, GenreActeur
from mes.socle.identifiants import Ins, TraitsStricts
from mes.socle.models import Travail
from professionnels.models import Exercice, Professionnel, Structure
from usagers.actions import activer_espace, ouvrir_espace
from usagers.models import EspaceSante, Statut

OID_TEST = "1.2.250.1.213.1.4.10"

PERSONNES: dict[str, dict[str, Any]] = {
    "alex": {
        "matricule": "185049900000162",
        "nom_naissance": "DEMO-UN",
        "prenoms": "ALEX",
        "date_naissance": "1985-04-12",
        "sexe": "M",
    },
    "camille": {
        "matricule": "287099900000290",
        "nom_naissance": "DEMO-DEUX",
        "prenoms": "CAMILLE",
        "date_naissance": "1987-09-03",
        "sexe": "F",
    },
    "ines": {
        "matricule": "214069900000527",
        "nom_naissance": "DEMO-UN",
        "prenoms": "INES",
        "date_naissance": "2014-06-30",
        "sexe": "F",
    },
}

RPPS = {
    "medecin": ("99700900014", "10", "SM26"),
    "autre_medecin": ("99700900022", "10", "SM26"),
    "pharmacien": ("99700900048", "21", ""),
    "kine": ("99700900089", "70", ""),
    "opticien": ("99700900204", "28", ""),
    "medecin_du_travail": ("99700900105", "10", "SM25"),
}


def creer_espace(
    nom: str, *, statut: Statut = Statut.ACTIVE, qualifiee: bool = True
) -> EspaceSante:
    personne = PERSONNES[nom]
    traits = TraitsStricts.depuis_saisie(
        nom_naissance=personne["nom_naissance"],
        prenoms=personne["prenoms"],
        date_naissance=personne["date_naissance"],
        sexe=personne["sexe"],
        lieu_naissance="99999",
    )
    return ouvrir_espace(
        traits=traits,
        ins=Ins(personne["matricule"], OID_TEST),
        acteur=SYSTEME,
        trouvee_insi=True,
        piece_controlee=qualifiee,
        statut=statut,
    )


def creer_compte(nom: str, espace: EspaceSante | None = None) -> Compte:
    identifiant = f"{nom}.demo"
    compte = Compte(
        population=Population.USAGER,
        identifiant_index=index_identifiant(Population.USAGER, identifiant),
    )
    compte.poser_fiche(
        {
            "identifiant": identifiant,
            "prenom": PERSONNES[nom]["prenoms"].title(),
            "nom": PERSONNES[nom]["nom_naissance"],
            "courriel": f"{nom}@mes.test",
            "mobile": "+33639980001",
        }
    )
    compte.set_password("Bonjour-1234!")
    compte.save()
    if espace is not None:
        activer_espace(espace_id=espace.pk, compte_id=compte.pk, acteur=SYSTEME)
    return compte


def creer_exercice(qui: str, structure: Structure | None = None) -> Exercice:
    rpps, profession, specialite = RPPS[qui]
    professionnel, _ = Professionnel.objects.get_or_create(
        rpps=rpps, defaults={"nom": f"DEMO-{qui.upper()}", "prenom": "Dominique"}
    )
    exercice, _ = Exercice.objects.get_or_create(
        cle_annuaire=f"{rpps}|{structure.pk if structure else ''}",
        defaults={
            "professionnel": professionnel,
            "structure": structure or creer_structure(),
            "profession": profession,
            "specialite": specialite,
        },
    )
    return exercice


def creer_structure(finess: str = "990009011", nom: str = "Cabinet de groupe DÉMO") -> Structure:
    structure, _ = Structure.objects.get_or_create(
        identifiant=finess, defaults={"finess": finess, "raison_sociale": nom}
    )
    return structure


def acteur_ps(qui: str, **faits: Any) -> ActeurAcces:
    exercice = Exercice.objects.select_related("professionnel", "structure").get(
        pk=creer_exercice(qui).pk
    )
    return acteur_de_l_exercice(exercice, compte_id=None, regulateur=faits.get("regulateur", False))


def acteur_titulaire(compte: Compte) -> ActeurAcces:
    return ActeurAcces(
        genre=Acteur.TITULAIRE,
        id=compte.pk,
        compte_id=compte.pk,
        trace=ActeurTrace(GenreActeur.TITULAIRE, compte.pk, "Alex DEMO-UN"),
    )


def autoriser(
    acteur: ActeurAcces,
    espace: EspaceSante,
    *,
    base: Base = Base.CONSENTEMENT,
    mode: Mode = Mode.NORMAL,
) -> Ouverture:
    """An opened record, without going through the declaration's screen."""
    Ouverture.objects.filter(exercice_id=acteur.exercice_id, fermee_le=None).update(
        fermee_le=timezone.now()
    )
    return Ouverture.objects.create(
        espace=espace,
        exercice_id=acteur.exercice_id,
        mode=mode,
        base=base,
        expire_le=timezone.now() + timedelta(hours=1),
        scelle=b"justification" if mode is Mode.BRIS_DE_GLACE else None,
    )


def poser_matrice(cases: dict[tuple[str, str], bool]) -> VersionMatrice:
    """A matrix in force made of (profession, type) → readable; everything is depositable."""
    version = VersionMatrice.objects.create(
        source="essai",
        empreinte=b"\0" * 32,
        effet_le=date(2023, 10, 29),
        proposee_par="proposeuse",
        approuvee_par="approbateur",
        approuvee_le=timezone.now(),
    )
    CaseMatrice.objects.bulk_create(
        CaseMatrice(
            version=version,
            profession=profession,
            objet="type",
            code=code,
            lecture=lecture,
            ecriture=True,
            effectif=True,
        )
        for (profession, code), lecture in cases.items()
    )
    return version


@contextmanager
def espace_ouvert(
    acteur: ActeurAcces, espace_id: UUID, action: Action, *, objet_id: UUID | None = None
) -> Iterator[Acces]:
    """As the portal does: a transaction, the wall open, the journal written last."""
    with transaction.atomic(), ExitStack() as pile:
        yield ouvrir(pile, acteur, espace_id, action, objet_id=objet_id)


def pdf(texte: str = "Document de démonstration") -> bytes:
    """A small real PDF with one line of text."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    police = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=police))
    contenu = f"BT /F1 18 Tf 72 720 Td ({texte}) Tj ET".encode("latin-1")
    page.Contents = document.make_stream(contenu)
    sortie = BytesIO()
    document.save(sortie)
    return sortie.getvalue()


@dataclass(frozen=True)
class Depose:
    """A deposited and analysed document."""

    id: UUID
    espace_id: UUID


def deposer(
    acteur: ActeurAcces,
    espace: EspaceSante,
    *,
    type_code: str = "11488-4",
    titre: str = "Compte rendu de consultation",
    masques: frozenset[Masque] = frozenset(),
    octets: bytes | None = None,
    nom_fichier: str = "document.pdf",
    analyse: bool = True,
    **champs: Any,
) -> Depose:
    with espace_ouvert(acteur, espace.pk, Action.DEPOSER) as acces:
        resultat = deposer_document(
            acces=acces,
            depot=Depot(
                octets=pdf(titre) if octets is None else octets,
                nom_fichier=nom_fichier,
                type_code=type_code,
                titre=titre,
                masques=masques,
                **champs,
            ),
        )
    if analyse:
        analyser(
            Travail(nature="dossier.analyser", cible_id=resultat.document_id, espace_id=espace.pk)
        )
    return Depose(resultat.document_id, espace.pk)


def mesurer(
    acteur: ActeurAcces,
    espace: EspaceSante,
    code: str,
    *valeurs: str,
    le: datetime | None = None,
    **champs: Any,
) -> UUID:
    """A measure; one value by part of its type, in the stored unit."""
    parties = types_mesures()[code].parties
    with espace_ouvert(acteur, espace.pk, Action.DEPOSER) as acces:
        return ajouter_mesure(
            acces=acces,
            saisie=SaisieMesure(
                code=code,
                valeurs={p: Decimal(v) for p, v in zip(parties, valeurs, strict=True)},
                mesuree_le=le or timezone.now(),
                **champs,
            ),
        )


def document_en_base(depose: Depose) -> Document:
    with transaction.atomic(), ouvrir_pour_le_systeme(depose.espace_id):
        return Document.objects.get(pk=depose.id)
