"""Passwords, and what django-axes needs to lock out without knowing anybody (R-AUT-04, R-SEC-04)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from comptes.models import Compte, Population, index_identifiant

BACKEND = "comptes.authentification.MotDePasse"
"""Path kept in every session: the backend that reads the account back."""


class Argon2id(Argon2PasswordHasher):
    """OWASP's minimum for Argon2id: 19 MiB, two passes, one lane."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1


class MotDePasse(BaseBackend):
    """Identifiant and password: the first of two factors, which alone opens nothing (R-AUT-01)."""

    def authenticate(  # type: ignore[override]  # our keyword arguments, as Django allows
        self,
        request: HttpRequest | None,
        *,
        identifiant: str,
        password: str,
        population: str = Population.USAGER,
    ) -> Compte | None:
        """The account, or None: unknown, closed or wrong cost the same work (R-SEC-04)."""
        compte = Compte.objects.par_identifiant(population, identifiant)
        if compte is None or not compte.is_active or not compte.has_usable_password():
            Compte().set_password(password)
            return None
        return compte if compte.check_password(password) else None

    def get_user(self, user_id: Any) -> Compte | None:
        return Compte.objects.filter(pk=user_id, is_active=True).first()


class FreinParAdresse(BaseBackend):
    """Stops an address from which many people's passwords were tried (R-AUT-04).

    django-axes locks one name at one address; this one counts every name there. It opens nothing.
    """

    def authenticate(self, request: HttpRequest | None, **identifiants: Any) -> None:
        """Raises PermissionDenied, which `authenticate` turns into the lock-out page."""
        if request is None:
            return
        depuis = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
        echecs = AccessAttempt.objects.filter(
            ip_address=adresse_client(request), attempt_time__gte=depuis
        ).aggregate(total=Sum("failures_since_start"))["total"]
        if (echecs or 0) >= settings.MES_ESSAIS_PAR_ADRESSE:
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise PermissionDenied


def nom_aveugle(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name under which attempts are counted: the blind index of what was typed, in hex.

    After a log-in or a log-out, django-axes names the account by its key instead.
    """
    identifiant = (credentials or {}).get("identifiant")
    if isinstance(identifiant, UUID):
        aveugle: bytes | memoryview = Compte.objects.values_list(
            "identifiant_index", flat=True
        ).get(pk=identifiant)
        return bytes(aveugle).hex()
    population = str((credentials or {}).get("population", Population.USAGER))
    return index_identifiant(population, str(identifiant or "")).hex()


def adresse_client(request: HttpRequest) -> str:
    """The client's address, read behind MES_MANDATAIRES trusted reverse proxies (none by default).

    Each proxy appends the address it saw: those further left are the client's own word.
    """
    directe = str(request.META.get("REMOTE_ADDR", ""))
    mandataires: int = settings.MES_MANDATAIRES
    entete = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    transmises = [adresse.strip() for adresse in entete.split(",")]
    if mandataires and len(transmises) >= mandataires and transmises[-mandataires]:
        return transmises[-mandataires]
    return directe


def reponse_verrouillee(
    request: HttpRequest,
    original_response: HttpResponseBase | None = None,
    credentials: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """What everybody sees once locked out, whether or not the account exists."""
    portail: Any = request.portail  # type: ignore[attr-defined]  # set by SessionParPortail
    contexte = {"heures": settings.AXES_COOLOFF_TIME}
    return render(request, f"{portail.nom}/connexion/verrouillee.html", contexte, status=429)
