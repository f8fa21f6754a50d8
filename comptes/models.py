"""Accounts of the three populations. Who they are about is a bare uuid: comptes knows no record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.models import Device

from comptes import codes
from mes.socle.champs import ChampScelle, CleUUID7, IndexAveugle
from mes.socle.trousseau import index, trousseau
from notifications.models import Canal


class Population(models.TextChoices):
    USAGER = "usager", "usager"
    PROFESSIONNEL = "professionnel", "professionnel"
    AGENT = "agent", "agent du support"


class RoleAgent(models.TextChoices):
    TELECONSEILLER = "teleconseiller", "téléconseiller"
    SUPERVISEUR = "superviseur", "superviseur"
    ADMINISTRATEUR = "administrateur", "administrateur"


def index_identifiant(population: str, identifiant: str) -> bytes:
    """Blind index of a login name; case is folded, as the person types it (R-ACT-14)."""
    return index().aveugle(f"comptes.{population}", identifiant.strip().lower())


class GestionnaireComptes(BaseUserManager["Compte"]):
    def par_identifiant(self, population: str, identifiant: str) -> Compte | None:
        return self.filter(
            population=population,
            identifiant_index=index_identifiant(population, identifiant),
        ).first()


class Compte(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of django-otp
    """One account. `scelle` (keyring) holds: identifiant, prenom, nom, courriel, mobile."""

    id = CleUUID7()
    population = models.CharField(max_length=15, choices=Population)
    identifiant_index = IndexAveugle(unique=True)
    scelle = ChampScelle()
    role = models.CharField(max_length=15, choices=RoleAgent, blank=True)
    is_active = models.BooleanField(default=True)
    cree_le = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = GestionnaireComptes()

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(compte_id: UUID) -> str:
        return f"comptes.compte:{compte_id}"

    def fiche(self) -> dict[str, Any]:
        """The sealed part in clear: identifiant, prenom, nom, courriel, mobile (absent ones are "")."""
        return trousseau().desceller_json(bytes(self.scelle), lieu=self.lieu(self.pk))

    def poser_fiche(self, fiche: dict[str, Any]) -> None:
        self.scelle = trousseau().sceller_json(fiche, lieu=self.lieu(self.pk))


class EssaisLimites(models.Model):
    """What both second factors count: wrong codes, and for how long nothing more is heard."""

    essais = models.PositiveSmallIntegerField(default=0)
    """Wrong codes since the last success or the last block: a new code doesn't reset them."""
    blocages = models.PositiveSmallIntegerField(default=0)
    """Blocks since the last success: each lasts twice as long as the one before."""
    bloque_jusqua = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def est_bloque(self) -> bool:
        return self.blocage_restant() is not None

    def blocage_restant(self) -> timedelta | None:
        """How long the block still lasts; None when there is none."""
        maintenant = timezone.now()
        if self.bloque_jusqua is None or self.bloque_jusqua <= maintenant:
            return None
        return self.bloque_jusqua - maintenant

    def essais_restants(self) -> int:
        return max(settings.MES_CODE_ESSAIS - self.essais, 0)

    def compter_echec(self) -> bool:
        """One wrong code more; True when it is one too many, and the block begins. Saves nothing."""
        self.essais += 1
        if self.essais < settings.MES_CODE_ESSAIS:
            return False
        self.bloque_jusqua = timezone.now() + codes.duree_du_blocage(self.blocages)
        self.blocages = min(self.blocages + 1, 100)
        self.essais = 0
        return True

    def oublier_echecs(self) -> None:
        """After a success. Saves nothing."""
        self.essais = self.blocages = 0
        self.bloque_jusqua = None


class DispositifCode(EssaisLimites, Device):  # type: ignore[django-manager-missing,misc]  # django-otp
    """The second factor of an account: a single-use code sent by e-mail or SMS (R-AUT-01…04).

    One row per account: whatever the channel, a new code makes the former one worthless, and the
    counters are those of the account. Only an HMAC of the code is kept, bound to the browser
    session that passed the password step (`liaison`): elsewhere the same six digits open nothing.
    """

    canal = models.CharField(max_length=10, choices=Canal)
    empreinte = models.BinaryField(max_length=32, null=True)
    """None: no code is waiting (none sent, already used, or too many tries)."""
    expire_le = models.DateTimeField(null=True)
    envoye_le = models.DateTimeField(null=True)
    envois = models.PositiveSmallIntegerField(default=0)
    """Codes sent since the last success or the last pause."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="un_dispositif_code_par_compte"),
        ]

    def __str__(self) -> str:
        return f"{self.canal} {self.user_id}"

    def est_expire(self) -> bool:
        return self.expire_le is None or timezone.now() >= self.expire_le

    def generate_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """django-otp's question before sending a code; `attente` says until when to wait."""
        attente = self.attente_avant_envoi()
        return (True, None) if attente is None else (False, {"attente": attente})

    def attente_avant_envoi(self) -> timedelta | None:
        """How long before another code may be sent; None when it may be now."""
        bloque = self.blocage_restant()
        if bloque is not None or self.envoye_le is None:
            return bloque
        maintenant = timezone.now()
        pas_avant = self.envoye_le + codes.delai_de_renvoi(self.envois)
        return pas_avant - maintenant if pas_avant > maintenant else None

    def poser_code(self, *, canal: str, liaison: str) -> str:
        """Draws a code, forgets the former one, saves; returns the six digits, kept nowhere."""
        maintenant = timezone.now()
        if self.envois >= codes.ENVOIS_AVANT_PAUSE:
            self.envois = 0
        code = codes.tirer()
        self.canal = canal
        self.empreinte = self._empreinte(f"{liaison}:{code}")
        self.expire_le = maintenant + timedelta(minutes=settings.MES_CODE_DUREE_MINUTES)
        self.envoye_le = maintenant
        self.envois += 1
        self.save()
        return code

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """django-otp's question before checking a code."""
        return (False, {"jusqua": self.bloque_jusqua}) if self.est_bloque() else (True, None)

    def verify_token(self, token: str) -> bool:
        """True once, for « liaison:code » of the code in force; saves the counters.

        To be called on a row locked by SELECT … FOR UPDATE: two equal answers at once count once.
        """
        if self.est_bloque() or self.empreinte is None or self.est_expire():
            return False
        if not constant_time_compare(self._empreinte(token), bytes(self.empreinte)):
            if self.compter_echec():
                self.empreinte = None
            self.save()
            return False
        self.empreinte = self.expire_le = self.envoye_le = None
        self.envois = 0
        self.oublier_echecs()
        self.save()
        return True

    def _empreinte(self, jeton: str) -> bytes:
        return index().aveugle("comptes.code", f"{self.user_id}:{jeton}")


class DispositifTOTP(EssaisLimites, Device):  # type: ignore[django-manager-missing,misc]  # django-otp
    """The second factor of an agent: six digits of an application (RFC 6238), see `comptes.totp`.

    The row bears the uuid of its account: sealed for that place, the secret opens for nobody else.
    `scelle` (keyring): secret, in base32.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    scelle = ChampScelle()
    dernier_pas = models.BigIntegerField(default=0)
    """The last time step accepted: neither its code nor an earlier one is heard again."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=models.F("user")), name="totp_de_son_compte"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def persistent_id(self) -> str:
        """What the session names it by: django-otp reads the key back as a whole number."""
        return f"{self.model_label()}/{self.id.int}"

    @staticmethod
    def lieu(compte_id: UUID) -> str:
        return f"comptes.dispositiftotp:{compte_id}"

    def secret(self) -> str:
        """The shared secret in base32, as an application takes it."""
        scelle = bytes(self.scelle)
        return str(trousseau().desceller_json(scelle, lieu=self.lieu(self.pk))["secret"])

    def poser_secret(self, secret: str) -> None:
        self.scelle = trousseau().sceller_json({"secret": secret}, lieu=self.lieu(self.pk))


class JetonsPSC(models.Model):
    """What Pro Santé Connect gave for one session, sealed by the keyring; the session holds its id.

    Beside the session rather than inside: two requests at once save their session one after the
    other, and the last would bring back a refresh token that the first has already used up.
    `scelle`: acces, rafraichissement, identite (the id_token), sub, nonce.
    """

    id = CleUUID7()
    scelle = ChampScelle()
    a_rafraichir_le = models.DateTimeField()
    """End of the access token: the next request after it asks for another (R-SEC-05)."""
    fin_le = models.DateTimeField()
    """Beyond, the refresh token is worth nothing and the row is swept away."""

    class Meta:
        indexes = [models.Index(fields=["fin_le"], name="jetons_psc_echus")]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(jetons_id: UUID) -> str:
        return f"comptes.jetonspsc:{jetons_id}"

    def contenu(self) -> dict[str, Any]:
        return trousseau().desceller_json(bytes(self.scelle), lieu=self.lieu(self.pk))

    def poser_contenu(self, contenu: dict[str, Any]) -> None:
        self.scelle = trousseau().sceller_json(contenu, lieu=self.lieu(self.pk))
