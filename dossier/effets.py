"""What follows a deposit, outside the request: analysis, then the announcement (R-DOC-26, R-ALI-06)."""

from __future__ import annotations

from uuid import uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from dossier import fichiers
from dossier.antivirus import analyseur
from dossier.controle import FichierRefuse, TypeFichier, Verdict, assainir, detecter_type
from dossier.models import Document, EtatAnalyse, EtatDocument
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.politique import Masque
from interop import cda
from journal.faits import FaitSecurite
from journal.inscription import inscrire_securite
from mes.socle.coffres import Coffre
from mes.socle.models import Travail
from mes.socle.travaux import nature, planifier
from notifications.actions import envoyer, notifier
from notifications.courriels import composer
from notifications.models import Canal, CodeNotification
from usagers.models import Qualite
from usagers.recherche import gestionnaires


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
        if document.etat == EtatDocument.SUPPRIME or Masque.INVISIBLE_PATIENT in document.masques:
            return
        prevenus = [
            gestionnaire
            for gestionnaire in gestionnaires(document.espace_id)
            if gestionnaire.compte_id != document.depose_par_id
            and (
                gestionnaire.qualite == Qualite.TITULAIRE
                or Masque.INVISIBLE_REPRESENTANTS_LEGAUX not in document.masques
            )
        ]
        notifier(
            evenement_id=document.pk,
            espace_id=document.espace_id,
            comptes=[gestionnaire.compte_id for gestionnaire in prevenus],
            code=CodeNotification.AJOUT_DOCUMENT,
            objet_id=document.pk,
        )
        code = CodeNotification.AJOUT_DOCUMENT
        for gestionnaire in prevenus:
            if gestionnaire.courriel and gestionnaire.courriel_document:
                courriel = composer(
                    "evenement",
                    {
                        "prenom": gestionnaire.prenom,
                        "evenement": str(code.label),
                        "lien": settings.MES_URL + reverse("accueil:notifications"),
                    },
                )
                envoyer(
                    canal=Canal.COURRIEL,
                    adresse=gestionnaire.courriel,
                    sujet=courriel.sujet,
                    texte=courriel.texte,
                    html=courriel.html,
                    # The same event for the same reader is the same message, however often asked.
                    envoi_id=uuid5(document.pk, str(gestionnaire.compte_id)),
                )
