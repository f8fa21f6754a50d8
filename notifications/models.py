"""The in-app centre and the outbox. They know addresses they are given, nobody's family."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7


class CodeNotification(models.TextChoices):
    """R-NOT-08, the codes in use; the sentence has no health data (R-NOT-03)."""

    AJOUT_DOCUMENT = "AJOUT_DOCUMENT", "Un document a été ajouté"
    MODIF_DOCUMENT = "MODIF_DOCUMENT", "Un document a été mis à jour"
    SUPP_DOC = "SUPP_DOC", "Un document a été retiré"
    CONSULT_DOCUMENT = "CONSULT_DOCUMENT", "Un document a été consulté"
    ACCES_DMP_PS = "ACCES_DMP_PS", "Un professionnel a ouvert votre dossier"
    ACCES_BRIS_GLACE = "ACCES_BRIS_GLACE", "Accès en urgence à votre dossier"
    REMISE_VISIBILITE_AUTO = "REMISE_VISIBILITE_AUTO", "Un document est maintenant visible"
    ATTRIBUTION_STATUT_MEDECIN_ADMIN = (
        "ATTRIBUTION_STATUT_MEDECIN_ADMIN",
        "Un administrateur de votre dossier a été nommé",
    )
    RETRAIT_STATUT_MEDECIN_ADMIN = (
        "RETRAIT_STATUT_MEDECIN_ADMIN",
        "Un administrateur de votre dossier a été retiré",
    )
    REPONSE_EXPLICATION = "REPONSE_EXPLICATION", "Une réponse vous attend sur un accès"
    DOCUMENT_ECARTE = "DOCUMENT_ECARTE", "Un document consulté n'était pas à ce patient"


class Notification(models.Model):
    """One line of somebody's centre (R-NOT-07), written exactly once by event and reader."""

    id = CleUUID7()
    espace_id = models.UUIDField()
    compte_id = models.UUIDField()
    evenement_id = models.UUIDField()
    code = models.CharField(max_length=40, choices=CodeNotification)
    objet_id = models.UUIDField(null=True)
    cree_le = models.DateTimeField(default=timezone.now)
    lue_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compte_id", "evenement_id"], name="notification_une_fois"
            )
        ]
        indexes = [
            models.Index(fields=["compte_id", "espace_id", "-cree_le"], name="notification_centre"),
            models.Index(
                fields=["compte_id", "espace_id"],
                condition=models.Q(lue_le=None),
                name="notification_non_lue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"


class Canal(models.TextChoices):
    COURRIEL = "courriel", "courriel"
    SMS = "sms", "SMS"


class Envoi(models.Model):
    """An outgoing message. `scelle` (keyring): adresse, sujet, texte, html.

    Its id makes the Message-ID: sent twice after a crash, it stays the same message.
    """

    id = CleUUID7()
    canal = models.CharField(max_length=10, choices=Canal)
    scelle = ChampScelle(null=True)
    """Emptied once sent: what is no longer needed is no longer kept."""
    cree_le = models.DateTimeField(default=timezone.now)
    envoye_le = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.canal} {self.pk}"

    @staticmethod
    def lieu(envoi_id: UUID) -> str:
        return f"notifications.envoi:{envoi_id}"
