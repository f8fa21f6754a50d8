"""The viewer: a list, a message. Everything that comes from a message is escaped."""

from __future__ import annotations

import re
from html import escape
from string import Template

from demo.boite.depot import SMS, Message

STYLE = """
:root { color-scheme: light dark; --fond: #fff; --texte: #161616; --discret: #555; --lien: #1d4f8c; --bord: #767676; }
@media (prefers-color-scheme: dark) { :root { --fond: #161616; --texte: #f2f2f2; --discret: #bdbdbd; --lien: #9cc3ff; --bord: #9a9a9a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 56rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--texte); background: var(--fond); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
a { color: var(--lien); }
:focus-visible { outline: 3px solid var(--lien); outline-offset: 3px; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 1rem 0; }
input, button { font: inherit; padding: .5rem; max-width: 100%; }
label { display: block; }
ol { list-style: none; padding: 0; }
li { border-top: 1px solid var(--bord); padding: .75rem 0; }
.detail { display: block; color: var(--discret); font-size: .9rem; }
dt { font-weight: 700; }
dd { margin: 0 0 .5rem; }
pre { white-space: pre-wrap; font: inherit; border: 1px solid var(--bord); padding: 1rem; }
iframe { width: 100%; height: 30rem; border: 1px solid var(--bord); background: #fff; }
"""  # noqa: E501  # one rule per line

_PAGE = Template("""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$titre</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>$titre</h1>
$contenu
</main>
</body>
</html>
""")

_ADRESSE_WEB = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def _page(titre: str, contenu: str) -> str:
    return _PAGE.substitute(titre=escape(titre), contenu=contenu)


def _quand(message: Message) -> str:
    jour, _, heure = message.recu_le.partition("T")
    annee, mois, quantieme = jour.split("-")
    return f"{quantieme}/{mois}/{annee} à {heure[:8]} UTC"


def _intitule(message: Message) -> str:
    if message.canal == SMS:
        return f"SMS : {message.texte[:80]}"
    return message.objet or "(sans objet)"


def liste(messages: list[Message], destinataire: str) -> str:
    """The messages, each a link; a form keeps one recipient only."""
    lignes = "".join(
        f'<li><a href="/message/{escape(message.id)}">{escape(_intitule(message))}</a>'
        f'<span class="detail">{"SMS" if message.canal == SMS else "Courriel"} à '
        f"{escape(message.destinataire)}, le {_quand(message)}</span></li>\n"
        for message in messages
    )
    vide = "<p>Aucun message. Ce que le service envoie apparaîtra ici.</p>"
    formulaire = (
        '<form method="get" action="/"><p><label for="destinataire">Destinataire (adresse ou '
        'numéro)</label><input id="destinataire" name="destinataire" '
        f'value="{escape(destinataire)}" autocomplete="off"></p>'
        '<p><button type="submit">Filtrer</button></p></form>'
    )
    return _page(
        "Messages envoyés par la démonstration",
        f"{formulaire}<ol>{lignes}</ol>" if messages else formulaire + vide,
    )


def _avec_liens(texte: str) -> str:
    """The text, escaped, its web addresses made into links."""
    morceaux = []
    fin = 0
    for adresse in _ADRESSE_WEB.finditer(texte):
        cible = escape(adresse[0])
        morceaux += [escape(texte[fin : adresse.start()]), f'<a href="{cible}">{cible}</a>']
        fin = adresse.end()
    return "".join([*morceaux, escape(texte[fin:])])


def detail(message: Message) -> str:
    """One message; its HTML, if any, is shut in a frame that can run nothing."""
    entetes = [("À", message.destinataire), ("Reçu le", _quand(message))]
    if message.canal != SMS:
        entetes[:0] = [("De", message.expediteur)]
        entetes.append(("Message-ID", message.message_id or "(aucun)"))
    lignes = "".join(f"<dt>{escape(nom)}</dt><dd>{escape(valeur)}</dd>" for nom, valeur in entetes)
    texte = f"<pre>{_avec_liens(message.texte)}</pre>" if message.texte else ""
    cadre = (
        f'<iframe sandbox title="Version HTML du message" src="/message/{escape(message.id)}/html">'
        "</iframe>"
        if message.html
        else ""
    )
    return _page(
        _intitule(message),
        f'<dl>{lignes}</dl>{texte}{cadre}<p><a href="/">Tous les messages</a></p>',
    )


def absente() -> str:
    return _page(
        "Page introuvable",
        '<p>Ce message n\'existe pas ou plus.</p><p><a href="/">Tous les messages</a></p>',
    )
