from __future__ import annotations

import pytest

from interop.xml import Limites, XMLRefuse, analyser

BOMBE = b"""<?xml version="1.0"?><!DOCTYPE a [
<!ENTITY b0 "boum"><!ENTITY b1 "&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;">
<!ENTITY b2 "&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;">]><a>&b2;</a>"""


@pytest.mark.parametrize(
    ("octets", "texte"),
    [
        ("<a>é</a>".encode(), "é"),
        (b"\xef\xbb\xbf" + '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode(), "é"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', "é"),
        (b"<?xml version='1.0' encoding='iso-8859-15'?><a>\xa4</a>", "€"),
        (b'<?xml version="1.0" encoding="windows-1252"?><a>\x9cuf</a>', "œuf"),
        ('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"), "é"),
        ('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16-be"), "é"),
        ('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode(), "é"),
        (b'\n  <?xml version="1.0"?><a>x<!-- y -->z<![CDATA[<]]></a>', "xz<"),
    ],
)
def test_les_encodages_publies_sont_lus(octets, texte):
    assert analyser(octets).text == texte


@pytest.mark.parametrize(
    ("octets", "motif"),
    [
        (b"", "vide"),
        (b" \n ", "vide"),
        (b'<?xml version="1.0" encoding="UTF-8"?><a>\xe9</a>', "encodage"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "« UTF-7 »"),
        (b"\x00\x01\x02\xff", "encodage"),
        (b"%PDF-1.4 ceci n'est pas du XML", "mal formé"),
        (b"<a><b></a>", "mal formé"),
        (b"<a><b>tronqu", "mal formé"),
        (b"<a/><b/>", "mal formé"),
        (b"<a>&inconnue;</a>", "mal formé"),
        (b"<x:a/>", "mal formé"),
        (b'<a b="1" b="2"/>', "mal formé"),
        (b"<!DOCTYPE html><html/>", "DOCTYPE"),
        (BOMBE, "DOCTYPE"),
        (BOMBE.decode().encode("utf-16"), "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "http://serveur.invalid/a.dtd"><a/>', "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://serveur.invalid/p"> %p;]><a/>', "DOCTYPE"),
    ],
)
def test_un_fichier_qui_n_est_pas_du_xml_sain_est_refuse_avec_son_motif(octets, motif):
    with pytest.raises(XMLRefuse, match=motif):
        analyser(octets)


LIMITES = Limites(
    octets=2000, profondeur=10, elements=50, attribut=100, attributs=5, espaces_de_noms=8
)


def _profond(niveaux: int) -> str:
    return "<a>" * niveaux + "</a>" * niveaux


def _attributs(nombre: int) -> str:
    return "<a " + " ".join(f"b{rang}='1'" for rang in range(nombre)) + "/>"


def _espaces(nombre: int) -> str:
    # Two by two down the tree: what counts is what is open at one point.
    debut = "".join(f'<a xmlns:p{n}="u{n}" xmlns:q{n}="v{n}">' for n in range(nombre // 2))
    return debut + "</a>" * (nombre // 2)


@pytest.mark.parametrize(
    ("permis", "refuse", "motif"),
    [
        (f"<a>{' ' * 1993}</a>", f"<a>{' ' * 1994}</a>", "trop volumineux"),
        (_profond(10), _profond(11), "imbrique plus de 10"),
        (f"<a>{'<b/>' * 49}</a>", f"<a>{'<b/>' * 50}</a>", "plus de 50 éléments"),
        (f'<a b="{"x" * 100}"/>', f'<a b="{"x" * 101}"/>', "dépasse 100 caractères"),
        (_attributs(5), _attributs(6), "plus de 5 attributs"),
        (_espaces(8), _espaces(10), "espaces de noms"),
    ],
)
def test_chaque_borne_est_tenue(permis, refuse, motif):
    analyser(permis.encode(), limites=LIMITES)
    with pytest.raises(XMLRefuse, match=motif):
        analyser(refuse.encode(), limites=LIMITES)


def test_les_espaces_de_noms_refermes_ne_comptent_plus():
    frere = '<b xmlns:p="u" xmlns:q="v"/>'
    analyser(f"<a>{frere * 20}</a>".encode(), limites=LIMITES)


def test_un_texte_de_plus_de_dix_millions_de_caracteres_est_lu():
    assert len(analyser(b"<a>" + b"A" * 10_500_000 + b"</a>").text or "") == 10_500_000


def test_un_million_d_elements_ouverts_est_refuse():
    with pytest.raises(XMLRefuse, match="imbrique"):
        analyser(b"<a>" * 1_000_000)
