"""CDA documents of our own, built as strings. Invented people and structures only."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path
from xml.sax.saxutils import escape

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "cda"

PDF = (
    b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\n"
    b"trailer <</Root 1 0 R>>\n%%EOF\n"
)
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"

NOM_ACCENTUE = "Numération réalisée à l'hôpital DÉMO"


def png(*, poids: int = 0) -> bytes:
    """A one-pixel PNG, followed by `poids` bytes of a chunk that readers ignore."""

    def bloc(sorte: bytes, donnees: bytes) -> bytes:
        somme = zlib.crc32(sorte + donnees)
        return struct.pack(">I", len(donnees)) + sorte + donnees + struct.pack(">I", somme)

    entete = bloc(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = bloc(b"IDAT", zlib.compress(b"\x00\xff"))
    return (
        b"\x89PNG\r\n\x1a\n" + entete + pixel + bloc(b"tEXt", b"\x00" * poids) + bloc(b"IEND", b"")
    )


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


EN_TETE = """
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <id root="1.2.250.1.999.1.1" extension="DOC-1"/>
  <code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d'examens biologiques"/>
  <title>Compte rendu /  biologie
    du 24 mars</title>
  <effectiveTime value="20210324103500+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="1.2.250.1.999.1.1" extension="SERIE-1"/>
  <versionNumber value="2"/>
  <recordTarget>
    <patientRole>
      <id root="1.2.250.1.999.2" extension="IPP-7"/>
      <id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>
      <patient>
        <name>
          <family qualifier="BR">PAT-TROIS</family>
          <family qualifier="SP">DEMO-EPOUX</family>
          <given>DOMINIQUE MARIE-LOU</given>
          <given qualifier="BR">DOMINIQUE</given>
          <given qualifier="CL">DOM</given>
        </name>
        <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
        <birthTime value="19790328"/>
        <birthplace><place><addr><county>99000</county></addr></place></birthplace>
      </patient>
    </patientRole>
  </recordTarget>
  <author>
    <time value="202103241030+0100"/>
    <assignedAuthor>
      <id root="1.2.250.1.999.3" extension="LOCAL-4"/>
      <id root="1.2.250.1.71.4.2.1" extension="899700900014"/>
      <code code="G15_10/SM26" displayName="Médecin - Médecine générale (SM)"/>
      <assignedPerson><name><given>ALEX</given><family>DEMO-MEDECIN</family></name></assignedPerson>
      <representedOrganization>
        <id root="1.2.250.1.71.4.2.2" extension="1990009011"/>
        <name>Cabinet de groupe DÉMO</name>
      </representedOrganization>
    </assignedAuthor>
  </author>
  <author>
    <time value="20210324"/>
    <assignedAuthor>
      <id nullFlavor="NASK"/>
      <assignedAuthoringDevice>
        <manufacturerModelName>Modèle DÉMO</manufacturerModelName>
        <softwareName>Logiciel DÉMO</softwareName>
      </assignedAuthoringDevice>
    </assignedAuthor>
  </author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.250.1.71.4.2.2" extension="1990009060"/>
    <name>Laboratoire DÉMO</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <legalAuthenticator>
    <time value="20210324104000+0100"/>
    <signatureCode code="S"/>
    <assignedEntity>
      <id root="1.2.250.1.71.4.2.1" extension="899700900022"/>
      <assignedPerson><name>Docteur DEMO-SIGNATAIRE</name></assignedPerson>
    </assignedEntity>
  </legalAuthenticator>
  <documentationOf>
    <serviceEvent>
      <code code="18723-7" codeSystem="2.16.840.1.113883.6.1" displayName="Hématologie"/>
      <effectiveTime><low value="202103240920+0100"/><high value="20210324"/></effectiveTime>
    </serviceEvent>
  </documentationOf>
  <documentationOf>
    <serviceEvent><effectiveTime value="202103"/></serviceEvent>
  </documentationOf>
  <relatedDocument typeCode="RPLC"><parentDocument>
    <id root="1.2.250.1.999.1.1" extension="DOC-0"/>
  </parentDocument></relatedDocument>
  <relatedDocument typeCode="APND"><parentDocument>
    <id root="1.2.250.1.999.1.1" extension="AUTRE"/>
  </parentDocument></relatedDocument>
"""


def clinical_document(corps: str, *, en_tete: str = EN_TETE) -> str:
    """A ClinicalDocument, without an XML declaration. `corps`: what goes in `component`."""
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{en_tete}<component>{corps}</component></ClinicalDocument>"
    )


def octets(document: str, encodage: str = "UTF-8") -> bytes:
    """The document in `encodage`, announced in its declaration."""
    return f'<?xml version="1.0" encoding="{encodage}"?>\n{document}'.encode(encodage)


def niveau_1(contenu: bytes, mime: str) -> bytes:
    """Level 1: one base64 file."""
    return niveau_1_brut(b64(contenu), mime)


def niveau_1_brut(contenu: str, mime: str) -> bytes:
    """Level 1: what is said to be base64, right or wrong."""
    fichier = f'<text mediaType="{mime}" representation="B64">{contenu}</text>'
    return octets(clinical_document(f"<nonXMLBody>{fichier}</nonXMLBody>"))


def niveau_1_texte(texte: str) -> bytes:
    """Level 1: plain text written straight in the document."""
    corps = f'<nonXMLBody><text mediaType="text/plain">{escape(texte)}</text></nonXMLBody>'
    return octets(clinical_document(corps))


def media(identifiant: str, contenu: bytes | str, mime: str, *, autour: str = "") -> str:
    """An entry that carries a file; `autour`: the ID of a region around it.

    `contenu` as a string goes as it is, said to be base64.
    """
    valeur = contenu if isinstance(contenu, str) else b64(contenu)
    objet = (
        f'<observationMedia classCode="OBS" moodCode="EVN" ID="{identifiant}">'
        f'<value mediaType="{mime}" representation="B64">\n  {valeur}\n</value></observationMedia>'
    )
    if autour:
        objet = (
            f'<regionOfInterest classCode="ROIOVL" moodCode="EVN" ID="{autour}">'
            f'<entryRelationship typeCode="SUBJ">{objet}</entryRelationship></regionOfInterest>'
        )
    return f"<entry>{objet}</entry>"


def section(
    narratif: str, *, titre: str = "Résultats", dessous: str = "", entrees: str = ""
) -> str:
    """A section with this narrative; `dessous`: sections already written, put below it."""
    entete = f"<title>{escape(titre)}</title>" if titre else ""
    plus_bas = f"<component>{dessous}</component>" if dessous else ""
    return f"<section>{entete}<text>{narratif}</text>{entrees}{plus_bas}</section>"


def niveau_3(*sections: str) -> bytes:
    """A structured document made of these sections."""
    composants = "".join(f"<component>{ecrite}</component>" for ecrite in sections)
    return octets(clinical_document(f"<structuredBody>{composants}</structuredBody>"))


def narratif(contenu: str, *, entrees: str = "") -> bytes:
    """A structured document of one section holding this narrative."""
    return niveau_3(section(contenu, entrees=entrees))


def document_complet() -> bytes:
    """Level 3: a table, lists, an image, references, notes, links, sections below sections."""
    examens = f"""
      <paragraph styleCode="Bold">{NOM_ACCENTUE}</paragraph>
      <table border="1" width="100%" onclick="x()">
        <caption>Hémogramme</caption>
        <colgroup><col width="20%"/><col/></colgroup>
        <thead><tr><th>Examen</th><th colspan="2">Valeur</th><th/></tr></thead>
        <tfoot><tr><td colspan="4">Méthode : cytométrie</td></tr></tfoot>
        <tbody>
          <tr><th>Hémoglobine</th><td ID="hb" align="right">13,2</td><td>g/dL</td>
              <td rowspan="2"/></tr>
          <tr><td>Leucocytes<footnote ID="n1">Contrôlé &lt; deux fois</footnote></td>
              <td>6,1</td><td>10<sup>9</sup>/L</td></tr>
        </tbody>
      </table>
      <list listType="ordered" styleCode="LittleAlpha"><caption>Conduite</caption>
        <item>Revoir dans <content styleCode="Bold Italics" ID="c1">3 mois</content></item>
        <item>Boire<br/>de l'H<sub>2</sub>O</item>
      </list>
      Voir <linkHtml href="#hb">l'hémoglobine</linkHtml><footnoteRef IDREF="n1"/>,
      <linkHtml href="https://sante.example/guide?a=1&amp;b=2">le guide</linkHtml>
      ou <linkHtml href="annexes/guide.pdf">l'annexe</linkHtml>."""
    image = (
        '<renderMultiMedia referencedObject="region"><caption>Frottis</caption></renderMultiMedia>'
    )
    return niveau_3(
        section(
            examens,
            titre="Hématologie & divers",
            dessous=section(
                image, titre="Image", entrees=media("img", png(), "image/png", autour="region")
            ),
        ),
        section("<list><item>Rien à signaler</item></list>", titre=""),
    )


def auto_presentable(document: str) -> bytes:
    """The CI-SIS form: a stylesheet that shows the document it contains."""
    style = (
        '<xsl:template match="/"><html><body><script>alert(1)</script></body></html></xsl:template>'
    )
    return octets(
        '<?xml-stylesheet type="text/xsl" href="#"?>'
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
        f'xmlns:data="urn:asip-sante:ci-sis"><data:Contenu>{document}</data:Contenu>{style}'
        "</xsl:stylesheet>"
    )
