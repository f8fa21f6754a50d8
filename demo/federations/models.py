"""What the federations remember: authentications and requests sent to a phone.

The database can be thrown away at any time: everybody logs in again, that is all. It is made anew
when the models change, hence no migration.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from demo.federations.federation import FEDERATIONS

_PAR_NOM = {federation.nom: federation for federation in FEDERATIONS}


class Authentification(models.Model):
    """One session of one person at one federation.

    It is the « user » of django-oauth-toolkit: codes and tokens belong to a session and end with
    it. The same person at two browsers is two of them.
    """

    USERNAME_FIELD: ClassVar[str] = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_authenticated: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    federation = models.CharField(max_length=20)
    personne = models.CharField(max_length=40)
    moyen = models.CharField(max_length=20)
    authentifiee_le = models.DateTimeField()
    active_le = models.DateTimeField()
    """Last authorization or refresh."""
    terminee_le = models.DateTimeField(null=True)
    acr = models.CharField(max_length=20, default="")
    """Level of the last authorization."""
    scenario = models.CharField(max_length=40, default="")
    """Of the last authorization; empty when the federation tells the truth."""

    objects: ClassVar[models.Manager[Authentification]] = models.Manager()

    def __str__(self) -> str:
        return str(self.id)

    def get_username(self) -> str:
        return str(self.id)

    def reste(self, maintenant: datetime) -> timedelta:
        """How long the session may still last without a word from the person; never negative."""
        federation = _PAR_NOM[self.federation]
        if self.terminee_le is not None:
            return timedelta(0)
        fin = min(
            self.authentifiee_le + timedelta(seconds=federation.duree_session),
            self.active_le + timedelta(seconds=federation.duree_inactivite),
        )
        return max(fin - maintenant, timedelta(0))

    def est_ouverte(self, maintenant: datetime) -> bool:
        return self.reste(maintenant) > timedelta(0)


def _code_a_deux_chiffres() -> str:
    return f"{10 + secrets.randbelow(90)}"


class DemandeMobile(models.Model):
    """A request for approval shown on the (simulated) phone of a professional."""

    class Etat(models.TextChoices):
        EN_ATTENTE = "en_attente"
        APPROUVEE = "approuvee"
        REFUSEE = "refusee"
        EXPIREE = "expiree"
        UTILISEE = "utilisee"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    personne = models.CharField(max_length=40)
    code = models.CharField(max_length=2, default=_code_a_deux_chiffres)
    service = models.CharField(max_length=200)
    """Who asks, as shown to the professional."""
    expire_le = models.DateTimeField()
    etat = models.CharField(max_length=20, choices=Etat.choices, default=Etat.EN_ATTENTE)

    objects: ClassVar[models.Manager[DemandeMobile]] = models.Manager()

    def __str__(self) -> str:
        return str(self.id)

    def etat_a(self, maintenant: datetime) -> DemandeMobile.Etat:
        """The state at that instant: nobody writes down that time has passed."""
        if self.etat == self.Etat.EN_ATTENTE and maintenant >= self.expire_le:
            return self.Etat.EXPIREE
        return self.Etat(self.etat)

    def repondre(self, reponse: DemandeMobile.Etat, maintenant: datetime) -> bool:
        """Writes the answer given on the phone; False when it came too late or was the second."""
        a_temps = Q(pk=self.pk, etat=self.Etat.EN_ATTENTE, expire_le__gt=maintenant)
        return bool(DemandeMobile.objects.filter(a_temps).update(etat=reponse))

    def utiliser(self) -> bool:
        """Takes the approval, once; False when there is none to take."""
        approuvee = DemandeMobile.objects.filter(pk=self.pk, etat=self.Etat.APPROUVEE)
        return bool(approuvee.update(etat=self.Etat.UTILISEE))
