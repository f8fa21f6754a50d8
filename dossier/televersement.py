"""Received files stay in memory, in clear nowhere on disk; what is too large is not kept whole."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from dossier.controle import TAILLE_MAX_IMAGE


class EnMemoire(FileUploadHandler):
    """Keeps, of all the files of a request, one byte more than a file may weigh (R-DOC-03).

    Django's own handler drops a large file whole: the person would read that none was chosen. Here
    the deposit sees that it is too large, and says so; what comes beyond goes by.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._reste = TAILLE_MAX_IMAGE + 1

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._gardes = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._reste -= self._gardes.write(raw_data[: self._reste])

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        taille = self._gardes.tell()
        self._gardes.seek(0)
        return InMemoryUploadedFile(
            self._gardes,
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            taille,
            self.charset,
            self.content_type_extra,
        )
