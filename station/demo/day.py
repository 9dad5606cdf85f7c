"""The day at the station: sale, print, scan, passage, refused copy; the line is cut, all of it happens again, and what
only a station's own LAN can decide; when the line comes back both sides are equal. Every step is asserted by looking at
the other side (witness.py).
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from station.demo.buying import Bought, Buyer
from station.demo.lane import grouped
from station.demo.other_money import OtherMoney
from station.demo.passenger import CHEN, LI, TANG, ZHANG, ZHAO, until
from station.demo.report import NotSeen, Report
from station.demo.scene import Scene, Sold
from station.demo.settled import apart
from station.demo.site import Site
from station.demo.staff import Staff
from station.demo.tickets_again import TicketsAgain
from station.demo.two_gates import TwoGates
from station.demo.witness import need, rows

BREAKS = ("printer", "coil", "push", "cache", "arbiter")
MOST_TOUCHES = 7


class Day:
    """Plays the day on a site and reports it."""

    def __init__(self, site: Site, report: Report, sabotage: str | None) -> None:
        self._site = site
        self._report = report
        self._break = sabotage
        self._scene = Scene(site, report)
        self._passenger = self._scene.passenger
        self._gates = TwoGates(self._scene, sabotage)
        self._staff = Staff(self._scene)
        self._buyer = Buyer(self._scene)
        self._again = TicketsAgain(self._scene)
        self._money = OtherMoney(self._scene, self._buyer)
        self._at_the_gate = ""
        self._first = Bought()
        self._offline = Bought()
        self._web = self._by_card = Sold("", "")
        self._openings = self._to_pay = 0

    def play(self) -> bool:
        """Play all steps, stopping at the first that is not seen."""
        for name, act in self._steps():
            if not self._report.play(name, act):
                self._passenger.photographs_if_it_can("not-seen")
                break
        else:
            self._report.finished = True
        self._report.touches_in_all = self._passenger.touches
        self._report.write()
        return self._report.ok

    def _steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("station: centre, line, devices and four enrolled terminals are up", self._set_up),
            ("cache: all terminals hold the centre's timetable", self._cache),
            ("kiosk and gates are ready", self._open),
            ("relay: both gates are in step with it, and it arbitrates", self._gates.arbitrates),
            ("sale: a passenger buys a ticket with seven touches at most", self._sale),
            ("printer: the ticket comes out, and a reader that is not ours reads it", self._printer),
            ("push: the sale stands at the centre, once", self._push),
            ("camera: the gate reads the printed ticket and records its decision", self._camera),
            ("coil: the barrier is opened, on the wire and in the device", self._coil),
            ("passage: the passenger walks through, and the centre knows it", self._passage),
            ("copy: the same ticket again is refused, the coil stays untouched", self._copy),
            ("check: the kiosk says of that ticket what the gate has said", self._check),
            ("collect: a ticket of the web is printed for the ID card that bought it", self._collect),
            ("web: the same ticket, that the centre sold, is admitted from a phone", self._web_ticket),
            ("phone: a code on a phone pays, once it is confirmed there", self._money.phone),
            ("change: a note that is too large goes in, coins come out", self._money.change),
            ("refund: that ticket is taken back for coins, and no gate lets it in", self._refund),
            ("pull: more web tickets reach both gates' caches, for later", self._for_later),
            ("badge: an attendant gets a badge, and every terminal hears of it", self._staff.gets_a_badge),
            ("cut: the line is cut", self._cut),
            ("offline phone: what cannot be honoured is taken back, and offered no more", self._offline_phone),
            ("offline sale: two travellers buy in English, for cash", self._offline_sale),
            ("offline print: both tickets come out", self._offline_print),
            ("offline admission: the first walks through on the printed ticket", self._offline_admission),
            ("offline ID card: the web's passenger walks through on the ID card alone", self._offline_card),
            ("offline copy: refused, and the coil stays untouched", self._offline_copy),
            ("arbiter: the same ticket at two gates in the same moment lets one in", self._same_moment),
            ("hesitation: who is let in and stays outside walks through the other gate", self._gates.hesitates),
            ("relay killed: both gates go on by the station's policy, and flag it", self._gates.relay_dies),
            ("relay back: it finds the ticket that was let in twice, and reports it", self._gates.relay_returns),
            ("gate change: a badge moves the coach, and both gates obey within a second", self._staff.moves_the_coach),
            ("closing: a late passenger is refused, and let in by a badge at the reader", self._staff.stops),
            ("late boarding: allowed by staff, the next late passenger is let in", self._staff.lets_late_ones_board),
            ("departure sheet: it counts what the beams counted", self._sheet),
            ("apart: the centre has heard nothing of it", self._apart),
            ("back: the line comes back, and both sides are equal", self._back),
            ("last sheet: of the other gate, with all that was sold", self._last_sheet),
            ("strangers: the tickets hold for whoever has the published keys", self._strangers),
        ]

    # --- the station opens

    def _set_up(self) -> str:
        self._site.start()
        self._keep_keys()
        return f"{len(self._site.children)} processes; the centre is reached through a line that can be cut"

    def _keep_keys(self) -> None:
        """Publish what a stranger needs to check a ticket: public keys and the trust list."""
        for name in ("ticket", "certificate", "root"):
            public = self._report.folder / f"{name}_key.pem"
            public.write_bytes(self._site.public_key(name))
            self._report.keep(f"{name}_key", public)
        trust = self._report.folder / "trust-list.cbor"
        shutil.copy(self._site.gate_store / "trust.cbor", trust)
        self._report.keep("trust_list", trust)

    def _cache(self) -> str:
        if self._break == "cache":
            self._site.line.do("refuse", texts=["GET /v1/sync/pull"])
        for store in self._scene.stores:
            self._site.start_sync(store)
        wanted = self._departures(self._site.centre_db, "centre")
        need(wanted, "the centre has no departures")
        for store in self._scene.stores:
            self._has_departures(store, wanted)
        return f"{len(wanted)} departures, read from {len(self._scene.stores)} files"

    def _has_departures(self, store: Path, wanted: set[str]) -> None:
        until(lambda: self._departures(store / "cache.db", "cache") >= wanted, f"the timetable in {store.name}")

    def _departures(self, database: Path, kind: str) -> set[str]:
        alive = " AND body IS NOT NULL" if kind == "centre" else ""
        return {key for (key,) in rows(database, f"SELECT key FROM records WHERE kind = 'departure'{alive}")}  # noqa: S608

    def _open(self) -> str:
        self._site.start_gate()
        self._site.start_second_gate()
        self._site.start_displays()
        self._site.start_kiosk()
        self._passenger.waits_for("attract.start")
        for lane in self._scene.lanes.values():
            lane.shows("idle")
        return "the kiosk invites, three lanes of two gates wait, and so say their displays"

    # --- a sale, online

    def _sale(self) -> str:
        if self._break == "printer":
            self._site.devices["printer"].control.do("die_in_print", rows=200)
        if self._break == "push":
            # one's own and what the relay passes on: a terminal whose own way is out of order takes the other
            self._site.line.do("refuse", texts=["POST /v1/sync/push", "POST /v1/sync/forward"])
        before = self._passenger.touches
        self._first = self._buyer.buys([ZHANG])
        touches = self._passenger.touches - before
        need(touches <= MOST_TOUCHES, f"{touches} touches for the next coach and one adult")
        ticket = grouped(self._first.numbers[0])
        return f"{touches} touches; ¥{self._first.fares / 100:.2f} in the stacker, ticket {ticket}"

    def _printer(self) -> str:
        seen = self._buyer.prints(self._first)
        self._report.touches = self._passenger.touches
        need(self._report.touches <= MOST_TOUCHES, f"{self._report.touches} touches for one ticket")
        return seen

    def _push(self) -> str:
        number = self._first.numbers[0]
        self._stands_at_centre(number)
        return f"ticket {grouped(number)} stands once in centre.db"

    def _stands_at_centre(self, number: str) -> None:
        seen = f"ticket {grouped(number)} once in the centre's database"
        until(lambda: self._scene.at_centre(number) == 1, seen, 15)

    # --- the gate

    def _camera(self) -> str:
        if self._break == "coil":
            self._site.devices["barrier"].control.do("coil_stuck", on=True)
        self._openings = self._scene.first.openings()
        self._passenger.shows_picture(self._first.pictures[0])
        self._scene.first.admits(self._first.numbers[0])
        return "use.claimed is durable in the gate's journal"

    def _coil(self) -> str:
        lane = self._scene.first
        until(lambda: lane.openings() == self._openings + 1, "one opening on the barrier's wire")
        until(lambda: lane.barrier.control.state()["arm"] == "open", "the arm open", 5)
        return "one write of the timed pulse in the simulator's byte log; the arm is up"

    def _passage(self) -> str:
        self._scene.first.walks_through(self._first.numbers[0])
        self._scene.knows_passage(self._first.numbers[0])
        return "beams counted by the barrier, use.passed at the gate, and the centre has it"

    def _copy(self) -> str:
        self._at_the_gate = self._scene.first.refuses(self._first.codes[0], self._first.numbers[0], "used")
        return self._at_the_gate

    # --- the kiosk again

    def _check(self) -> str:
        return self._again.checks(self._first.codes[0], self._at_the_gate)

    def _collect(self) -> str:
        self._web, seen = self._again.collects()
        self._report.kept["ticket"] = self._web.code
        return seen

    def _refund(self) -> str:
        return self._again.refunds(self._money.changed.numbers[0], self._money.changed.codes[0], TANG)

    def _web_ticket(self) -> str:
        self._scene.first.scans(self._web.code)
        self._scene.first.admits(self._web.number)
        self._scene.first.walks_through(self._web.number)
        self._scene.knows_passage(self._web.number)
        return f"ticket {grouped(self._web.number)}, signed by the centre, admitted and passed"

    def _for_later(self) -> str:
        self._by_card = self._scene.centre_sells(CHEN)
        tickets = [self._by_card, *self._gates.buy(), *self._staff.buy()]
        self._scene.reaches_gates(*tickets)
        return f"{len(tickets)} tickets are in the caches of both gates"

    # --- the line is cut

    def _cut(self) -> str:
        self._site.line.do("cut")
        address = self._site.children["line"].ready["address"]
        try:
            scheme = self._site.centre_url().partition("://")[0]
            tls = self._site.centre_tls()
            httpx.get(f"{scheme}://{address}/v1/health", timeout=2, trust_env=False, verify=tls)
        except httpx.HTTPError as error:
            return f"nothing answers any more ({type(error).__name__}); the centre itself goes on"
        raise NotSeen("the centre still answers through the line")

    def _offline_phone(self) -> str:
        self._passenger.touches_control("band.language")
        self._to_pay = self._buyer.chooses([LI, ZHAO])
        return self._money.no_phone()

    def _offline_sale(self) -> str:
        self._offline = self._buyer.pays(self._to_pay)
        return f"two tickets, ¥{self._offline.fares / 100:.2f} in the stacker"

    def _offline_print(self) -> str:
        return self._buyer.prints(self._offline)

    def _offline_admission(self) -> str:
        self._passenger.shows_picture(self._offline.pictures[0])
        self._scene.first.admits(self._offline.numbers[0])
        self._scene.first.walks_through(self._offline.numbers[0])
        return "by the till's certificate in the code alone: this gate has never heard of the sale"

    def _offline_card(self) -> str:
        self._passenger.lays_card_on("id-reader-gate", CHEN)
        self._scene.first.admits(self._by_card.number, by="card")
        self._passenger.takes_card_from("id-reader-gate")
        self._scene.first.walks_through(self._by_card.number)
        return "found by its identity tag among the departures of the day"

    def _offline_copy(self) -> str:
        return self._scene.first.refuses(self._offline.codes[0], self._offline.numbers[0], "used")

    # --- two gates, staff, and the end of it

    def _same_moment(self) -> str:
        return self._gates.same_moment(self._offline.numbers[1], self._offline.codes[1])

    def _sheet(self) -> str:
        picture = self._report.folder / "departure-sheet-cut.png"
        return self._staff.counts(self._gates.twice, "gate-2", picture, complete=False)

    def _last_sheet(self) -> str:
        picture = self._report.folder / "departure-sheet.png"
        return self._staff.counts(self._gates.twice, "gate-1", picture, complete=True)

    def _apart(self) -> str:
        known = [self._scene.at_centre(number) for number in self._offline.numbers]
        need(not any(known), "the centre knows a ticket that was sold while the line was cut")
        need(not rows(self._site.centre_db, "SELECT 1 FROM staff_acts"), "the centre knows an act of staff")
        return "no ticket, no passage and no act of staff of the cut line in centre.db"

    def _back(self) -> str:
        self._site.line.do("restore")
        for number in self._offline.numbers:
            self._stands_at_centre(number)
        until(lambda: not apart(self._site.centre_db, self._scene.stores), "the same facts on both sides", 20)
        until(lambda: not self._staff.acts_at_centre(), "the acts of staff in the centre's word of the coach", 15)
        need(self._money.nothing_taken(), "the provider took money for the payment that nobody answered")
        need(self._scene.accounts()["difference"] == 0, "the station's accounts do not come out even")
        found = rows(self._site.centre_db, "SELECT kind, subject FROM incidents ORDER BY kind")
        use = f"{self._gates.twice}/1"
        want = [
            ("duplicate_admission", self._gates.twice),
            ("duplicate_reported", use),
            ("use_claimed_twice", use),
        ]
        need(found == want, f"incidents at the centre: {found}")
        return (
            "journals, caches and centre.db hold the same facts; accounts come out even, and the payment that nobody "
            "answered cost nobody anything; the ticket let in twice is an incident there"
        )

    def _strangers(self) -> str:
        trust = str(self._report.folder / "trust-list.cbor")
        root = str(self._report.folder / "root_key.pem")
        for code in (self._web.code, self._first.codes[0]):
            self._site.waystation("ticket", "verify", "--trust", trust, "--root", root, code)
        return "`waystation ticket verify` agrees on one by the centre and one by a till"
