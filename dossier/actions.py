"""Every change of the documents: a French verb, keyword-only, the opened espace says who acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from dossier import effets, fichiers
from dossier.changements import (
    RESERVES,
    changer,
    document_verrouille,
    est_du_meme_deposant,
    est_reserve,
    noter,
)
from dossier.controle import (
    FORMATS_PATIENT,
    FORMATS_PROFESSIONNEL,
    FichierControle,
    FichierRefuse,
    TypeFichier,
    controler,
    titre_recu,
    valider_date_document,
    valider_titre,
)
from dossier.models import COTE_PATIENT, Document, EtatDocument, Recu
from dossier.selection import GENRES_AUTEUR, presents, visibles_par
from dossier.types_suivis import DIRECTIVES
from habilitations.acces import Acces, ActeurAcces
from habilitations.actions.choix import masquer_par_defaut
from habilitations.politique import Acteur, Action, Masque
from habilitations.structures import masques_de_la_structure
from interop import cda
from journal.faits import Fait
from mes.socle import mur
from mes.socle.dates import aujourdhui_a_paris
from mes.socle.identifiants import ins_recue, normaliser_nir
from mes.socle.nomenclatures import types_documents
from mes.socle.travaux import planifier
from mes.socle.trousseau import index
from mes.socle.uuid7 import uuid7
from notifications.models import CodeNotification
from usagers.identite import ins_transmissible, oids_acceptes_ici
from usagers.models import EspaceSante, StatutIdentite

MASQUES_AU_DEPOT = frozenset(
    {Masque.MASQUE_PS, Masque.INVISIBLE_PATIENT, Masque.INVISIBLE_REPRESENTANTS_LEGAUX}
)
_FORMATS = {True: FORMATS_PATIENT, False: FORMATS_PROFESSIONNEL}
"""By side: only a professional's software writes a CDA (R-DOC-02)."""


class DepotRefuse(Exception):
    """The deposit can't be accepted: `motif` for machines, `phrase` for the person."""

    def __init__(self, motif: str, phrase: str) -> None:
        super().__init__(motif)
        self.motif = motif
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Depot:
    """What is deposited. For a CDA, what is left empty is read in its header."""

    octets: bytes
    nom_fichier: str
    type_code: str = ""
    titre: str = ""
    date_document: date | None = None
    masques: frozenset[Masque] = frozenset()
    remplace_id: UUID | None = None
    au_nom_de: ActeurAcces | None = None
    """The professional, of the same structure, for whom somebody without the right to read deposits
    (R-ALI-04): the author of the document."""
    selon_la_structure: bool = False
    """Adds the visibility that the depositor's structure set for this type (R-ALI-09)."""


@dataclass(frozen=True, slots=True)
class Resultat:
    """`deja_present`: the same document was already there (R-DOC-18)."""

    document_id: UUID
    deja_present: bool = False
    remplace_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Fiche:
    """The sheet of the deposit once everything is checked."""

    fichier: FichierControle
    type_code: str
    titre: str
    date_document: date
    masques: frozenset[Masque]
    est_cda: bool
    identifiant: str | None = None
    lot: str | None = None
    version_lot: int | None = None
    remplaces: tuple[str, ...] = ()
    redacteur: str = ""
    avertissements: tuple[str, ...] = ()


@transaction.atomic
def deposer_document(*, acces: Acces, depot: Depot) -> Resultat:
    """Deposits a document in the opened espace (R-ALI, R-DOC-01…06, 12, 18).

    Raises AccesRefuse (who may not), DepotRefuse (what can't be accepted). Nothing is half written:
    the file is on disk before the row commits, and a file without a row is swept away.
    """
    decision = acces.decider(
        Action.DEPOSER,
        type_document=depot.type_code,
        masques=frozenset(),
        auteur=True,
        cote_patient=False,
    )
    if not decision:
        raise acces.refuser(decision, action=Action.DEPOSER, objet_id=None)
    if acces.espace.identite.statut is not StatutIdentite.QUALIFIEE:
        raise DepotRefuse(
            "IDENTITE_NON_QUALIFIEE",
            "L'identité de cette personne n'est pas qualifiée : aucun document ne peut être ajouté "
            "tant qu'elle n'a pas été vérifiée.",
        )
    auteur = _auteur(acces, depot)
    fiche = _controler(acces, depot)
    if depot.selon_la_structure:
        regles = masques_de_la_structure(acces.acteur.structure_id, fiche.type_code)
        fiche = replace(fiche, masques=fiche.masques | regles)
    _exiger_masques_permis(acces, fiche.masques)
    _exiger_directives_permises(acces, fiche.type_code)
    with mur.ouvrir(lus=[acces.espace_id]):
        # Who may only deposit reads nothing: this narrow look returns ids, never content.
        _un_depot_a_la_fois(acces)
        existant = _deja_present(acces, fiche, auteur)
        if existant is not None:
            _donner_un_recu(acces, existant, auteur, deja_present=True)
            return Resultat(existant, deja_present=True)
        ancien = _document_remplace(acces, fiche, depot.remplace_id)
        _exiger_annonce_possible(fiche, ancien)
        document = _ecrire(acces, fiche, ancien, auteur)
    _donner_un_recu(acces, document.pk, auteur)
    acces.noter(
        Fait.DOCUMENT_REMPLACE if ancien else Fait.DOCUMENT_DEPOSE,
        objet_id=document.pk,
        details={"titre": fiche.titre}
        | ({} if auteur is acces.acteur else {"au_nom_de": auteur.trace.nom}),
        reservee=est_reserve(document),
    )
    planifier("dossier.analyser", document.pk, espace_id=acces.espace_id)
    if document.annonce_avant_le is not None:
        planifier(
            "dossier.remettre_visible",
            document.pk,
            espace_id=acces.espace_id,
            pas_avant=document.annonce_avant_le,
        )
    return Resultat(document.pk, remplace_id=ancien.pk if ancien else None)


def _auteur(acces: Acces, depot: Depot) -> ActeurAcces:
    """Who the document is by: the depositor, or the professional she deposits for (R-ALI-04)."""
    pour = depot.au_nom_de
    if pour is None:
        return acces.acteur
    if (
        acces.acteur.genre is not Acteur.PERSONNEL
        or pour.genre is not Acteur.PROFESSIONNEL
        or not pour.exercice_actif
        or pour.structure_id is None
        or pour.structure_id != acces.acteur.structure_id
    ):
        raise DepotRefuse(
            "AUTEUR_REFUSE",
            "Choisissez un professionnel de santé qui exerce dans votre structure.",
        )
    return pour


def _donner_un_recu(
    acces: Acces, document_id: UUID, auteur: ActeurAcces, *, deja_present: bool = False
) -> None:
    """For those who act in an exercice; the patient's side has its own documents."""
    if acces.acteur.exercice_id is not None and auteur.id is not None:
        Recu.objects.create(
            espace_id=acces.espace_id,
            document_id=document_id,
            exercice_id=acces.acteur.exercice_id,
            auteur_id=auteur.id,
            deja_present=deja_present,
        )


def _controler(acces: Acces, depot: Depot) -> _Fiche:
    try:
        fichier = controler(
            depot.octets,
            nom_fichier=depot.nom_fichier,
            formats=_FORMATS[GENRES_AUTEUR[acces.acteur.genre] in COTE_PATIENT],
            taille_max=settings.MES_TAILLE_DOCUMENT_MAX,
        )
        if fichier.type is TypeFichier.CDA:
            return _controler_cda(acces, depot, fichier)
        titre = valider_titre(depot.titre)
        jour = valider_date_document(
            depot.date_document or aujourdhui_a_paris(), aujourdhui_a_paris()
        )
    except FichierRefuse as refus:
        raise DepotRefuse(refus.motif, str(refus)) from refus
    return _Fiche(
        fichier=fichier,
        type_code=_type_connu(depot.type_code),
        titre=titre,
        date_document=jour,
        masques=depot.masques - {Masque.N},
        est_cda=False,
    )


def _type_connu(code: str) -> str:
    if code not in types_documents():
        raise DepotRefuse(
            "TYPE_INCONNU",
            "Le type de ce document n'est pas dans la nomenclature : choisissez-en un.",
        )
    return code


def _controler_cda(acces: Acces, depot: Depot, fichier: FichierControle) -> _Fiche:
    try:
        document = cda.lire(depot.octets)
    except cda.CDAInvalide as erreur:
        raise DepotRefuse("CDA_INVALIDE", str(erreur)) from erreur
    _exiger_bon_patient(acces, document)
    aujourdhui = aujourdhui_a_paris()
    effet = document.date_effet.premier_jour if document.date_effet else None
    jour = depot.date_document or effet or aujourdhui
    masques = depot.masques
    if document.confidentialite in (Masque.R, Masque.V):
        masques |= {Masque(document.confidentialite)}
    premier = document.auteurs[0] if document.auteurs else None
    return _Fiche(
        fichier=fichier,
        type_code=_type_connu(depot.type_code or document.type_code or ""),
        titre=titre_recu(depot.titre or document.titre or document.type_libelle or "Document"),
        # A received date in the future is kept out of the lists' order, not refused.
        date_document=min(jour, aujourdhui),
        masques=masques - {Masque.N},
        est_cda=True,
        identifiant=document.id_unique,
        lot=document.set_id,
        version_lot=document.version,
        remplaces=document.remplace,
        redacteur=" ".join(filter(None, (premier.prenom, premier.nom))) if premier else "",
        avertissements=document.avertissements,
    )


def _exiger_bon_patient(acces: Acces, document: cda.DocumentCDA) -> None:
    """Somebody else's document is refused (R-ALI-10); a wrong key only warns, as received."""
    patient = document.patient
    if not patient.matricule_ins or not patient.oid_ins:
        raise DepotRefuse(
            "INS_ABSENTE",
            "Ce document ne porte pas d'identité nationale de santé : il ne peut pas "
            "être rattaché à un dossier.",
        )
    recue = ins_recue(patient.matricule_ins, patient.oid_ins, acceptes=oids_acceptes_ici())
    if not recue.est_acceptee_ici:
        raise DepotRefuse(
            "OID_REFUSE",
            "L'identité nationale de santé de ce document n'est pas d'un type accepté ici.",
        )
    attendue = ins_transmissible(acces.espace.identite, acces.traits())
    if normaliser_nir(recue.matricule) != attendue:
        raise DepotRefuse(
            "AUTRE_PATIENT", "Ce document concerne une autre personne : vérifiez le dossier ouvert."
        )


def _exiger_masques_permis(acces: Acces, masques: frozenset[Masque]) -> None:
    """R-ALI-05, R-MAS-09: who deposits chooses among what is theirs to choose."""
    if acces.acteur.genre in (Acteur.PROFESSIONNEL, Acteur.PERSONNEL):
        permis = MASQUES_AU_DEPOT | {Masque.R, Masque.V}
    elif acces.acteur.genre is Acteur.SERVICE:
        permis = frozenset()
    else:
        permis = frozenset({Masque.MASQUE_PS})
    if not masques <= permis:
        raise DepotRefuse(
            "MASQUE_REFUSE", "Cette confidentialité ne peut pas être choisie lors de ce dépôt."
        )


def _exiger_directives_permises(acces: Acces, type_code: str) -> None:
    """Directives anticipées are an adult's own word: hers, or a professional's for her (R-DA-01,
    R-DA-07, R-DA-10)."""
    if type_code != DIRECTIVES:
        return
    if acces.situation.mineur:
        raise DepotRefuse(
            "DIRECTIVES_RESERVEES_AUX_MAJEURS",
            "Les directives anticipées sont réservées aux personnes majeures.",
        )
    if acces.acteur.genre in (Acteur.REPRESENTANT, Acteur.AIDANT):
        raise DepotRefuse(
            "DIRECTIVES_PERSONNELLES",
            "Seule la personne elle-même, ou un professionnel pour elle, peut déposer ses "
            "directives anticipées.",
        )


def _index(acces: Acces, nature: str, valeur: str) -> bytes:
    return index().aveugle(f"dossier.{nature}", f"{acces.espace_id}|{valeur}")


def _un_depot_a_la_fois(acces: Acces) -> None:
    """Deposits of one espace follow each other, so that the second of two equal ones sees the first
    (R-DOC-18). No key is locked: whatever only refers to the espace goes on."""
    EspaceSante.objects.select_for_update(no_key=True).values_list("pk").get(pk=acces.espace_id)


def _deja_present(acces: Acces, fiche: _Fiche, auteur: ActeurAcces) -> UUID | None:
    """The uuid of the same document already there (R-DOC-18), else None.

    Raises DepotRefuse when its unique identifier names another content: neither may be lost.
    """
    contenu = _index(acces, "contenu", fiche.fichier.empreinte_recue)
    if fiche.identifiant is not None:
        existant = Document.objects.filter(
            espace_id=acces.espace_id,
            identifiant_index=_index(acces, "identifiant", fiche.identifiant),
        ).first()
        if existant is None:
            return None
        if bytes(existant.contenu_index) == contenu:
            meme: UUID = existant.pk
            return meme
        raise DepotRefuse(
            "IDENTIFIANT_DEJA_UTILISE",
            "Un autre document porte déjà cet identifiant unique : faites corriger le logiciel "
            "émetteur, qui doit en donner un nouveau à chaque document.",
        )
    memes = Document.objects.filter(
        espace_id=acces.espace_id,
        contenu_index=contenu,
        etat=EtatDocument.COURANT,
        type_code=fiche.type_code,
        date_document=fiche.date_document,
        auteur_genre=GENRES_AUTEUR[auteur.genre],
        auteur_id=auteur.id,
    )
    existant = memes.first()
    return None if existant is None else existant.id


def _document_remplace(acces: Acces, fiche: _Fiche, remplace_id: UUID | None) -> Document | None:
    """The current document that this one replaces (R-DOC-12), locked, else None.

    Only its depositor, or the same structure, may replace it: else anybody could make a document
    disappear from the lists by naming it.
    """
    ici = Document.objects.select_for_update(of=("self",)).filter(espace_id=acces.espace_id)
    ancien: Document | None = None
    if remplace_id is not None:
        ancien = ici.filter(pk=remplace_id).first()
        if ancien is None or not est_du_meme_deposant(acces, ancien):
            raise acces.refuser(None, action=Action.DEPOSER, objet_id=remplace_id)
    elif fiche.remplaces:
        index_remplaces = [_index(acces, "identifiant", nom) for nom in fiche.remplaces]
        ancien = ici.filter(identifiant_index__in=index_remplaces).first()
    if ancien is None and fiche.lot is not None:
        ancien = (
            ici.filter(
                lot_index=_index(acces, "lot", fiche.lot),
                etat__in=(EtatDocument.COURANT, EtatDocument.ARCHIVE),
            )
            .order_by("-version_lot")
            .first()
        )
        if ancien is not None and (fiche.version_lot or 0) <= (ancien.version_lot or 0):
            # The same set without a higher version: another part of it, not its next version.
            ancien = None
    if ancien is None:
        return None
    if not est_du_meme_deposant(acces, ancien):
        raise DepotRefuse(
            "REMPLACEMENT_REFUSE",
            "Ce document en remplace un qui a été déposé par quelqu'un d'autre : seul son auteur ou "
            "sa structure peut le faire.",
        )
    if ancien.etat not in (EtatDocument.COURANT, EtatDocument.ARCHIVE):
        raise DepotRefuse(
            "DEJA_REMPLACE", "Ce document en remplace un qui n'est plus la version courante."
        )
    return ancien


def _exiger_annonce_possible(fiche: _Fiche, ancien: Document | None) -> None:
    """What the patient has read is not taken back from her eyes (R-MAS-11).

    The table has no act that hides a document from the patient once it is there: only a deposit or
    a new version may.
    """
    if (
        ancien is not None
        and ancien.lu_par_patient_le is not None
        and Masque.INVISIBLE_PATIENT in fiche.masques
    ):
        raise DepotRefuse(
            "DEJA_LU_PAR_LE_PATIENT",
            "Le patient a déjà consulté le document que celui-ci remplace : la nouvelle version ne "
            "peut plus lui être cachée.",
        )


def _fin_de_l_annonce(masques: set[Masque], ancien: Document | None) -> datetime | None:
    """When the patient sees it by itself (R-MAS-10); a new version does not put the day off."""
    if Masque.INVISIBLE_PATIENT not in masques:
        return None
    if ancien is not None and ancien.annonce_avant_le is not None:
        return ancien.annonce_avant_le
    return timezone.now() + timedelta(days=settings.MES_ANNONCE_JOURS)


def _ecrire(acces: Acces, fiche: _Fiche, ancien: Document | None, acteur: ActeurAcces) -> Document:
    masques = set(fiche.masques)
    cote_ps = acteur.genre in (Acteur.PROFESSIONNEL, Acteur.PERSONNEL)
    masque_par_ps = cote_ps and Masque.MASQUE_PS in masques
    if acces.secrete:
        masques.add(Masque.INVISIBLE_REPRESENTANTS_LEGAUX)  # R-PRO-09
    if acces.masquer_par_defaut:
        masques.add(Masque.MASQUE_PS)  # R-MAS-03: « à venir » too
        masque_par_ps = False
    if ancien is not None and Masque.MASQUE_PS in ancien.masques:
        masques.add(Masque.MASQUE_PS)  # what was hidden does not come back by its new version
        masque_par_ps = ancien.masque_par_ps
    if ancien is not None:
        masques |= RESERVES & set(map(Masque, ancien.masques))
    document = Document(
        id=uuid7(),
        espace_id=acces.espace_id,
        type_code=fiche.type_code,
        categorie=types_documents()[fiche.type_code].categorie,
        date_document=fiche.date_document,
        auteur_genre=GENRES_AUTEUR[acteur.genre],
        auteur_id=acteur.id,
        structure_id=acteur.structure_id,
        depose_par_id=acces.acteur.compte_id,
        masques=sorted(masques),
        masque_par_ps=masque_par_ps,
        annonce_avant_le=_fin_de_l_annonce(masques, ancien),
        remplace=ancien,
        version_lot=fiche.version_lot,
        identifiant_index=_index(acces, "identifiant", fiche.identifiant)
        if fiche.identifiant
        else None,
        contenu_index=_index(acces, "contenu", fiche.fichier.empreinte_recue),
        lot_index=_index(acces, "lot", fiche.lot) if fiche.lot else None,
    )
    document.scelle = acces.coffre.sceller_json(
        {
            "titre": fiche.titre,
            "nom_fichier": fiche.fichier.nom_fichier,
            "taille": fiche.fichier.taille,
            "sha256": fiche.fichier.empreinte_recue,
            "cda": fiche.est_cda,
            "identifiant": fiche.identifiant,
            "lot": fiche.lot,
            "auteur": {
                "nom": acteur.trace.nom,
                "qualite": acteur.trace.qualite,
                "pour": acteur.trace.pour,
                "redacteur": fiche.redacteur,
                "saisi_par": "" if acteur is acces.acteur else acces.acteur.trace.nom,
            },
            "avertissements": list(fiche.avertissements),
        },
        lieu=Document.lieu(document.pk),
    )
    document.original_id = fichiers.ecrire(fiche.fichier.octets, acces.coffre)
    if ancien is not None:
        Document.objects.filter(pk=ancien.pk).update(
            etat=EtatDocument.REMPLACE, version=F("version") + 1
        )
    document.save(force_insert=True)
    return document


@transaction.atomic
def masquer_document(*, acces: Acces, document_id: UUID) -> None:
    """Hides from professionals (R-MAS-02, 07, 08). Idempotent. Raises AccesRefuse."""
    document = document_verrouille(acces, document_id, Action.MASQUER)
    if Masque.MASQUE_PS in document.masques:
        return
    changer(
        document,
        masques=sorted({*document.masques, Masque.MASQUE_PS}),
        masque_par_ps=acces.acteur.est_soignant,
    )
    # A professional only ever hides at the patient's request: the trace says so (R-MAS-08).
    demande = {"a_la_demande_du_patient": True} if acces.acteur.est_soignant else {}
    noter(acces, document, Fait.DOCUMENT_MASQUE, **demande)
    effets.prevenir_du_geste(acces, document, CodeNotification.MODIF_DOCUMENT)


@transaction.atomic
def demasquer_document(
    *, acces: Acces, document_id: UUID, a_la_demande_du_patient: bool = False
) -> None:
    """Shows again to professionals (R-MAS-02). Idempotent. Raises AccesRefuse."""
    document = document_verrouille(
        acces, document_id, Action.DEMASQUER, a_la_demande_du_patient=a_la_demande_du_patient
    )
    if Masque.MASQUE_PS not in document.masques:
        return
    changer(
        document,
        masques=sorted(set(document.masques) - {Masque.MASQUE_PS}),
        masque_par_ps=False,
    )
    noter(acces, document, Fait.DOCUMENT_DEMASQUE, a_la_demande_du_patient=a_la_demande_du_patient)
    effets.prevenir_du_geste(acces, document, CodeNotification.MODIF_DOCUMENT)


@transaction.atomic
def masquer_tout(*, acces: Acces, masquer: bool) -> int:
    """Hides or shows every document, present and to come (R-MAS-03); how many this actor sees change.

    One statement, whatever the number of documents: all or nothing (R-MAS-15). Masks other than
    MASQUE_PS do not move. What is kept from this actor changes too, and is not counted (R-MAS-17).
    """
    masquer_par_defaut(acces=acces, masquer=masquer)
    masques = Q(masques__contains=[Masque.MASQUE_PS])
    a_changer = ~masques if masquer else masques
    changes = visibles_par(acces).filter(a_changer).count()
    documents = presents(acces).filter(a_changer)
    if masquer:
        documents.update(
            masques=Func(F("masques"), Value(str(Masque.MASQUE_PS)), function="array_append"),
            masque_par_ps=False,
            version=F("version") + 1,
        )
    else:
        documents.update(
            masques=Func(F("masques"), Value(str(Masque.MASQUE_PS)), function="array_remove"),
            masque_par_ps=False,
            version=F("version") + 1,
        )
    acces.noter(Fait.TOUT_MASQUE if masquer else Fait.TOUT_DEMASQUE, details={"nombre": changes})
    return changes


@transaction.atomic
def epingler_document(*, acces: Acces, document_id: UUID, epingle: bool) -> None:
    """Pins or unpins for the patient's side (R-DOC-15). Idempotent."""
    document = document_verrouille(acces, document_id, Action.LIRE)
    if acces.acteur.genre not in (Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT):
        raise acces.refuser(acces.decision, action=Action.LIRE, objet_id=document_id, lisible=True)
    if (document.epingle_le is not None) == epingle:
        return
    Document.objects.filter(pk=document.pk).update(epingle_le=timezone.now() if epingle else None)
    acces.noter(
        Fait.DOCUMENT_EPINGLE,
        objet_id=document.pk,
        details={"titre": document.fiche(acces.coffre)["titre"], "epingle": epingle},
    )


@transaction.atomic
def supprimer_document(*, acces: Acces, document_id: UUID) -> None:
    """Takes out of every list (R-DOC-07, 08, 11); logical: the journal and the export keep it."""
    document = document_verrouille(acces, document_id, Action.SUPPRIMER)
    changer(document, etat=EtatDocument.SUPPRIME)
    noter(acces, document, Fait.DOCUMENT_SUPPRIME)
    effets.prevenir_du_geste(acces, document, CodeNotification.SUPP_DOC)


def noter_lecture(*, acces: Acces, documents: Sequence[Document], fait: Fait) -> None:
    """Traces a reading, and that the patient has read (R-MAS-11, R-TRA-01)."""
    cote_patient = acces.acteur.genre in (Acteur.TITULAIRE, Acteur.REPRESENTANT)
    for document in documents:
        if cote_patient and document.lu_par_patient_le is None:
            Document.objects.filter(pk=document.pk, lu_par_patient_le=None).update(
                lu_par_patient_le=timezone.now()
            )
        noter(acces, document, fait)
