"""The HTTP side: messages in JSON, the SMS gateway, the viewer.

No answer allows another origin to read it, and nothing is changed but by JSON or DELETE, which
browsers do not send to another site without asking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from demo.boite import pages
from demo.boite.depot import SMS, Depot, IdentifiantRepris, Message, maintenant

HOTES = ("127.0.0.1", "localhost")
CORPS_MAXIMAL = 64_000
"""Bytes of a request to the SMS gateway."""
POLITIQUE = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
POLITIQUE_MESSAGE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""For the HTML of a message: shown, never run, and nothing fetched for it."""

_MESSAGE = re.compile(r"/message/([^/]+)(/html)?")


class Refus(Exception):
    """An answer other than the expected one; `motif` is French."""

    def __init__(self, statut: HTTPStatus, motif: str) -> None:
        super().__init__(motif)
        self.statut = statut
        self.motif = motif


class Serveur(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, adresse: tuple[str, int], depot: Depot) -> None:
        self.depot = depot
        super().__init__(adresse, Requete)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the machine's name, which may be slow."""
        super(HTTPServer, self).server_bind()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


class Requete(BaseHTTPRequestHandler):
    server: Serveur
    adresse: SplitResult
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Addresses carry those of the recipients: nothing is written down."""

    # --- Verbs --------------------------------------------------------------------------------

    def do_GET(self) -> None:
        self._traiter(self._lire)

    def do_HEAD(self) -> None:
        self._traiter(self._lire)

    def do_POST(self) -> None:
        self._traiter(self._envoyer_sms)

    def do_DELETE(self) -> None:
        self._traiter(self._vider)

    def _traiter(self, action: Callable[[], None]) -> None:
        if self.command != "POST" and self.headers.get("Content-Length", "0") != "0":
            self.close_connection = True  # a body that nobody will read
        try:
            if self.headers.get("Host", "").rsplit(":", 1)[0] not in HOTES:
                raise Refus(HTTPStatus.MISDIRECTED_REQUEST, "Cet hôte n'est pas servi ici.")
            try:
                self.adresse = urlsplit(self.path)
            except ValueError as erreur:
                raise Refus(HTTPStatus.BAD_REQUEST, "Adresse illisible.") from erreur
            action()
        except Refus as refus:
            # What may remain of the body must not be taken for another request.
            self.close_connection = True
            self._json({"erreur": refus.motif}, refus.statut)

    # --- Actions ------------------------------------------------------------------------------

    def _lire(self) -> None:
        adresse = self.adresse
        parametres = parse_qs(adresse.query)
        destinataire = parametres.get("destinataire", [""])[0].strip()
        depot = self.server.depot
        if adresse.path == "/messages":
            self._json([asdict(message) for message in depot.messages(destinataire or None)])
        elif adresse.path == "/":
            self._html(pages.liste(depot.messages(destinataire or None), destinataire))
        elif adresse.path == "/style.css":
            self._repondre(pages.STYLE.encode(), "text/css; charset=utf-8")
        elif adresse.path == "/sante":
            self._json({"etat": "pret"})
        else:
            self._un_message(adresse.path)

    def _un_message(self, chemin: str) -> None:
        trouve = _MESSAGE.fullmatch(chemin)
        message = self.server.depot.message(unquote(trouve[1])) if trouve else None
        if trouve is None or message is None:
            self._html(pages.absente(), HTTPStatus.NOT_FOUND)
        elif trouve[2]:
            self._repondre(
                message.html.encode(), "text/html; charset=utf-8", politique=POLITIQUE_MESSAGE
            )
        else:
            self._html(pages.detail(message))

    def _envoyer_sms(self) -> None:
        if self.adresse.path != "/sms":
            raise Refus(HTTPStatus.NOT_FOUND, "Adresse inconnue.")
        sms = self._sms()
        try:
            nouveau = self.server.depot.ajouter(sms)
        except IdentifiantRepris as erreur:
            raise Refus(
                HTTPStatus.CONFLICT, "Cet identifiant a déjà servi pour un autre message."
            ) from erreur
        self._json({"id": sms.id}, HTTPStatus.CREATED if nouveau else HTTPStatus.OK)

    def _sms(self) -> Message:
        """The SMS of the body; Refus when it is not one."""
        if self.headers.get_content_type() != "application/json":
            raise Refus(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Envoyez du JSON.")
        longueur = self.headers.get("Content-Length", "")
        if not longueur.isdigit():
            raise Refus(HTTPStatus.LENGTH_REQUIRED, "La longueur du corps est obligatoire.")
        if int(longueur) > CORPS_MAXIMAL:
            raise Refus(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Le corps est trop long.")
        try:
            lu = json.loads(self.rfile.read(int(longueur)))
        except ValueError as erreur:
            raise Refus(HTTPStatus.BAD_REQUEST, "Le corps n'est pas du JSON.") from erreur
        champs = ("id", "destinataire", "texte")
        if not isinstance(lu, dict) or not all(isinstance(lu.get(c), str) for c in champs):
            raise Refus(HTTPStatus.BAD_REQUEST, "Attendu : id, destinataire et texte, en chaînes.")
        if not all(lu[champ].strip() for champ in champs):
            raise Refus(HTTPStatus.BAD_REQUEST, "id, destinataire et texte ne sont jamais vides.")
        return Message(
            id=lu["id"],
            canal=SMS,
            destinataire=lu["destinataire"],
            expediteur="",
            objet="",
            texte=lu["texte"],
            html="",
            message_id="",
            recu_le=maintenant(),
        )

    def _vider(self) -> None:
        if self.adresse.path != "/messages":
            raise Refus(HTTPStatus.NOT_FOUND, "Adresse inconnue.")
        self.server.depot.vider()
        self._repondre(b"", None, HTTPStatus.NO_CONTENT)

    # --- Answers ------------------------------------------------------------------------------

    def _json(self, valeur: Any, statut: HTTPStatus = HTTPStatus.OK) -> None:
        corps = json.dumps(valeur, ensure_ascii=False).encode()
        self._repondre(corps, "application/json; charset=utf-8", statut)

    def _html(self, page: str, statut: HTTPStatus = HTTPStatus.OK) -> None:
        self._repondre(page.encode(), "text/html; charset=utf-8", statut)

    def _repondre(
        self,
        corps: bytes,
        genre: str | None,
        statut: HTTPStatus = HTTPStatus.OK,
        politique: str = POLITIQUE,
    ) -> None:
        self.send_response(statut)
        if genre:
            self.send_header("Content-Type", genre)
            self.send_header("Content-Length", str(len(corps)))
        self.send_header("Content-Security-Policy", politique)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(corps)
