"""One look, one line: the content that a document's page shows is not a second consultation.

The page signs a pass for its own frame; a fetch without it, or too late, is journalled as a
consultation of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

DUREE = timedelta(minutes=2)
"""How long the frame of a page may take to load."""
_SEL = "dossier.regard"


def laissez_passer(document_id: UUID, compte_id: UUID | None, maintenant: datetime) -> str:
    """What a page that has just been journalled gives its frame: this document, this account."""
    return signing.dumps([str(document_id), str(compte_id), maintenant.timestamp()], salt=_SEL)


def est_le_meme_regard(
    jeton: str, document_id: UUID, compte_id: UUID | None, maintenant: datetime
) -> bool:
    """Whether a page of this document, just journalled for this account, asks for its content."""
    try:
        document, compte, pose = signing.loads(jeton, salt=_SEL)
    except signing.BadSignature:
        return False
    age = maintenant.timestamp() - float(pose)
    est_le_sien = (document, compte) == (str(document_id), str(compte_id))
    return est_le_sien and 0 <= age <= DUREE.total_seconds()
