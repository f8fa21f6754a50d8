"""Pro Santé Connect: the OpenID Connect client, every check written out (identites_federes.md §6).

Authlib builds the requests (authorization with PKCE, exchange, refresh), joserfc verifies the
signatures; what a token says is checked here, claim by claim. Nothing here touches the database.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from django.conf import settings
from django.utils.crypto import constant_time_compare
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from comptes.psc_identite import IdentitePSC, SansRPPS, UserinfoInvalide, lire_userinfo

ALGORITHMES = ("RS256", "PS256", "ES256")
"""The only signatures accepted; all of them hash with SHA-256, hence `at_hash`."""
NIVEAUX = ("eidas1", "eidas2", "eidas3")
ECART = 60
"""Seconds of clock difference tolerated."""
DELAI = (3.05, 8.0)
"""Seconds to connect, then to wait for an answer."""
DUREE_METADONNEES = 3600.0
DUREE_CLES = 600.0
"""A key withdrawn by the federation stops being believed at most ten minutes later."""
DUREE_RAFRAICHISSEMENT = 1800
"""Life of a refresh token when the federation doesn't say it."""


class MotifPSC(StrEnum):
    """Why the federation, or what it said, was not believed; the words of the security journal."""

    INDISPONIBLE = "PSC_INDISPONIBLE"
    DECOUVERTE = "PSC_DECOUVERTE_INVALIDE"
    DEMANDE_INCONNUE = "PSC_DEMANDE_INCONNUE"
    STATE = "PSC_STATE"
    RENONCEMENT = "PSC_RENONCEMENT"
    ERREUR = "PSC_ERREUR"
    CODE = "PSC_CODE_REFUSE"
    REPONSE = "PSC_REPONSE_INVALIDE"
    FORME = "PSC_JETON_ILLISIBLE"
    ALGORITHME = "PSC_ALGORITHME"
    CLE_INCONNUE = "PSC_CLE_INCONNUE"
    SIGNATURE = "PSC_SIGNATURE"
    EMETTEUR = "PSC_ISS"
    AUDIENCE = "PSC_AUD"
    AZP = "PSC_AZP"
    EXPIRE = "PSC_EXP"
    IAT = "PSC_IAT"
    NONCE = "PSC_NONCE"
    ACR = "PSC_ACR"
    AT_HASH = "PSC_AT_HASH"
    TYPE = "PSC_TYP"
    SUB = "PSC_SUB"
    USERINFO = "PSC_USERINFO"
    SANS_RPPS = "PSC_SANS_RPPS"
    RAFRAICHISSEMENT_REFUSE = "PSC_RAFRAICHISSEMENT"


class FederationRefusee(Exception):
    """Something in the exchange can't be believed: nobody is logged in."""

    def __init__(self, motif: MotifPSC) -> None:
        super().__init__(motif)
        self.motif = motif


class FederationIndisponible(FederationRefusee):
    """The federation doesn't answer, or says that it can't."""

    def __init__(self) -> None:
        super().__init__(MotifPSC.INDISPONIBLE)


@dataclass(frozen=True, slots=True)
class ReglagesPSC:
    """Where the federation is and who we are to it."""

    emetteur: str
    decouverte: str
    """Name of the discovery document: Pro Santé Connect's isn't the standard one."""
    client_id: str
    client_secret: str
    acr: str
    portee: str
    retour: str
    retour_deconnexion: str


@dataclass(frozen=True, slots=True)
class Metadonnees:
    """The addresses read from the discovery document."""

    autorisation: str
    jeton: str
    userinfo: str
    cles: str
    deconnexion: str


@dataclass(frozen=True, slots=True)
class Demande:
    """What our side must remember of one authorization request, in the browser's session."""

    state: str
    nonce: str
    verificateur: str


@dataclass(frozen=True, slots=True, repr=False)
class Jetons:
    """The three tokens of one exchange, verified; durations in seconds."""

    acces: str
    rafraichissement: str
    identite: str
    sub: str
    nonce: str
    duree_acces: int
    duree_rafraichissement: int


class ClientPSC:
    """One client of one issuer. Remembers, for a while, its addresses and its public keys."""

    def __init__(self, reglages: ReglagesPSC) -> None:
        self.reglages = reglages
        self._metadonnees: tuple[float, Metadonnees] | None = None
        self._cles: tuple[float, list[jwk.Key]] | None = None

    # --- Addresses and keys --------------------------------------------------------------------

    def metadonnees(self) -> Metadonnees:
        """Raises FederationIndisponible, FederationRefusee(DECOUVERTE)."""
        gardees = self._metadonnees
        if gardees is not None and time.monotonic() - gardees[0] < DUREE_METADONNEES:
            return gardees[1]
        base = self.reglages.emetteur.rstrip("/")
        lues = self._lire_json(f"{base}/.well-known/{self.reglages.decouverte}")
        if lues.get("issuer") != self.reglages.emetteur:
            raise FederationRefusee(MotifPSC.DECOUVERTE)
        trouvees = Metadonnees(
            autorisation=self._adresse(lues, "authorization_endpoint"),
            jeton=self._adresse(lues, "token_endpoint"),
            userinfo=self._adresse(lues, "userinfo_endpoint"),
            cles=self._adresse(lues, "jwks_uri"),
            deconnexion=self._adresse(lues, "end_session_endpoint"),
        )
        self._metadonnees = (time.monotonic(), trouvees)
        return trouvees

    def _adresse(self, lues: Mapping[str, Any], nom: str) -> str:
        adresse = lues.get(nom)
        # An issuer reached over TLS may not send us, or the browser, somewhere in clear.
        schema = "https://" if self.reglages.emetteur.startswith("https://") else "http"
        if not isinstance(adresse, str) or not adresse.startswith(schema):
            raise FederationRefusee(MotifPSC.DECOUVERTE)
        return adresse

    def _lire_json(self, adresse: str, entetes: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            reponse = requests.get(
                adresse,
                headers={"Accept": "application/json", **(entetes or {})},
                timeout=DELAI,
                allow_redirects=False,
            )
        except requests.RequestException as erreur:
            raise FederationIndisponible from erreur
        if reponse.status_code >= 500 or reponse.status_code == 429:
            raise FederationIndisponible
        if reponse.status_code != 200:
            raise FederationRefusee(MotifPSC.REPONSE)
        try:
            lu = reponse.json()
        except requests.JSONDecodeError as erreur:
            raise FederationRefusee(MotifPSC.REPONSE) from erreur
        if not isinstance(lu, dict):
            raise FederationRefusee(MotifPSC.REPONSE)
        return lu

    def _cle(self, kid: str) -> jwk.Key:
        """The published key of that name; read again when unknown, since keys are rotated."""
        gardees = self._cles
        if gardees is not None and time.monotonic() - gardees[0] < DUREE_CLES:
            for cle in gardees[1]:
                if cle.kid == kid:
                    return cle
        publiees = self._lire_cles()
        self._cles = (time.monotonic(), publiees)
        for cle in publiees:
            if cle.kid == kid:
                return cle
        raise FederationRefusee(MotifPSC.CLE_INCONNUE)

    def _lire_cles(self) -> list[jwk.Key]:
        lues = self._lire_json(self.metadonnees().cles).get("keys")
        if not isinstance(lues, list):
            raise FederationRefusee(MotifPSC.REPONSE)
        cles: list[jwk.Key] = []
        for lue in lues:
            # Symmetric keys have no place in a public list; keys to encrypt don't sign.
            if (
                isinstance(lue, dict)
                and lue.get("kty") in {"RSA", "EC"}
                and lue.get("use") != "enc"
            ):
                try:
                    cles.append(jwk.import_key(lue))
                except (JoseError, ValueError, KeyError):
                    continue  # one unreadable key must not hide the others
        return cles

    # --- The journey ---------------------------------------------------------------------------

    def demander(self) -> tuple[str, Demande]:
        """The address to send the browser to, and what to remember until it comes back."""
        demande = Demande(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verificateur=secrets.token_urlsafe(48),
        )
        adresse, _ = self._oauth().create_authorization_url(
            self.metadonnees().autorisation,
            state=demande.state,
            nonce=demande.nonce,
            code_verifier=demande.verificateur,
            acr_values=self.reglages.acr,
        )
        return adresse, demande

    def terminer(self, retour: Mapping[str, str], demande: Demande) -> tuple[Jetons, IdentitePSC]:
        """From the parameters of the return address to a proven identity.

        Raises FederationRefusee with the first check that fails, FederationIndisponible.
        """
        if not constant_time_compare(retour.get("state", ""), demande.state):
            raise FederationRefusee(MotifPSC.STATE)
        if retour.get("iss") not in {None, self.reglages.emetteur}:
            raise FederationRefusee(MotifPSC.EMETTEUR)  # RFC 9207
        if erreur := retour.get("error"):
            if erreur in {"temporarily_unavailable", "server_error"}:
                raise FederationIndisponible
            refuse = erreur == "access_denied"
            raise FederationRefusee(MotifPSC.RENONCEMENT if refuse else MotifPSC.ERREUR)
        if not retour.get("code"):
            raise FederationRefusee(MotifPSC.REPONSE)
        jetons = self._echanger(retour["code"], demande)
        return jetons, self._identite(jetons)

    def _oauth(self) -> OAuth2Session:
        return OAuth2Session(
            client_id=self.reglages.client_id,
            client_secret=self.reglages.client_secret,
            scope=self.reglages.portee,
            redirect_uri=self.reglages.retour,
            code_challenge_method="S256",
            default_timeout=DELAI,
        )

    def _echanger(self, code: str, demande: Demande) -> Jetons:
        reponse = self._jetons_de(
            lambda oauth, adresse: oauth.fetch_token(
                adresse,
                grant_type="authorization_code",
                code=code,
                code_verifier=demande.verificateur,
                allow_redirects=False,
            ),
            MotifPSC.CODE,
        )
        identite = _obligatoire(reponse, "id_token")
        acces = _obligatoire(reponse, "access_token")
        return Jetons(
            acces=acces,
            rafraichissement=str(reponse.get("refresh_token") or ""),
            identite=identite,
            sub=self.verifier_jeton_identite(identite, acces=acces, nonce=demande.nonce),
            nonce=demande.nonce,
            duree_acces=_duree(reponse.get("expires_in"), 60),
            duree_rafraichissement=_duree(
                reponse.get("refresh_expires_in"), DUREE_RAFRAICHISSEMENT
            ),
        )

    def rafraichir(self, jetons: Jetons) -> Jetons:
        """New tokens for the same person and session. Raises like `terminer`."""
        if not jetons.rafraichissement:
            raise FederationRefusee(MotifPSC.RAFRAICHISSEMENT_REFUSE)
        reponse = self._jetons_de(
            lambda oauth, adresse: oauth.refresh_token(
                adresse, refresh_token=jetons.rafraichissement, allow_redirects=False
            ),
            MotifPSC.RAFRAICHISSEMENT_REFUSE,
        )
        acces = _obligatoire(reponse, "access_token")
        identite = reponse.get("id_token")
        if identite is not None:
            sub = self.verifier_jeton_identite(
                str(identite), acces=acces, nonce=jetons.nonce, nonce_exige=False
            )
            if sub != jetons.sub:
                raise FederationRefusee(MotifPSC.SUB)
        return replace(
            jetons,
            acces=acces,
            rafraichissement=str(reponse.get("refresh_token") or jetons.rafraichissement),
            identite=str(identite or jetons.identite),
            duree_acces=_duree(reponse.get("expires_in"), 60),
            duree_rafraichissement=_duree(
                reponse.get("refresh_expires_in"), DUREE_RAFRAICHISSEMENT
            ),
        )

    def _jetons_de(self, appel: Any, si_refuse: MotifPSC) -> Mapping[str, Any]:
        """The answer of the token endpoint to `appel(client, address)`."""
        adresse = self.metadonnees().jeton
        try:
            reponse: Mapping[str, Any] = appel(self._oauth(), adresse)
        except OAuthError as erreur:
            raise FederationRefusee(si_refuse) from erreur
        except requests.HTTPError as erreur:
            # Authlib raises it for every 5xx, and for the 4xx that say nothing in JSON.
            if erreur.response is not None and 400 <= erreur.response.status_code < 500:
                raise FederationRefusee(si_refuse) from erreur
            raise FederationIndisponible from erreur
        except requests.RequestException as erreur:
            raise FederationIndisponible from erreur
        except ValueError as erreur:
            raise FederationRefusee(MotifPSC.REPONSE) from erreur
        if str(reponse.get("token_type", "")).lower() != "bearer":
            raise FederationRefusee(MotifPSC.REPONSE)
        return reponse

    def _identite(self, jetons: Jetons) -> IdentitePSC:
        lu = self._lire_json(
            self.metadonnees().userinfo, {"Authorization": f"Bearer {jetons.acces}"}
        )
        if lu.get("sub") != jetons.sub:
            raise FederationRefusee(MotifPSC.SUB)
        try:
            return lire_userinfo(lu)
        except SansRPPS as erreur:
            raise FederationRefusee(MotifPSC.SANS_RPPS) from erreur
        except UserinfoInvalide as erreur:
            raise FederationRefusee(MotifPSC.USERINFO) from erreur

    def adresse_deconnexion(self, jetons: Jetons) -> str:
        """Where to send the browser so that the federation's session ends too."""
        parametres = {
            "id_token_hint": jetons.identite,
            "post_logout_redirect_uri": self.reglages.retour_deconnexion,
        }
        return f"{self.metadonnees().deconnexion}?{urlencode(parametres)}"

    # --- The id_token --------------------------------------------------------------------------

    def verifier_jeton_identite(
        self, jeton: str, *, acces: str, nonce: str, nonce_exige: bool = True
    ) -> str:
        """Checks the id_token (OpenID Connect Core §3.1.3.7) and returns its `sub`.

        `nonce_exige` False: a refreshed token may leave the nonce out (§12.2), not change it.
        Raises FederationRefusee with the first check that fails.
        """
        lu = self._ouvrir(jeton)
        self._verifier_destinataire(lu)
        _verifier_dates(lu, int(time.time()))
        recu = lu.get("nonce")
        if (recu is None and nonce_exige) or (
            recu is not None and not constant_time_compare(str(recu), nonce)
        ):
            raise FederationRefusee(MotifPSC.NONCE)
        if not _niveau_suffisant(lu.get("acr"), self.reglages.acr):
            raise FederationRefusee(MotifPSC.ACR)
        empreinte = lu.get("at_hash")
        if empreinte is not None and not constant_time_compare(
            str(empreinte), empreinte_partielle(acces)
        ):
            raise FederationRefusee(MotifPSC.AT_HASH)
        sub = lu.get("sub")
        if not isinstance(sub, str) or not sub:
            raise FederationRefusee(MotifPSC.SUB)
        return sub

    def _ouvrir(self, jeton: str) -> dict[str, Any]:
        """The claims, once the signature is verified with a published key."""
        try:
            entete = jws.extract_compact(jeton.encode()).headers()
        except (JoseError, ValueError) as erreur:
            raise FederationRefusee(MotifPSC.FORME) from erreur
        algorithme, kid = entete.get("alg"), entete.get("kid")
        if algorithme not in ALGORITHMES:
            # Before looking for any key: « none » has none, HS256 would use a public one.
            raise FederationRefusee(MotifPSC.ALGORITHME)
        if not isinstance(kid, str):
            raise FederationRefusee(MotifPSC.CLE_INCONNUE)
        try:
            return dict(jwt.decode(jeton, self._cle(kid), algorithms=[algorithme]).claims)
        except (JoseError, ValueError) as erreur:
            raise FederationRefusee(MotifPSC.SIGNATURE) from erreur

    def _verifier_destinataire(self, lu: Mapping[str, Any]) -> None:
        if lu.get("iss") != self.reglages.emetteur:
            raise FederationRefusee(MotifPSC.EMETTEUR)
        audience = lu.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self.reglages.client_id not in audiences:
            raise FederationRefusee(MotifPSC.AUDIENCE)
        azp = lu.get("azp")
        if azp != self.reglages.client_id and (azp is not None or len(audiences) > 1):
            raise FederationRefusee(MotifPSC.AZP)
        if lu.get("typ") not in {None, "ID"}:
            # The federation signs its access and refresh tokens with the same keys.
            raise FederationRefusee(MotifPSC.TYPE)


def _verifier_dates(lu: Mapping[str, Any], maintenant: int) -> None:
    exp, iat = _nombre(lu.get("exp")), _nombre(lu.get("iat"))
    if exp is None or exp <= maintenant - ECART:
        raise FederationRefusee(MotifPSC.EXPIRE)
    if iat is None or abs(iat - maintenant) > ECART:
        raise FederationRefusee(MotifPSC.IAT)


def _nombre(valeur: Any) -> float | None:
    """A JSON number, else None; true and false are not numbers."""
    return valeur if isinstance(valeur, int | float) and not isinstance(valeur, bool) else None


def _niveau_suffisant(recu: Any, demande: str) -> bool:
    """Whether the level received is one we know, at least as high as the one asked."""
    return recu in NIVEAUX and NIVEAUX.index(recu) >= NIVEAUX.index(demande)


def _obligatoire(reponse: Mapping[str, Any], nom: str) -> str:
    valeur = reponse.get(nom)
    if not isinstance(valeur, str) or not valeur:
        raise FederationRefusee(MotifPSC.REPONSE)
    return valeur


def _duree(valeur: Any, defaut: int) -> int:
    """A duration in seconds; what isn't a positive number reads as `defaut`."""
    nombre = _nombre(valeur)
    return int(nombre) if nombre is not None and nombre > 0 else defaut


def empreinte_partielle(jeton: str) -> str:
    """`at_hash`: the left half of the SHA-256 of the access token, base64url without padding."""
    moitie = hashlib.sha256(jeton.encode()).digest()[:16]
    return base64.urlsafe_b64encode(moitie).rstrip(b"=").decode()


@cache
def _client(reglages: ReglagesPSC) -> ClientPSC:
    return ClientPSC(reglages)


def client() -> ClientPSC:
    """The client that the settings describe; one by process, with its memory."""
    base = settings.MES_URL.rstrip("/")
    lus = settings.MES_PSC
    return _client(
        ReglagesPSC(
            emetteur=lus["emetteur"],
            decouverte=lus["decouverte"],
            client_id=lus["client_id"],
            client_secret=lus["client_secret"],
            acr=lus["acr"],
            portee=lus["portee"],
            # Declared to the federation, letter for letter: not computed from URL names.
            retour=f"{base}/ps/connexion/retour/",
            retour_deconnexion=f"{base}/ps/",
        )
    )
