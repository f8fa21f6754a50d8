"""The leak hunt: what is hidden from somebody is in no byte that somebody can get (R-MAS-17, R-HAB-06).

Each hidden document has a type, a title, a date, an author and an id used nowhere else in its world.
Every page each person can reach is read twice before these documents exist and once after: what did
not move by itself must not move because of them, to the byte; and none of their marks is anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from dossier import actions as documents
from habilitations.models import Blocage
from habilitations.politique import Action, Base, Masque, Mode
from mes.socle import mur
from mes.socle.nomenclatures import types_documents
from mes.socle.trousseau import trousseau
from notifications.models import Envoi, Notification
from professionnels.models import Exercice, Professionnel
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, connecter_usager
from tests.securite.scene import exercice_de_secretaire, trouver
from tests.securite.test_routes import ROUTES
from tests.support.outils import connecter_agent, creer_agent
from usagers.models import EspaceSante, Gestion, Preferences, Qualite

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.regle("R-MAS-17", "R-HAB-06", "R-PRO-07", "R-NOT-09"),
]

MOT_COMMUN, PRENOM_COMMUN = "Lantanier", "Maud"
"""In every hidden title; the first name of every hidden author."""

VISIBLE = "11488-4"
"""Type of the one document that every reader of the record sees."""


@dataclass(frozen=True)
class Cache:
    """A document hidden from some, and everything by which it could be known."""

    nom: str
    type_code: str
    titre: str
    jour: date
    rpps: str
    auteur: str
    masques: frozenset[Masque] = frozenset()
    caches_a: frozenset[str] = frozenset()


PS = frozenset({"medecin", "urgence"})
PATIENT = frozenset({"titulaire", "representant", "aidant"})
PROCHES = frozenset({"representant", "aidant"})
TOUS_AUTRES = frozenset({"ps_bloque", "ps_sans_acces", "secretaire", "agent", "autre_titulaire"})

CACHES = (
    Cache(
        "masqué", "34874-8", "Zéphyrine", date(1931, 3, 17), "99700907011", "ZWYGART",
        frozenset({Masque.MASQUE_PS}), PS | TOUS_AUTRES,
    ),
    Cache(
        "restreint", "18748-4", "Ypsilante", date(1932, 5, 19), "99700907029", "YVELOUP",
        frozenset({Masque.R}), PS | TOUS_AUTRES,
    ),
    Cache(
        "très restreint", "15507-7", "Xanthoche", date(1933, 7, 23), "99700907037", "XERTIGNY",
        frozenset({Masque.V}), PS | TOUS_AUTRES,
    ),
    Cache(
        "hors matrice", "83901-9", "Walkyrine", date(1934, 8, 29), "99700907045", "WUILLEMIN",
        frozenset(), PS | TOUS_AUTRES,
    ),
    Cache(
        "à annoncer", "60568-3", "Vésicante", date(1935, 9, 13), "99700907052", "VUCHOT",
        frozenset({Masque.INVISIBLE_PATIENT}), PATIENT | TOUS_AUTRES,
    ),
    Cache(
        "secret", "75492-9", "Ulmaire", date(1936, 11, 11), "99700907060", "UTZINGER",
        frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX}), PROCHES | TOUS_AUTRES,
    ),
)  # fmt: skip

PROFILS = (
    "titulaire", "representant", "aidant", "medecin", "urgence", "ps_bloque", "ps_sans_acces",
    "secretaire", "agent", "autre_titulaire",
)  # fmt: skip


LES_PREMIERS = ("titulaire", "representant", "aidant", "medecin", "urgence")
"""Those who see something of the record: always hunted for; the others in the long rounds."""
CHASSEURS = [
    profil if profil in LES_PREMIERS else pytest.param(profil, marks=pytest.mark.long)
    for profil in PROFILS
]


@dataclass
class Monde:
    espace: EspaceSante
    visible: UUID
    navigateurs: dict[str, Client] = field(default_factory=dict)
    comptes: dict[str, UUID] = field(default_factory=dict)


def _exercice(rpps: str, nom: str, profession: str = "10") -> Exercice:
    professionnel, _ = Professionnel.objects.get_or_create(
        rpps=rpps, defaults={"nom": nom, "prenom": PRENOM_COMMUN}
    )
    structure = s.creer_structure(f"99{rpps[-7:]}", f"Cabinet {nom.title()}")
    exercice, _ = Exercice.objects.get_or_create(
        cle_annuaire=rpps,
        defaults={
            "professionnel": professionnel,
            "structure": structure,
            "profession": profession,
            "specialite": "SM26",
        },
    )
    return exercice


def _gestion(monde: Monde, profil: str, nom: str, qualite: Qualite) -> None:
    compte = s.creer_compte(nom)
    gestion = Gestion.objects.create(espace=monde.espace, compte_id=compte.pk, qualite=qualite)
    Preferences.objects.create(gestion=gestion, espace_id=monde.espace.pk)
    session = connecter_usager(monde.navigateurs[profil], compte)
    session["espace_id"] = str(monde.espace.pk)
    session.save()
    monde.comptes[profil] = compte.pk


@pytest.fixture
def monde() -> Monde:
    """Inès is a minor: herself, her parent, an aidant, professionals of every kind, and the others."""
    readable = {("10", code): True for code in types_documents() if code != "83901-9"}
    s.poser_matrice(readable)
    espace = s.creer_espace("ines")
    titulaire = s.creer_compte("ines", espace)
    depose = s.deposer(s.acteur_ps("autre_medecin"), espace, type_code=VISIBLE, titre="Visible")
    monde = Monde(espace, depose.id, {profil: Client() for profil in PROFILS})
    connecter_usager(monde.navigateurs["titulaire"], titulaire)
    monde.comptes["titulaire"] = titulaire.pk
    _gestion(monde, "representant", "alex", Qualite.REPRESENTANT)
    _gestion(monde, "aidant", "camille", Qualite.AIDANT)
    autre = _autre_titulaire()
    connecter_usager(monde.navigateurs["autre_titulaire"], autre)
    monde.comptes["autre_titulaire"] = autre.pk
    for profil, qui, mode in (
        ("medecin", "medecin", Mode.NORMAL),
        ("urgence", "medecin_du_travail", Mode.BRIS_DE_GLACE),
        ("ps_bloque", "kine", Mode.NORMAL),
        ("ps_sans_acces", "pharmacien", None),
    ):
        session = connecter_professionnel(monde.navigateurs[profil], s.creer_exercice(qui))
        if mode is not None:
            s.autoriser(s.acteur_ps(qui), espace, base=Base.CONSENTEMENT, mode=mode)
        trouver(session, espace)
    Blocage.objects.create(espace=espace, professionnel_id=s.acteur_ps("kine").id)
    session = connecter_professionnel(monde.navigateurs["secretaire"], exercice_de_secretaire())
    trouver(session, espace)
    connecter_agent(monde.navigateurs["agent"], creer_agent())
    # The authors are in the directory before anybody looks.
    for cache in CACHES:
        _exercice(cache.rpps, cache.auteur)
    return monde


def _autre_titulaire() -> Any:
    from comptes.models import Compte, Population, index_identifiant

    compte = Compte(
        population=Population.USAGER,
        identifiant_index=index_identifiant(Population.USAGER, "autre.demo"),
    )
    compte.poser_fiche(
        {
            "identifiant": "autre.demo",
            "prenom": "Autre",
            "nom": "DEMO-AUTRE",
            "courriel": "autre@mes.test",
            "mobile": "",
        }
    )
    compte.set_password("Bonjour-1234!")
    compte.save()
    from journal.faits import SYSTEME
    from usagers.actions import activer_espace

    activer_espace(espace_id=s.creer_espace("camille").pk, compte_id=compte.pk, acteur=SYSTEME)
    return compte


def _deposer_les_caches(monde: Monde) -> Mapping[str, UUID]:
    """The hidden documents arrive, are analysed, announced, and one is read by its author."""
    from dossier.effets import annoncer_depot
    from habilitations.portes import acteur_de_l_exercice
    from mes.socle.models import Travail

    ids = {}
    for cache in CACHES:
        auteur = acteur_de_l_exercice(
            _exercice(cache.rpps, cache.auteur), compte_id=None, regulateur=False
        )
        depose = s.deposer(
            auteur,
            monde.espace,
            type_code=cache.type_code,
            titre=f"{cache.titre} {MOT_COMMUN}",
            masques=cache.masques & documents.MASQUES_AU_DEPOT
            | (cache.masques & {Masque.R, Masque.V}),
            date_document=cache.jour,
        )
        annoncer_depot(
            Travail(nature="dossier.annoncer_depot", cible_id=depose.id, espace_id=monde.espace.pk)
        )
        with s.espace_ouvert(auteur, monde.espace.pk, Action.LIRE, objet_id=depose.id) as acces:
            from dossier.selection import document_pour
            from journal.faits import Fait

            document = document_pour(acces, depose.id)
            documents.noter_lecture(acces=acces, documents=[document], fait=Fait.DOCUMENT_CONSULTE)
        ids[cache.nom] = depose.id
    return ids


SANS_VISITE = frozenset(
    {
        # They end a session or a record: nothing could be read afterwards.
        *("accueil:galerie", "webps:psc", "webps:retour", "accueil:reprise", "webps:reprise"),
    }
)


def _adresse(nom: str, *cible: UUID) -> str | None:
    """The address of a route with this argument, or None when it takes another."""
    try:
        return reverse(nom, args=cible)
    except NoReverseMatch:
        return None


def _adresses(monde: Monde) -> Iterator[str]:
    """Every GET address, with the visible document where a document is named; then the lists'
    sorts, searches, filters and pages."""
    for nom in ROUTES:
        if nom in SANS_VISITE:
            continue
        adresse = _adresse(nom) or _adresse(nom, monde.visible)
        if adresse is not None:
            yield adresse
    yield from _fiches_des_auteurs()
    for porte in ("accueil", "webps"):
        liste = reverse(f"{porte}:documents")
        for suite in (
            *("tri=titre", "tri=auteur", "tri=titre_inverse", "tri=ancien", "page=2"),
            *("periode=tout", "periode=tout&tri=titre", "epingles=oui", "deposant=ps"),
        ):
            yield f"{liste}?{suite}"
        # Words that every hidden document shares, so that the page repeating them gives none away.
        for mot in (MOT_COMMUN, PRENOM_COMMUN):
            yield f"{liste}?periode=tout&q={mot}"
        for cache in CACHES:
            yield f"{liste}?periode=tout&type={cache.type_code}"
    yield reverse("accueil:historique") + "?groupe=professionnels"


def _fiches_des_auteurs() -> Iterator[str]:
    """The page of each hidden author, wherever one of a professional exists: it says who he is,
    and nothing of what he did."""
    for nom in ROUTES:
        if nom.partition(":")[2].startswith("document"):
            continue
        for cache in CACHES:
            auteur = Professionnel.objects.get(rpps=cache.rpps)
            adresse = _adresse(nom, auteur.pk)
            if adresse is not None:
                yield adresse


_MOUVANT = re.compile(
    r'(name="csrfmiddlewaretoken" value="[^"]+")|(nonce="[^"]+")|("reste": \d+)|(data-reste="[^"]*")'
)


def _lire(monde: Monde, profil: str) -> dict[str, str]:
    client = monde.navigateurs[profil]
    pages = {}
    for adresse in dict.fromkeys(_adresses(monde)):
        # What looking writes is undone: the next reading starts from the same state.
        point = transaction.savepoint()
        reponse = client.get(adresse)
        contenu = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
        transaction.savepoint_rollback(point)
        pages[adresse] = f"{reponse.status_code}\n" + _MOUVANT.sub(
            "", contenu.decode("utf-8", "replace")
        )
    return pages


_LISTES_DE_TYPES = re.compile(r"<select.*?</select>|<datalist.*?</datalist>", re.DOTALL)


def _marques(cache: Cache, identifiant: UUID) -> Sequence[str]:
    mois = ("", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
            "septembre", "octobre", "novembre", "décembre")  # fmt: skip
    return (
        cache.titre,
        cache.auteur,
        cache.auteur.title(),
        cache.rpps,
        str(identifiant),
        identifiant.hex,
        cache.jour.isoformat(),
        cache.jour.strftime("%d/%m/%Y"),
        f"{cache.jour.day} {mois[cache.jour.month]} {cache.jour.year}",
    )


def _messages(monde: Monde, profil: str) -> Iterator[str]:
    compte = monde.comptes.get(profil)
    if compte is None:
        return
    for notification in Notification.objects.filter(compte_id=compte):
        yield f"{notification.objet_id} {notification.evenement_id}"
    from comptes.models import Compte

    adresse = Compte.objects.get(pk=compte).fiche()["courriel"]
    for envoi in Envoi.objects.exclude(scelle=None):
        message = trousseau().desceller_json(bytes(envoi.scelle), lieu=Envoi.lieu(envoi.pk))
        if message["adresse"] == adresse:
            yield str(message)


@pytest.mark.parametrize("profil", CHASSEURS)
def test_rien_de_ce_qui_est_cache_a_quelqu_un_ne_lui_parvient(monde, profil):
    caches = [cache for cache in CACHES if profil in cache.caches_a]
    visibles_en_plus = [cache for cache in CACHES if profil not in cache.caches_a]
    mur.exiger_ferme()
    avant = _lire(monde, profil)
    stables = {a for a, page in _lire(monde, profil).items() if page == avant[a]}
    ids = _deposer_les_caches(monde)
    apres = _lire(monde, profil)
    fiches = set(_fiches_des_auteurs())
    for cache in caches:
        for marque in _marques(cache, ids[cache.nom]):
            trouvees = [
                a
                for a, page in apres.items()
                if marque in page and not (a in fiches and marque in avant[a])
            ]
            assert trouvees == [], f"{cache.nom} : {marque}"
            dits = [m for m in _messages(monde, profil) if marque in m]
            assert dits == [], f"{cache.nom} : {marque}"
        libelle = types_documents()[cache.type_code].libelle
        trouvees = [
            a
            for a, page in apres.items()
            if libelle in _LISTES_DE_TYPES.sub("", page) and libelle not in _sans_select(avant[a])
        ]
        assert trouvees == [], f"{cache.nom} : {libelle}"
    if not visibles_en_plus:
        changees = [a for a in stables if avant[a] != apres[a]]
        assert changees == []
    assert len(stables) > len(avant) // 2, "trop de pages bougent d'elles-mêmes"


def _sans_select(page: str) -> str:
    return _LISTES_DE_TYPES.sub("", page)


@pytest.mark.parametrize("profil", CHASSEURS)
def test_l_adresse_d_un_document_cache_repond_comme_celle_d_un_absent(monde, profil):
    ids = _deposer_les_caches(monde)
    client = monde.navigateurs[profil]
    for cache in CACHES:
        if profil not in cache.caches_a:
            continue
        for nom in ROUTES:
            if not nom.partition(":")[2].startswith("document_") and not nom.endswith(":document"):
                continue
            for methode in ("get", "post"):
                reponses = []
                for cible in (ids[cache.nom], uuid4()):
                    adresse = _adresse(nom, cible)
                    if adresse is None:
                        break
                    point = transaction.savepoint()
                    reponse = getattr(client, methode)(adresse)
                    transaction.savepoint_rollback(point)
                    corps = _MOUVANT.sub("", reponse.content.decode("utf-8", "replace"))
                    reponses.append((reponse.status_code, corps.replace(str(cible), ""), cible))
                if len(reponses) == 2:
                    cachee, absente = reponses
                    lieu = f"{methode} {nom} : {cache.nom}"
                    assert cachee[:2] == absente[:2], lieu


@pytest.mark.parametrize("profil", ["medecin", "titulaire"])
def test_la_chasse_trouverait_ce_qui_se_montre(monde, profil):
    """The hunt itself: a document that nobody hides from this person is found, with its id."""
    ids = _deposer_les_caches(monde)
    pages = _lire(monde, profil)
    visibles = [cache for cache in CACHES if profil not in cache.caches_a]
    assert visibles
    for cache in visibles:
        assert any(cache.titre in page for page in pages.values()), cache.nom
        assert any(str(ids[cache.nom]) in page for page in pages.values()), cache.nom
