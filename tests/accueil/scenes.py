"""A full record for the pages to show: every format, state and reader, through the real doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from comptes.models import Compte
from demo.documents import cda_biologie
from dossier.models import Document, EtatAnalyse
from dossier.tasks import PREVENIR if False else None
