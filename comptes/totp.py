"""The second factor of the console's agents: installed once, then proven at each log-in.

A code is heard once, within one step of the clock; wrong ones are counted and end in a block.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from django.db import transaction

from comptes import codes
from comptes.actions import RefusCode
from comptes.models import DispositifTOTP


@dataclass(frozen=True, slots=True)
class VerdictTotp:
    """`refus` None: accepted, `dispositif` is what proves it. `attente`: left to wait, if blocked."""

    dispositif: DispositifTOTP | None
    refus: RefusCode | None = None
    essais_restants: int = 0
    attente: timedelta | None = None


@transaction.atomic
def installer_totp(*, compte_id: UUID) -> DispositifTOTP:
    """Draws a secret for the account; a former one, and the codes it gives, are worth nothing."""
    DispositifTOTP.objects.filter(pk=compte_id).delete()
    dispositif = DispositifTOTP(id=compte_id, user_id=compte_id, name="application")
    dispositif.poser_secret(codes.tirer_secret())
    dispositif.save(force_insert=True)
    return dispositif


def a_un_totp(compte_id: UUID) -> bool:
    return bool(DispositifTOTP.objects.filter(pk=compte_id, confirmed=True).exists())


def adresse_totp(dispositif: DispositifTOTP, *, identifiant: str, service: str) -> str:
    """The `otpauth://` address that an application reads; it holds the secret."""
    parametres = urlencode({"secret": dispositif.secret(), "issuer": service}, quote_via=quote)
    return f"otpauth://totp/{quote(service)}:{quote(identifiant)}?{parametres}"


@transaction.atomic
def verifier_totp(*, compte_id: UUID, code: str, maintenant: float | None = None) -> VerdictTotp:
    """Checks a code at `maintenant` (epoch seconds); the counters are written whatever the answer.

    The caller commits. `ABSENT`: this code was already used, or the account has no application.
    """
    dispositif: DispositifTOTP | None = (
        DispositifTOTP.objects.select_for_update().filter(pk=compte_id, confirmed=True).first()
    )
    if dispositif is None:
        return VerdictTotp(None, RefusCode.ABSENT)
    if dispositif.est_bloque():
        return VerdictTotp(dispositif, RefusCode.BLOQUE, attente=dispositif.blocage_restant())
    instant = time.time() if maintenant is None else maintenant
    pas = codes.pas_du_code(dispositif.secret(), code, instant)
    if pas is None:
        bloque = dispositif.compter_echec()
        dispositif.save()
        return VerdictTotp(
            dispositif,
            RefusCode.BLOQUE if bloque else RefusCode.FAUX,
            essais_restants=dispositif.essais_restants(),
            attente=dispositif.blocage_restant(),
        )
    if pas <= dispositif.dernier_pas:
        return VerdictTotp(dispositif, RefusCode.ABSENT)
    dispositif.dernier_pas = pas
    dispositif.oublier_echecs()
    dispositif.save()
    return VerdictTotp(dispositif)
