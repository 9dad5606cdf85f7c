"""Fares of the first version: `fare_attributes.txt` and `fare_rules.txt`, in yuan."""

from __future__ import annotations

from dataclasses import replace

from sync.server.gtfs.fields import Reader
from sync.server.gtfs.files import Feed
from sync.server.gtfs.parts import Content, Fare, FareRule
from sync.server.gtfs.problems import Problems


def read_fares(feed: Feed, content: Content, problems: Problems) -> list[Fare]:
    """Every fare with its rules. Nothing where the feed has no fares; zones and routes in rules must exist."""
    fares: dict[str, Fare] = {}
    spoilt: set[str] = set()
    for row in feed.rows("fare_attributes.txt", frozenset({"fare_id", "price", "currency_type"}), problems):
        reader, fare = Reader(row, problems), row["fare_id"]
        before = problems.errors
        fen = reader.price_fen("price")
        if row["currency_type"] != "CNY":
            reader.wrong("currency_type", "fares are sold in yuan only", "give the price in CNY")
        if not fare or fare in fares:
            reader.wrong("fare_id", "this id is missing or there twice", "give every fare an id of its own")
        if problems.errors > before or fen is None:
            spoilt.add(fare)
            continue
        fares[fare] = Fare(fare=fare, fen=fen, agency=row["agency_id"])
    zones = {stop.zone for stop in content.stops.values()}
    rules: dict[str, list[FareRule]] = {}
    for row in feed.rows("fare_rules.txt", frozenset({"fare_id"}), problems):
        reader, before = Reader(row, problems), problems.errors
        if row["fare_id"] not in fares and row["fare_id"] not in spoilt:
            reader.wrong("fare_id", "there is no such fare", "name one of fare_attributes.txt")
        if (
            row["route_id"]
            and row["route_id"] not in content.routes
            and ("route_id", row["route_id"]) not in content.spoilt
        ):
            reader.wrong("route_id", "there is no such route", "name one of routes.txt")
        for column in ("origin_id", "destination_id", "contains_id"):
            if row[column] and row[column] not in zones:
                reader.wrong(column, "no stop is in this zone", "give a zone_id of stops.txt")
        if problems.errors > before:
            spoilt.add(row["fare_id"])
            continue
        rule = FareRule(
            route=row["route_id"],
            origin=row["origin_id"],
            destination=row["destination_id"],
            contains=row["contains_id"],
        )
        rules.setdefault(row["fare_id"], []).append(rule)
    return [replace(fare, rules=tuple(rules.get(name, ()))) for name, fare in fares.items() if name not in spoilt]
