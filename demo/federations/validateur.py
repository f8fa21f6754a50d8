"""What django-oauth-toolkit asks of every federation: clients, codes, tokens, claims.

Tokens are JWTs signed by the federation, as those of the real services; whether they still live is
written in the database. The id_token is ours from end to end, to be able to lie (`scenarios`).
"""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from oauth2_provider.models import AccessToken, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2 import OAuth2Error

from demo.federations.cles import JetonInvalide
from demo.federations.federation import Federation
from demo.federations.models import Authentification
from demo.federations.scenarios import Scenario, alterer_jeton_identite
from demo.federations.service import service


class Indisponible(OAuth2Error):  # type: ignore[misc]  # oauthlib has no types
    """The endpoint is told to be out of order."""

    error = "temporarily_unavailable"
    status_code = 503


def scenario_de(authentification: Authentification) -> Scenario | None:
    return Scenario(authentification.scenario) if authentification.scenario else None


def empreinte_partielle(jeton: str) -> str:
    """`at_hash`: the left half of the SHA-256, base64url without padding."""
    moitie = hashlib.sha256(jeton.encode()).digest()[:16]
    return base64.urlsafe_b64encode(moitie).rstrip(b"=").decode()


class ValidateurFederation(OAuth2Validator):  # type: ignore[misc]  # no types either
    """The rules common to the federations; each adds its claims."""

    federation: ClassVar[Federation]

    @abstractmethod
    def revendications_de_session(self, authentification: Authentification) -> dict[str, Any]:
        """Claims on the person and the session, put in every token."""

    @abstractmethod
    def revendications_userinfo(self, authentification: Authentification) -> dict[str, Any]:
        """What the userinfo endpoint says, `sub` included."""

    # --- Clients and requests -----------------------------------------------------------------

    def _load_application(self, client_id: str, request: Any) -> Any:
        """A service registered with one federation is unknown to the others."""
        application = super()._load_application(client_id, request)
        if application is not None and application.name != self.federation.nom:
            request.client = None
            return None
        return application

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Exactly one of the declared ones: no other port, no added parameter."""
        return redirect_uri in request.client.redirect_uris.split()

    def validate_scopes(
        self, client_id: str, scopes: Any, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return self.federation.scopes.issuperset(scopes)

    def validate_silent_login(self, request: Any) -> bool:
        """The authorization view knows the browser's session; this layer does not."""
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        return True

    # --- Codes and tokens ---------------------------------------------------------------------

    def _create_authorization_code(
        self, request: Any, code: Any, expires: datetime | None = None
    ) -> Any:
        fin = timezone.now() + timedelta(seconds=self.federation.duree_code)
        return super()._create_authorization_code(request, code, expires or fin)

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().validate_code(client_id, code, client, request, *args, **kwargs):
            return False
        if scenario_de(request.user) is Scenario.JETON_INDISPONIBLE:
            raise Indisponible(request=request)
        return bool(request.user.est_ouverte(timezone.now()))

    def jeton_acces(self, request: Any) -> str:
        """A new access token for the session of the request."""
        return self._jeton(request, "Bearer", request.expires_in)

    def jeton_rafraichissement(self, request: Any) -> str:
        return self._jeton(request, "Refresh", self.federation.duree_rafraichissement)

    def _jeton(self, request: Any, genre: str, duree: int) -> str:
        return service().trousseau(self.federation).signer(self._socle(request, genre, duree))

    def _socle(self, request: Any, genre: str, duree: int) -> dict[str, Any]:
        """Claims common to the three tokens. `duree` in seconds."""
        maintenant = int(time.time())
        authentification: Authentification = request.user
        revendications = {
            "iss": service().emetteur(self.federation),
            "typ": genre,
            "azp": request.client.client_id,
            "iat": maintenant,
            "exp": maintenant + duree,
            "auth_time": int(authentification.authentifiee_le.timestamp()),
            "jti": str(uuid.uuid4()),
            "sid": str(authentification.id),
            "session_state": str(authentification.id),
            "acr": authentification.acr,
            "scope": " ".join(request.scopes),
            **self.revendications_de_session(authentification),
        }
        if request.nonce:
            revendications["nonce"] = request.nonce
        return revendications

    def get_id_token(self, token: Any, token_handler: Any, request: Any) -> str:
        scenario = scenario_de(request.user)
        revendications = {
            **self._socle(request, "ID", self.federation.duree_acces),
            "aud": request.client.client_id,
            "at_hash": empreinte_partielle(token["access_token"]),
        }
        revendications.pop("scope")
        return (
            service()
            .trousseau(self.federation)
            .signer(alterer_jeton_identite(revendications, scenario), scenario)
        )

    def _load_id_token(self, token: str) -> None:
        """The toolkit would link it to the access token: it has no row of its own here."""
        return

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        maintenant = timezone.now()
        Authentification.objects.filter(pk=request.user.pk).update(active_le=maintenant)
        request.user.active_le = maintenant
        reste = int(request.user.reste(maintenant).total_seconds())
        token["refresh_expires_in"] = min(self.federation.duree_rafraichissement, reste)
        token["not-before-policy"] = 0
        token["session_state"] = str(request.user.id)
        super().save_bearer_token(token, request, *args, **kwargs)

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        try:
            lu = service().trousseau(self.federation).verifier(refresh_token)
        except JetonInvalide:
            return False
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        request.nonce = lu.get("nonce")
        maintenant = timezone.now()
        fin = _fin_de_vie(refresh_token, "Refresh", self.federation)
        return fin is not None and fin > maintenant and request.user.est_ouverte(maintenant)

    def validate_bearer_token(self, token: str, scopes: Any, request: Any) -> bool:
        if not super().validate_bearer_token(token, scopes, request):
            return False
        est_ici = request.client.name == self.federation.nom
        return est_ici and bool(request.user.est_ouverte(timezone.now()))

    # --- Answers ------------------------------------------------------------------------------

    def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
        scenario = scenario_de(request.user)
        if scenario is Scenario.USERINFO_INDISPONIBLE:
            raise Indisponible(request=request)
        revendications = self.revendications_userinfo(request.user)
        if scenario is Scenario.SUB_DIFFERENT:
            revendications["sub"] = f"{revendications['sub']}-autre"
        return revendications

    def introspecter(self, jeton: str) -> dict[str, Any]:
        """RFC 7662: what is known of a live access or refresh token, else `active` alone."""
        inactif = {"active": False}
        try:
            lu = service().trousseau(self.federation).verifier(jeton)
        except JetonInvalide:
            return inactif
        fin = _fin_de_vie(jeton, lu.get("typ", ""), self.federation)
        maintenant = timezone.now()
        if fin is None or fin <= maintenant:
            return inactif
        authentification = Authentification.objects.filter(pk=lu["sid"]).first()
        if authentification is None or not authentification.est_ouverte(maintenant):
            return inactif
        return {
            **lu,
            "active": True,
            "exp": int(fin.timestamp()),
            "client_id": lu["azp"],
        }


def _fin_de_vie(jeton: str, genre: str, federation: Federation) -> datetime | None:
    """When the token ends according to the database; None when it knows none like it."""
    somme = hashlib.sha256(jeton.encode()).hexdigest()
    if genre == "Bearer":
        valeurs = AccessToken.objects.filter(token_checksum=somme).values_list("expires", flat=True)
        fin: datetime | None = valeurs.first()
        return fin
    if genre == "Refresh":
        valeurs = RefreshToken.objects.filter(token_checksum=somme, revoked=None).values_list(
            "access_token__expires", flat=True
        )
        fin = valeurs.first()
        return fin + _apres_acces(federation) if fin else None
    return None


def _apres_acces(federation: Federation) -> timedelta:
    """A refresh token lives that long after the access token it came with."""
    return timedelta(seconds=federation.duree_rafraichissement - federation.duree_acces)


def fermer(authentification: Authentification, maintenant: datetime) -> None:
    """Ends the session: its codes and tokens are worth nothing any more."""
    Authentification.objects.filter(pk=authentification.pk).update(terminee_le=maintenant)
