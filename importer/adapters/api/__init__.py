"""Bindbee's ATS API over HTTP: `BindbeeApi`, one request a method, one `Attempt` an answer."""

from importer.adapters.api.client import BindbeeApi

__all__ = ["BindbeeApi"]
