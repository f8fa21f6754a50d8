"""What follows a deposit, outside the request: analysis, then the announcement (R-DOC-26, R-ALI-06)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from dossier import alertes, fichiers  # noqa: F401 - alertes registers a job planned below
from dossier.antivirus import analyseur
from dossier.changements import est_reserve
from dossier.controle import FichierRefuse, TypeFichier, Verdict, assainir, detecter_type
from dossier.models import Document, EtatAnalyse, EtatDocument
from dossier.visibilite import lever
from habilitations.acces import Acces, ouvrir_pour_le_systeme
from habilitations.politique import Masque
from interop import cda
from journal.faits import SYSTEME, Fait, FaitSecurite, GenreActeur
from journal.inscription import Inscription, inscrire_mur_ouvert, inscrire_securite
from journal.lecture import LECTURES
from journal.models import Ligne
from mes.socle import mur
from mes.socle.coffres import Coffre
from mes.socle.models import Travail
from mes.socle.travaux import nature, planifier
from mes.socle.uuid7 import uuid7
from notifications.actions import envoyer, notifier
from notifications.courriels import composer
from notifications.models import Canal, CodeNotification
from professionnels.boites import boite_personnelle
from professionnels.models import Professionnel
from usagers.annonces import prevenir
from usagers.models import Qualite
from usagers.recherche import Gestionnaire

MONTRES = (EtatDocument.COURANT, EtatDocument.ARCHIVE)
"""What a list shows, at once or on demand: a former version is not announced any more."""
RETIRES = (EtatDocument.SUPPRIME, EtatDocument.ECARTE)


@nature("dossier.analyser", file="analyses")
def analyser(travail: Travail) -> None:
    """Antivirus, then the sanitised copy that is served; only then is anybody told."""
    assert travail.espace_id is not None
    with transaction.atomic(), ouvrir_pour_le_systeme(travail.espace_id) as (coffre, _):
        document = (
            Document.objects.select_for_update(of=("self",))
            .filter(pk=travail.cible_id, analyse=EtatAnalyse.EN_ATTENTE)
            .first()
        )
        if document is None:
            return
        octets = fichiers.lire(document.original_id, coffre)
        # An unreachable antivirus raises: the job is retried, the document stays unserved.
        if analyseur().analyser(octets) is Verdict.INFECTE:
            _clore(document, EtatAnalyse.INFECTE)
            inscrire_securite(
                FaitSecurite.DEPOT_REFUSE,
                motif="FICHIER_INFECTE",
                acteur_id=document.auteur_id,
                espace_id=document.espace_id,
                objet_id=document.pk,
            )
            return
        try:
            _poser_copie_servie(document, octets, coffre)
        except FichierRefuse:
            _clore(document, EtatAnalyse.ECHEC)
            return
        _clore(document, EtatAnalyse.SAIN)
        planifier("dossier.annoncer_depot", document.pk, espace_id=document.espace_id)
        planifier("dossier.alerter_professionnels", document.pk, espace_id=document.espace_id)


def _poser_copie_servie(document: Document, octets: bytes, coffre: Coffre) -> None:
    if document.fiche(coffre)["cda"]:
        # The narrative is rendered by the page; only the PDF it carries is a file to serve.
        pdf = cda.pdf_embarque(cda.lire(octets))
        document.mime_servi = ""
        if pdf is None:
            return
        servi = assainir(pdf, TypeFichier.PDF)
    else:
        servi = assainir(octets, detecter_type(octets), taille_max=settings.MES_TAILLE_DOCUMENT_MAX)
        servi = servi.apercu or servi
    document.servi_id = fichiers.ecrire(servi.octets, coffre)
    document.mime_servi = servi.mime


def _clore(document: Document, etat: EtatAnalyse) -> None:
    Document.objects.filter(pk=document.pk).update(
        analyse=etat,
        servi_id=document.servi_id,
        mime_servi=document.mime_servi,
        version=F("version") + 1,
    )


@nature("dossier.annoncer_depot", file="notifications")
def annoncer_depot(travail: Travail) -> None:
    """Tells the managers of the espace, in the centre and by e-mail (R-NOT-03, 04, 09, 10).

    Centre: exactly once by reader. E-mail: at least once, always the same Message-ID.
    """
    assert travail.espace_id is not None
    with transaction.atomic():
        with ouvrir_pour_le_systeme(travail.espace_id):
            document = Document.objects.get(pk=travail.cible_id)
            remplace = document.remplace
        if document.etat in RETIRES or Masque.INVISIBLE_PATIENT in document.masques:
            return
        deja_connu = remplace is not None and Masque.INVISIBLE_PATIENT not in remplace.masques
        _prevenir(
            document,
            CodeNotification.MODIF_DOCUMENT if deja_connu else CodeNotification.AJOUT_DOCUMENT,
            evenement_id=document.pk,
            sauf=document.depose_par_id,
        )


def _prevenir(
    document: Document, code: CodeNotification, *, evenement_id: UUID, sauf: UUID | None = None
) -> None:
    """Tells the managers who may know the document, but the account that did it."""
    prevenir(
        espace_id=document.espace_id,
        code=code,
        evenement_id=evenement_id,
        objet_id=document.pk,
        a_prevenir=lambda gestionnaire: (
            gestionnaire.compte_id != sauf and peut_savoir(document, gestionnaire)
        ),
    )


def peut_savoir(document: Document, gestionnaire: Gestionnaire) -> bool:
    """Whether a manager may learn that the document exists (R-NOT-09)."""
    if Masque.INVISIBLE_PATIENT in document.masques:
        return False
    return (
        gestionnaire.qualite == Qualite.TITULAIRE
        or Masque.INVISIBLE_REPRESENTANTS_LEGAUX not in document.masques
    )


def prevenir_du_geste(acces: Acces, document: Document, code: CodeNotification) -> None:
    """What a professional changes is told, in the transaction of the change (R-NOT-04, R-NOT-09)."""
    if acces.acteur.est_soignant:
        _prevenir(document, code, evenement_id=uuid7())


def annoncer_visibilite(document: Document, code: CodeNotification) -> None:
    """A mask was lifted: those who may now see it are told, once whatever the number of masks.

    The deposit itself is told under the same event: one that is still analysed will be.
    """
    if document.etat in MONTRES and document.analyse == EtatAnalyse.SAIN:
        _prevenir(document, code, evenement_id=document.pk, sauf=document.depose_par_id)


@nature("dossier.remettre_visible", file="notifications")
def remettre_visible(travail: Travail) -> None:
    """The delay of the consultation d'annonce is over: shown, with notification (R-MAS-10).

    Nothing is left to do when it was shown, deleted or put aside before.
    """
    assert travail.espace_id is not None
    with transaction.atomic(), ouvrir_pour_le_systeme(travail.espace_id) as (coffre, cle_journal):
        document = (
            Document.objects.select_for_update(of=("self",))
            .filter(pk=travail.cible_id, masques__contains=[Masque.INVISIBLE_PATIENT])
            .exclude(etat__in=RETIRES)
            .first()
        )
        if document is None:
            return
        lever(document, Masque.INVISIBLE_PATIENT, cle_journal)
        inscrire_mur_ouvert(
            document.espace_id,
            [
                Inscription(
                    Fait.DOCUMENT_RENDU_VISIBLE,
                    SYSTEME,
                    objet_id=document.pk,
                    details={
                        "titre": document.fiche(coffre)["titre"],
                        "rendu_a": "patient",
                        "automatique": True,
                    },
                    reservee=est_reserve(document),
                )
            ],
            cle=cle_journal,
        )
        annoncer_visibilite(document, CodeNotification.REMISE_VISIBILITE_AUTO)


@nature("dossier.annoncer_mise_a_l_ecart", file="notifications")
def annoncer_mise_a_l_ecart(travail: Travail) -> None:
    """Those who manage the espace and those who read the document are told, without content
    (R-PS-31)."""
    assert travail.espace_id is not None
    with transaction.atomic():
        with ouvrir_pour_le_systeme(travail.espace_id):
            document = Document.objects.get(pk=travail.cible_id)
            lecteurs = _lecteurs(document)
        evenement_id = uuid5(document.pk, "ecarte")
        _prevenir(document, CodeNotification.SUPP_DOC, evenement_id=evenement_id)
        notifier(
            evenement_id=evenement_id,
            espace_id=document.espace_id,
            comptes=[lecteur.compte_id for lecteur in lecteurs if lecteur.compte_id],
            code=CodeNotification.DOCUMENT_ECARTE,
            objet_id=document.pk,
        )
        for lecteur in lecteurs:
            _ecrire_au_lecteur(lecteur, evenement_id)


def _ecrire_au_lecteur(lecteur: Professionnel, evenement_id: UUID) -> None:
    boite = boite_personnelle(lecteur.pk)
    if boite is None:
        return
    courriel = composer("document_ecarte", {"lien": settings.MES_URL + reverse("webps:avis")})
    envoyer(
        canal=Canal.COURRIEL,
        adresse=boite.adresse,
        sujet=courriel.sujet,
        texte=courriel.texte,
        html=courriel.html,
        envoi_id=uuid5(evenement_id, str(lecteur.pk)),
    )


def _lecteurs(document: Document) -> Sequence[Professionnel]:
    """The professionals who opened it, its author excepted, from both chains."""
    ici = [document.espace_id]
    with mur.ouvrir(journal_lu=ici, journal_reserve=ici):
        lecteurs = set(
            Ligne.objects.filter(
                espace_id=document.espace_id,
                objet_id=document.pk,
                acteur_genre=GenreActeur.PROFESSIONNEL,
                fait__in=LECTURES,
            )
            .exclude(acteur_id=document.auteur_id)
            .values_list("acteur_id", flat=True)
        )
    return list(Professionnel.objects.filter(pk__in=[lecteur for lecteur in lecteurs if lecteur]))
