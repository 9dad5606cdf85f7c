"""Who runs the coaches, and what things are called in Chinese and in English."""

from __future__ import annotations

from typing import Final

from sync.server.gtfs.fields import Reader
from sync.server.gtfs.files import Feed
from sync.server.gtfs.parts import Content
from sync.server.gtfs.problems import Problems

_TABLES: Final = {"agency": "agency_name", "stops": "stop_name"}


def read_agencies(feed: Feed, content: Content, problems: Problems) -> None:
    """The agencies' names, the feed's time zone and language."""
    for row in feed.rows("agency.txt", frozenset({"agency_name", "agency_timezone"}), problems):
        reader = Reader(row, problems)
        name, zone = reader.text("agency_name"), reader.zone("agency_timezone")
        if row["agency_id"] in content.agencies:
            reader.wrong("agency_id", "this id is there twice", "give every agency an id of its own")
        if zone is not None and content.timezone and zone != content.timezone:
            reader.wrong("agency_timezone", "the agencies differ in their time zone", "all of a feed have the same")
        content.timezone = content.timezone or zone or ""
        content.language = content.language or row["agency_lang"]
        content.agencies[row["agency_id"]] = name or ""
    for row in feed.rows("feed_info.txt", frozenset({"feed_lang"}), problems):
        content.language = row["feed_lang"] if row["feed_lang"] != "mul" else content.language


def read_translations(feed: Feed, content: Content, problems: Problems) -> None:
    """The names of agencies and stops in other languages: by record, or by what they are called."""
    found: dict[tuple[str, str, str, str], str] = {}
    needed = frozenset({"table_name", "field_name", "language", "translation"})
    for row in feed.rows("translations.txt", needed, problems):
        table, field = row["table_name"], row["field_name"]
        if _TABLES.get(table) != field:
            continue
        subject = row["record_id"] or row["field_value"]
        if not subject and table == "agency":
            subject = next(iter(content.agencies), "")
        elif not subject:
            said = "the translation does not say of what"
            problems.warning(row.file, row.line, "record_id", said, "give record_id or field_value")
            continue
        found[table, field, row["language"].lower(), subject] = row["translation"]
    content.translations = found
