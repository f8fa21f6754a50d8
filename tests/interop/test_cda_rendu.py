from __future__ import annotations

import pytest

from interop.cda import ancre, lire, rendre_html
from interop.cda.corps import RENVOIS_MAX
from interop.cda.html import IMAGE_MAX, LEGENDE_MAX
from interop.cda.rendu import IMAGES_TOTAL_MAX
from tests.interop import exemples
from tests.interop.exemples import GIF, JPEG, PDF, media, narratif, png, section
from tests.interop.fragment import Element, lire_fragment


def _fragment(contenu: str, *, entrees: str = "") -> Element:
    """The narrative's own part, without the heading of its section."""
    return lire_fragment(rendre_html(lire(narratif(contenu, entrees=entrees))))


def _html(contenu: str, *, entrees: str = "") -> str:
    html = rendre_html(lire(narratif(contenu, entrees=entrees)))
    lire_fragment(html)
    debut, fin = (
        '<div class="cda-document"><section class="cda-section"><h3>Résultats</h3>',
        "</section></div>",
    )
    assert html.startswith(debut)
    assert html.endswith(fin)
    return html[len(debut) : -len(fin)]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a &lt;b&gt; &amp; \"c\" 'd'", "a &lt;b&gt; &amp; &quot;c&quot; &#x27;d&#x27;"),
        ("un\n\t  deux", "un deux"),
        ("<paragraph>un</paragraph>", "<p>un</p>"),
        ("un<br/>deux", "un<br>deux"),
        ("H<sub>2</sub>O 10<sup>9</sup>", "H<sub>2</sub>O 10<sup>9</sup>"),
        ('<content styleCode="Bold">x</content>', "<strong>x</strong>"),
        ('<content styleCode="Italics">x</content>', "<em>x</em>"),
        ('<content styleCode="Emphasis">x</content>', "<em>x</em>"),
        ('<content styleCode="BoldItalics">x</content>', "<strong><em>x</em></strong>"),
        (
            '<content styleCode="bold xPerso Underline">x</content>',
            '<strong><span class="cda-souligne">x</span></strong>',
        ),
        ('<content styleCode="xPerso">x</content>', "x"),
        ('<content ID="a1">x</content>', '<span id="cda-a1">x</span>'),
        ('<content ID="a1" styleCode="Bold">x</content>', '<strong id="cda-a1">x</strong>'),
        ('<content revised="delete">x</content>', "<del>x</del>"),
        ('<content revised="insert" ID="r">x</content>', '<ins id="cda-r">x</ins>'),
        (
            '<paragraph styleCode="Bold" align="center">x</paragraph>',
            '<p class="cda-gras cda-centre">x</p>',
        ),
        (
            "<paragraph><caption>Dose</caption>2 g</paragraph>",
            '<p><span class="cda-legende">Dose</span> 2 g</p>',
        ),
        ("<list><item>a</item><item>b</item></list>", "<ul><li>a</li><li>b</li></ul>"),
        (
            '<list listType="ordered" styleCode="BigRoman"><item>a</item></list>',
            '<ol type="I"><li>a</li></ol>',
        ),
        (
            "<list><caption>Soins</caption><item><caption>1er</caption>a</item></list>",
            '<p class="cda-legende">Soins</p>'
            '<ul><li><span class="cda-legende">1er</span> a</li></ul>',
        ),
        ("a<list> </list>b", "a b"),
        ("<content>a<paragraph>b</paragraph></content>", "a<p>b</p>"),
        (
            "<paragraph>a<list><item>b</item></list></paragraph>",
            '<div class="cda-bloc">a<ul><li>b</li></ul></div>',
        ),
        ("<list>égaré<item>a</item></list>", "<ul><li>égaré</li><li>a</li></ul>"),
        ("<td>a</td>", '<div class="cda-bloc">a</div>'),
        ("<sup>a<paragraph>b</paragraph></sup>", '<sup>a<br><span class="cda-bloc">b</span></sup>'),
        ("<inconnu>a<autre>b</autre></inconnu>c", "abc"),
        ('<x:b xmlns:x="http://www.w3.org/1999/xhtml">a</x:b>', "a"),
        ('<inconnu ID="i">a</inconnu>', '<span id="cda-i">a</span>'),
    ],
)
def test_chaque_element_du_narratif_a_son_html(source, html):
    assert _html(source) == html


def _tableau(source: str) -> str:
    debut = '<div class="cda-tableau" role="group" aria-label="Tableau 1" tabindex="0"><table>'
    html = _html(f"<table>{source}</table>")
    assert html.startswith(debut)
    assert html.endswith("</table></div>")
    return html[len(debut) : -len("</table></div>")]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "<caption>L</caption><col/><thead><tr><th>A</th></tr></thead>"
            "<tfoot><tr><td>F</td></tr></tfoot><tbody><tr><th>B</th><td>C</td></tr></tbody>",
            '<caption>L</caption><thead><tr><th scope="col">A</th></tr></thead>'
            '<tbody><tr><th scope="row">B</th><td>C</td></tr></tbody>'
            "<tfoot><tr><td>F</td></tr></tfoot>",
        ),
        (
            "<tr><td>a</td></tr><tr><td>b</td></tr>",
            "<tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody>",
        ),
        (
            '<tr><th scope="rowgroup" colspan="2" rowspan="3">a</th></tr>',
            '<tbody><tr><th colspan="2" rowspan="3" scope="rowgroup">a</th></tr></tbody>',
        ),
        (
            '<tr><th scope="x()">a</th><th> </th></tr>',
            '<tbody><tr><th scope="row">a</th><td> </td></tr></tbody>',
        ),
        (
            '<tr><td align="right" styleCode="Bold" ID="v">1</td></tr>',
            '<tbody><tr><td id="cda-v" class="cda-gras cda-a-droite">1</td></tr></tbody>',
        ),
        (
            "égaré<tbody>perdu<tr>seul<td>a</td></tr></tbody><caption>tard</caption>",
            "<tbody><tr><td>égaré</td></tr></tbody>"
            "<tbody><tr><td>perdu</td></tr><tr><td>seul</td><td>a</td></tr></tbody>"
            '<tbody><tr><td><span class="cda-legende">tard</span> </td></tr></tbody>',
        ),
        (
            "<tbody><tr><td>a</td></tr></tbody><thead><tr><th>b</th></tr></thead>"
            "<tfoot><tr><td>c</td></tr></tfoot><tfoot><tr><td>d</td></tr></tfoot>",
            '<tbody><tr><td>a</td></tr></tbody><tbody><tr><th scope="col">b</th></tr></tbody>'
            "<tbody><tr><td>c</td></tr></tbody><tbody><tr><td>d</td></tr></tbody>",
        ),
        (
            "<tr><td><table><tr><td>a</td></tr></table></td></tr>",
            "<tbody><tr><td><table><tbody><tr><td>a</td></tr></tbody></table></td></tr></tbody>",
        ),
        ("<col>x</col>", '<tbody><tr><td><div class="cda-bloc">x</div></td></tr></tbody>'),
    ],
)
def test_un_tableau_est_remis_dans_l_ordre_du_html(source, html):
    assert _tableau(source) == html


@pytest.mark.parametrize(
    "valeur", ["0", "1", "-2", "1001", "99999999999", "2.5", "²", "2 onclick=x", ""]
)
def test_une_etendue_qui_n_est_pas_un_petit_entier_est_ignoree(valeur):
    cellule = f'<tr><td colspan="{valeur}" rowspan="{valeur}">a</td></tr>'
    assert _tableau(cellule) == "<tbody><tr><td>a</td></tr></tbody>"


def test_chaque_tableau_a_son_numero():
    fragment = _fragment("<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>")
    cadres = [e.attributs["aria-label"] for e in fragment.trouver("div") if "role" in e.attributs]
    assert cadres == ["Tableau 1", "Tableau 2"]


# Sections


def test_les_titres_descendent_du_niveau_3_au_niveau_6():
    imbriquees = ""
    for titre in ("six", "cinq", "quatre", "trois", "deux", "un"):
        imbriquees = section("", titre=titre, dessous=imbriquees)
    fragment = lire_fragment(rendre_html(lire(exemples.niveau_3(imbriquees))))
    titres = [(e.nom, e.texte()) for e in fragment.trouver("h3", "h4", "h5", "h6")]
    assert titres == list(
        zip(
            ("h3", "h4", "h5", "h6", "h6", "h6"),
            ("un", "deux", "trois", "quatre", "cinq", "six"),
            strict=True,
        )
    )


def test_une_section_sans_titre_n_ouvre_pas_de_niveau():
    document = exemples.niveau_3(section("", titre="", dessous=section("", titre="dedans")))
    assert "<h3>dedans</h3>" in rendre_html(lire(document))
    assert "<h5>dedans</h5>" in rendre_html(lire(document), niveau_titre=5)


# Links, anchors, notes


@pytest.mark.parametrize(
    "adresse",
    ["https://sante.example/a?b=1&amp;c=2#d", "HTTP://sante.example:8080", "http://a.example?b"],
)
def test_une_adresse_du_web_devient_un_lien_protege(adresse):
    html = _html(f'<linkHtml href="{adresse}">guide</linkHtml>')
    assert html == f'<a href="{adresse}" rel="noopener noreferrer">guide</a>'


@pytest.mark.parametrize(
    "adresse",
    [
        *("javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "vbscript:x"),
        *("data:text/html,x", "//sante.example/", "annexes/guide.pdf", "mailto:a@sante.example"),
        *(
            "file:///etc/passwd",
            "https://sante.example@pirate.example/",
            "https:\\\\pirate.example",
        ),
        *("https://sante.example\\@pirate.example/", "http:///x", "https://", "https://[::1"),
        *(
            "java\tscript:alert(1)",
            "https://santé.example/",
            "https://a.example/b c",
            "ftp://sante.example/",
            "http:x",
        ),
        "https://sante.example/" + "a" * 2000,
    ],
)
def test_une_autre_adresse_est_montree_et_jamais_suivie(adresse):
    fragment = _fragment(f'<linkHtml href="{adresse}">guide</linkHtml>.')
    assert fragment.trouver("a") == []
    montree = " ".join(adresse.split())
    suite = montree if len(montree) <= 200 else montree[:200] + "…"
    assert fragment.tout_le_texte() == f"Résultats guide ({suite})."


def test_un_lien_sans_texte_montre_son_adresse():
    lien = '<a href="https://sante.example/" rel="noopener noreferrer"><span class="cda-adresse">https://sante.example/</span></a>'
    assert _html('<linkHtml href="https://sante.example/"/>') == lien
    assert _html('<linkHtml href="a.pdf"> </linkHtml>') == ' <span class="cda-adresse">a.pdf</span>'


def test_un_lien_dans_un_lien_n_en_fait_qu_un():
    interieur = '<linkHtml href="https://b.example/">b</linkHtml><footnoteRef IDREF="n"/>'
    source = (
        f'<linkHtml href="https://a.example/">a {interieur}</linkHtml><footnote ID="n">x</footnote>'
    )
    liens = _fragment(source).trouver("a")
    assert [lien.attributs["href"] for lien in liens] == ["https://a.example/"]


def test_les_ancres_sont_prefixees_et_les_renvois_y_menent():
    source = (
        '<linkHtml href="#v_1/é">voir</linkHtml><linkHtml href="#absent">rien</linkHtml>'
        '<table><tr><td ID="v_1/é">1</td></tr></table><content ID="v_1/é">bis</content>'
    )
    fragment = _fragment(source)
    (lien,) = fragment.trouver("a")
    assert lien.attributs["href"] == f"#{ancre('v_1/é')}" == "#cda-v_5f_1_2f__e9_"
    porteurs = [e.nom for e in fragment.parcourir() if e.attributs.get("id") == ancre("v_1/é")]
    assert porteurs == ["td"]
    assert "rien" in fragment.texte()


def test_deux_identifiants_differents_n_ont_jamais_la_meme_ancre():
    noms = ["a_b", "a/b", "a_5f_b", "a b", "a.b", "A_b", "a_2f_b"]
    assert len({ancre(nom) for nom in noms}) == len(noms)


def test_un_identifiant_demesure_ne_fait_pas_d_ancre():
    long = "a" * 201
    source = f'<content ID="{long}">x</content><linkHtml href="#{long}">y</linkHtml>'
    assert _html(source) == "xy"


def test_les_notes_restent_en_place_et_leurs_renvois_disent_leur_numero():
    source = (
        'a<footnoteRef IDREF="n2"/><footnote ID="n1">un</footnote>'
        '<footnote ID="n2"><paragraph>deux</paragraph></footnote><footnoteRef IDREF="rien"/>'
    )
    fragment = _fragment(source)
    attendu = "Résultats a[note 2] Note 1 : un Note 2 : deux [voir la note]"
    assert fragment.tout_le_texte() == attendu
    assert fragment.texte() == "Résultats a un deux"
    assert [lien.attributs["href"] for lien in fragment.trouver("a")] == ["#cda-n2"]


# Files


@pytest.mark.parametrize(
    ("octets", "mime", "attendu"),
    [
        (png(), "image/png", "png"),
        (JPEG, "image/jpeg", "jpeg"),
        (GIF, "image/gif", "gif"),
        (png(), "image/jpeg", "png"),
    ],
)
def test_une_image_est_montree_sous_son_type_reel(octets, mime, attendu):
    fragment = _fragment(
        '<renderMultiMedia referencedObject="m"/>', entrees=media("m", octets, mime)
    )
    (image,) = fragment.trouver("img")
    assert image.attributs == {
        "src": f"data:image/{attendu};base64,{exemples.b64(octets)}",
        "alt": "Image contenue dans le document",
    }


@pytest.mark.parametrize(
    ("octets", "mime", "avis"),
    [
        (PDF, "application/pdf", "Pièce jointe : fichier PDF."),
        (PDF, "image/png", "Pièce jointe : fichier PDF."),
        (b"<html>", "text/html", "Pièce jointe : fichier de type « text/html »."),
        (b"<svg onload='x'/>", "image/svg+xml", "fichier de type « image/svg+xml »"),
        (b"<script>", "image/png", "fichier de type « image/png »"),
        (png(), "text/html", "Pièce jointe : fichier image PNG."),
        (b"II*\x00", "image/tiff", "Pièce jointe : fichier image TIFF."),
    ],
)
def test_un_autre_fichier_est_annonce_et_pas_montre(octets, mime, avis):
    entrees = media("m", octets, mime)
    fragment = _fragment('<renderMultiMedia referencedObject="m"/>', entrees=entrees)
    assert fragment.trouver("img") == []
    assert avis in fragment.tout_le_texte()


def test_la_legende_nomme_l_image_et_reste_lisible():
    legende = '<caption>Fond d\'œil "droit"</caption>'
    source = f'<renderMultiMedia referencedObject="m" ID="r">{legende}</renderMultiMedia>'
    figure = _fragment(source, entrees=media("m", png(), "image/png")).trouver("figure")[0]
    assert figure.attributs["aria-label"] == 'Fond d\'œil "droit"'
    assert figure.attributs["id"] == "cda-r"
    assert figure.trouver("img")[0].attributs["alt"] == 'Image : Fond d\'œil "droit"'
    assert figure.trouver("figcaption")[0].texte() == 'Fond d\'œil "droit"'


def test_une_region_mene_a_son_image_et_un_renvoi_a_plusieurs():
    entrees = media("m", png(), "image/png", autour="zone") + media("n", GIF, "image/gif")
    fragment = _fragment('<renderMultiMedia referencedObject="zone n"/>', entrees=entrees)
    assert len(fragment.trouver("img")) == 2


def test_de_deux_fichiers_de_meme_identifiant_le_premier_est_montre():
    entrees = media("m", GIF, "image/gif") + media("m", png(), "image/png")
    (image,) = _fragment('<renderMultiMedia referencedObject="m"/>', entrees=entrees).trouver("img")
    assert image.attributs["src"].startswith("data:image/gif;")


@pytest.mark.parametrize("entrees", ["", media("m", "!!!", "image/png")])
def test_un_fichier_absent_ou_illisible_est_dit(entrees):
    fragment = _fragment('<renderMultiMedia referencedObject="m"/>', entrees=entrees)
    assert "Pièce jointe absente du document ou illisible." in fragment.tout_le_texte()


def test_une_image_trop_lourde_n_est_pas_montree():
    base = len(png())
    juste, trop = png(poids=IMAGE_MAX - base), png(poids=IMAGE_MAX - base + 1)
    assert len(juste) == IMAGE_MAX
    for octets, nombre in ((juste, 1), (trop, 0)):
        entrees = media("m", octets, "image/png")
        fragment = _fragment('<renderMultiMedia referencedObject="m"/>', entrees=entrees)
        assert len(fragment.trouver("img")) == nombre


def test_une_image_repetee_s_arrete_au_total_permis():
    octets = png(poids=IMAGE_MAX // 2)
    renvois = '<renderMultiMedia referencedObject="m"/>' * 50
    fragment = _fragment(renvois, entrees=media("m", octets, "image/png"))
    assert len(fragment.trouver("img")) == IMAGES_TOTAL_MAX // len(octets)
    assert "images de ce document sont trop volumineuses" in fragment.tout_le_texte()


def test_les_renvois_sont_comptes_et_les_legendes_bornees():
    legende = f"<caption>{'x' * 1000}</caption>"
    renvoi = f'<renderMultiMedia referencedObject="m m m">{legende}</renderMultiMedia>'
    document = lire(narratif(renvoi * (RENVOIS_MAX + 1), entrees=media("m", png(), "image/png")))
    images = lire_fragment(rendre_html(document)).trouver("img")
    assert len(images) == RENVOIS_MAX
    assert len(images[0].attributs["alt"]) == len("Image : ") + LEGENDE_MAX
    assert [avis.split(" : ")[0] for avis in document.avertissements] == [
        "Le document renvoie trop souvent à ses fichiers"
    ]


# Level 1


def test_un_texte_seul_garde_ses_lignes():
    texte = "\nHémoglobine   13,2 g/dL\n<b>Leucocytes</b>\t6,1 & plus"
    html = rendre_html(lire(exemples.niveau_1_texte(texte)))
    assert html == (
        '<div class="cda-document"><pre class="cda-texte">\n'
        "\nHémoglobine   13,2 g/dL\n&lt;b&gt;Leucocytes&lt;/b&gt;\t6,1 &amp; plus</pre></div>"
    )


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252"])
def test_un_texte_en_base64_est_decode(codec):
    html = rendre_html(lire(exemples.niveau_1("créatinine\r\n88\x01".encode(codec), "text/plain")))
    assert html.endswith('<pre class="cda-texte">\ncréatinine\n88\ufffd</pre></div>')


def test_le_jeu_de_caracteres_annonce_d_un_texte_est_suivi():
    source = exemples.niveau_1("12 €".encode("iso-8859-15"), "text/plain")
    source = source.replace(b"mediaType=", b'charset="ISO-8859-15" mediaType=')
    assert "12 €" in rendre_html(lire(source))


@pytest.mark.parametrize(
    ("contenu", "mime", "texte"),
    [
        (PDF, "application/pdf", "Ce document contient un fichier PDF."),
        (b"{\\rtf1 x}", "text/rtf", "Ce document contient un fichier de type « text/rtf »."),
        (b"<script>", "text/html", "Ce document contient un fichier de type « text/html »."),
        (b"", "application/pdf", "Le fichier contenu dans ce document est absent ou illisible."),
    ],
)
def test_un_fichier_seul_est_annonce(contenu, mime, texte):
    fragment = lire_fragment(rendre_html(lire(exemples.niveau_1(contenu, mime))))
    assert fragment.tout_le_texte() == texte
    assert [e.nom for e in fragment.parcourir()] == ["div", "p"]


def test_une_image_seule_est_montree():
    fragment = lire_fragment(rendre_html(lire(exemples.niveau_1(JPEG, "image/jpeg"))))
    assert len(fragment.trouver("img")) == 1


def test_un_document_sans_corps_le_dit():
    html = rendre_html(lire(exemples.octets(exemples.clinical_document(""))))
    assert lire_fragment(html).tout_le_texte() == "Ce document n'a pas de contenu."


def test_un_fichier_illisible_pose_dans_un_texte_de_section_n_est_pas_montre_en_base64():
    texte = '<section><text mediaType="image/png" representation="B64">AAAA!AAAA</text></section>'
    fragment = lire_fragment(rendre_html(lire(exemples.niveau_3(texte))))
    assert fragment.tout_le_texte() == "Pièce jointe absente du document ou illisible."
