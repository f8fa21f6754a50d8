"""Middlewares of the doors: headers, one session by portal, login required, the transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers

from comptes import brouillons, sessions, suites
from comptes.models import DispositifTOTP
from comptes.sessions import Fin
from habilitations.acces import AccesRefuse, inscrire_refus
from habilitations.refus import page_de_refus
from mes.portails import PATIENT, PS, SUPPORT, Portail, portail_de
from mes.socle import mur, roles

Suite = Callable[[HttpRequest], HttpResponseBase]


def _gere_ses_transactions(chemin: str) -> bool:
    try:
        fonction = resolve(chemin).func
    except Resolver404:
        return False
    vue = getattr(fonction, "view_class", fonction)
    return bool(
        getattr(vue, "hors_transaction", False) or getattr(fonction, "hors_transaction", False)
    )


class TransactionDePortail:
    """One durable transaction around the view AND its rendering (conception §3).

    Refused: rolled back, then a line of the security journal in a new transaction. `request.pile`
    closes after rendering: the journal's pending lines are written last, then the wall shuts.

    The console's transactions run as mes_support (R-SUP-05), from just before the view to the
    closing of the pile: session and account, which that role can't read, are known by then (the
    process_view of ConnexionRequise) and the session is saved outside (SessionParPortail).
    """

    def __init__(self, get_response: Suite) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.echec = None  # type: ignore[attr-defined]
        if _gere_ses_transactions(request.path_info):
            # Here rather than in each such view, which could forget it.
            mur.exiger_ferme()
            return self.get_response(request)
        with transaction.atomic(durable=True):
            mur.exiger_ferme()
            with ExitStack() as pile:
                request.pile = pile  # type: ignore[attr-defined]
                reponse = self.get_response(request)
                if request.echec is not None or reponse.status_code >= 500:  # type: ignore[attr-defined]
                    # Before the pile closes: nothing is journalled of what did not happen.
                    transaction.set_rollback(True)
        echec = request.echec  # type: ignore[attr-defined]
        if isinstance(echec, AccesRefuse):
            with transaction.atomic(durable=True):
                inscrire_refus(echec)
        if reponse.streaming and not getattr(reponse, "sans_base", False):
            raise AssertionError("une réponse en flux lirait la base hors de sa transaction")
        return reponse

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: Any,
        view_kwargs: Any,
    ) -> None:
        # Views that manage their own transactions are the log-in and the log-out: they need accounts.
        if _portail(request) is SUPPORT and hasattr(request, "pile"):
            _descendre_au_role_support(request.pile)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        request.echec = exception  # type: ignore[attr-defined]
        if isinstance(exception, AccesRefuse):
            return page_de_refus(request, exception)
        return None


def _descendre_au_role_support(pile: ExitStack) -> None:
    """First on the pile, hence left last: the journal's lines are written under the role too."""

    def remonter() -> None:
        # A rollback gives the role back by itself, and nothing may be asked before it.
        if not connection.needs_rollback:
            with connection.cursor() as curseur:
                curseur.execute("RESET ROLE")

    with connection.cursor() as curseur:
        curseur.execute(f"SET LOCAL ROLE {roles.SUPPORT}")
    pile.callback(remonter)


class SessionParPortail(SessionMiddleware):
    """One session cookie by portal: a professional's session is never a patient's.

    The cookie dies with the browser; the limits of a session are checked on our side.
    """

    def process_request(self, request: HttpRequest) -> None:
        portail = portail_de(request.path_info)
        request.portail = portail  # type: ignore[attr-defined]
        request.session = self.SessionStore(request.COOKIES.get(portail.temoin))

    def process_response(  # type: ignore[override]  # streamed answers come here too
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        portail: Portail | None = getattr(request, "portail", None)
        if portail is None:
            return response
        session = request.session
        accedee, modifiee, vide = session.accessed, session.modified, session.is_empty()
        if vide and portail.temoin in request.COOKIES:
            response.delete_cookie(portail.temoin, path=portail.prefixe, samesite="Lax")
        elif modifiee and not vide and response.status_code < 500:
            try:
                session.save()
            except UpdateError:
                # Logged out meanwhile in another tab: this answer must not revive the session.
                return HttpResponseRedirect(resolve_url(portail.connexion))
            response.set_cookie(
                portail.temoin,
                session.session_key or "",
                path=portail.prefixe,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        if accedee or modifiee:
            patch_vary_headers(response, ("Cookie",))
        return response


class ConnexionRequise(LoginRequiredMiddleware):
    """Closed by default: a view is reached by the right population, fully logged in, in time.

    The end of a session is decided before the view and carried out after the CSRF check, so that a
    form which arrives too late is kept (`comptes.brouillons`) only when it is ours.
    """

    def process_request(self, request: HttpRequest) -> None:
        fin = None
        if sessions.est_authentifiee(request.session):
            bornes = sessions.limites(_portail(request).nom)
            fin = sessions.fin_atteinte(request.session, bornes, time.time())
        request.fin_de_session = fin  # type: ignore[attr-defined]
        if fin is not None:
            request.user = AnonymousUser()

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        maintenant = time.time()
        ouverte = not getattr(view_func, "login_required", True)
        fin: Fin | None = request.fin_de_session  # type: ignore[attr-defined]
        if fin is not None and getattr(view_func, "hors_session", False):
            request.fin_de_session = None  # type: ignore[attr-defined]
            return None
        if fin is None and request.user.is_authenticated:
            if not self._est_admis(request):
                sessions.fermer_session(request)
            elif not ouverte and _portail(request) is PS:
                fin = None if sessions.verifier_psc(request.session, maintenant) else Fin.PSC
        if fin is not None:
            return self._finir(request, fin, maintenant, ouverte=ouverte)
        if request.user.is_authenticated:
            if not getattr(view_func, "hors_session", False):
                bornes = sessions.limites(_portail(request).nom)
                sessions.marquer_activite(request.session, maintenant, grain=bornes.grain)
            if brouillons.CHAMP in request.POST:
                brouillons.oublier(request.session)
        reponse: HttpResponseBase | None = super().process_view(
            request, view_func, view_args, view_kwargs
        )
        return reponse

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        # No view was found (404), hence no process_view: the session is over all the same.
        if getattr(request, "fin_de_session", None) is not None:
            sessions.fermer_session(request)
        return response

    def get_login_url(self, view_func: Callable[..., Any]) -> str:
        raise NotImplementedError("la page de connexion dépend du portail")

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        return self._vers_la_connexion(request)

    def _est_admis(self, request: HttpRequest) -> bool:
        """The population of the portal, with every proof that it asks for (R-AUT-01, R-PS-07)."""
        compte: Any = request.user
        portail = _portail(request)
        if compte.population != portail.population:
            return False
        if portail is PATIENT:
            return bool(compte.is_verified())
        if portail is SUPPORT:
            return isinstance(compte.otp_device, DispositifTOTP)
        return sessions.jetons_psc_de(request.session) is not None

    def _finir(
        self, request: HttpRequest, fin: Fin, maintenant: float, *, ouverte: bool
    ) -> HttpResponseBase | None:
        brouillon = None if ouverte else brouillons.lire(request, maintenant)
        sessions.fermer_session(request)
        request.fin_de_session = None  # type: ignore[attr-defined]
        if ouverte:
            return None
        if brouillon is not None:
            brouillons.garder(request.session, brouillon)
        return self._vers_la_connexion(request, fin)

    def _vers_la_connexion(
        self, request: HttpRequest, fin: Fin | None = None
    ) -> HttpResponseRedirect:
        parametres = {}
        if request.method == "GET":
            parametres[suites.CHAMP] = request.get_full_path()
        if fin is not None:
            parametres["fin"] = str(fin)
        adresse = resolve_url(_portail(request).connexion)
        return HttpResponseRedirect(f"{adresse}?{urlencode(parametres)}" if parametres else adresse)


def _portail(request: HttpRequest) -> Portail:
    portail: Portail = request.portail  # type: ignore[attr-defined]
    return portail


_POLITIQUE_DE_CONTENU = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_PERMISSIONS = ", ".join(
    f"{fonction}=()"
    for fonction in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class EntetesDeSecurite:
    """Strict content policy, nothing of a person in a cache (conception §6, §8).

    A view may set a stricter content policy of its own (a document shown in a sandbox).
    """

    def __init__(self, get_response: Suite) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reponse = self.get_response(request)
        reponse.headers.setdefault("Content-Security-Policy", _POLITIQUE_DE_CONTENU)
        reponse.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        reponse.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        session = getattr(request, "session", None)
        if session is not None and sessions.est_authentifiee(session):
            reponse.headers["Cache-Control"] = "no-store"
        elif session is not None:  # files served from disk never get a session
            reponse.headers.setdefault("Cache-Control", "no-store")
        return reponse
