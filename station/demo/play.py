"""`make demo PLAY=1`: the station goes on running, and its simulated devices are worked by hand from a prompt."""

import contextlib
import json
import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

from station.demo.lane import Lane
from station.demo.passenger import CHEN, LI, WANG, ZHANG, ZHAO, Passenger
from station.demo.processes import ProcessFault, wait_until
from station.demo.report import NotSeen
from station.demo.site import Site
from station.demo.terminals import DISPENSERS
from station.demo.witness import codes_in

PEOPLE = {"zhang": ZHANG, "li": LI, "wang": WANG, "chen": CHEN, "zhao": ZHAO}

HELP = """Work the devices (the kiosk is touched in its window, or here with `touch`):
  screen                what can be touched now          touch NAME         touch it
  picture [NAME]        save the screen                  card WHO           lay an ID card on the kiosk's reader
  insert YUAN           put a bill in                    card off           take it away
  coin YUAN             put a coin in                    tray               take the coins that came out
  hold [TEXT]           hold a code under its scanner: a ticket's (without TEXT the newest), or 18 digits of a phone
  printed               list what the printer cut        paper out|in       pull the paper, or load it
  lane NAME             go to lane 1A or 1B (gate 1) or 2A (gate 2): where the next orders are done
  scan [TEXT]           hold a code to the scanner       walk               walk through the lane
  display               what the lane's display shows    badge              show the attendant's badge code
  show [FILE]           hold a picture to the camera of lane 1A (without FILE the newest ticket; so does scan)
  gatecard WHO|off      an ID card at lane 1A            relay kill|start   the station's arbiter
  staff ACT TRIP …      with the badge, as `waystation departure`: staff gate QD0930 --gate 2, staff show QD0930
  cut | restore         the line to the centre           state DEVICE       a device's true state
  help | quit           people: zhang li wang chen zhao  devices: printer cash scanner barrier camera
A kiosk that is left alone for half a minute asks whether somebody is there, and then starts over."""

INVITING_SECONDS = 20.0
"""How long the kiosk is given to have something to sell."""

TOUCH_SECONDS = 1.0
"""How long the screen is given to follow a touch."""

GATE_SECONDS = 3.0
"""How long the gate is given to say something about what was shown to it."""


def play_by_hand(site: Site) -> int:
    """Start everything, then take orders from standard input until `quit` or its end."""
    print("· starting centre, line, devices, four terminals …", flush=True)
    site.start()
    site.make_badge()
    for store in site.terminals.values():
        site.start_sync(store)
    site.start_gate()
    site.start_second_gate()
    site.start_displays()
    site.start_relay()
    site.start_kiosk()
    passenger = Passenger(site, site.folder.parent / "screens")
    with contextlib.suppress(TimeoutError):  # whoever plays can read what the kiosk says instead
        passenger.waits_for("attract.start", timeout=INVITING_SECONDS)
    if not os.environ.get("DISPLAY"):
        print("This machine has no display: the kiosk runs unseen; `picture` saves its screen, `touch` touches it.")
        print("To see windows, run it in a desktop session, or: apt-get install xvfb x11vnc, then")
        print("  xvfb-run -s '-screen 0 1920x1080x24' make demo PLAY=1     and look at it with x11vnc")
    print(HELP, flush=True)
    orders = _orders(site, passenger)
    interactive = sys.stdin.isatty()
    while True:
        if interactive:
            print("station> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return _wait_if_silent(interactive)
        words = shlex.split(line)
        if not words:
            continue
        if words[0] == "quit":
            return 0
        order = orders.get(words[0])
        if order is None:
            print(f"{words[0]} is no order here.\n{HELP}", flush=True)
            continue
        try:
            print(order(words[1:]), flush=True)
        except IndexError:
            print("That did not work: something is missing behind it. `help` says what.", flush=True)
        except KeyError as error:
            print(f"That did not work: {error} is not known here. `help` says what is.", flush=True)
        except (ValueError, OSError, NotSeen, TimeoutError, ProcessFault) as error:
            print(f"That did not work: {error}", flush=True)


def _wait_if_silent(interactive: bool) -> int:
    """Without anybody to ask (no standard input), keep the station running until the process is ended."""
    if interactive:
        return 0
    print("No standard input: the station goes on until this process is ended (Ctrl-C).", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return 0


def _orders(site: Site, passenger: Passenger) -> dict[str, Callable[[list[str]], str]]:
    lanes = {name: Lane(site, name, passenger.album) for name in site.lanes}
    at = [lanes["1A"]]

    def device(name: str, command: str, **arguments: object) -> str:
        site.devices[name].control.do(command, **arguments)
        return "done"

    def screen() -> str:
        shown = site.kiosk_pointer.do("spoken")["state"]
        return "\n".join(f"{name:<28}{' '.join(shown[name].split())}".rstrip() for name in sorted(shown))

    def insert(words: list[str]) -> str:
        answer = site.notes.do("insert", fen=round(float(words[0]) * 100))
        return "the note goes in" if answer["taken"] else f"the note comes back: {answer['why']}"

    def coin(words: list[str]) -> str:
        answer = site.on_cash_line("coins").do("insert", fen=round(float(words[0]) * 100))
        return "the coin goes in" if answer["taken"] else f"the coin falls through: {answer['why']}"

    def tray() -> str:
        fen = sum(site.on_cash_line(name).do("take")["coins"] * value for name, (_, value) in DISPENSERS.items())
        return f"¥{fen / 100:.2f} in coins lay in the tray"

    def hold(words: list[str]) -> str:
        passenger.holds_to_kiosk(words[0] if words else codes_in(newest())[0])
        return "done"

    def at_gate(lane: Lane, act: Callable[[], str]) -> str:
        before = len(lane.announced())
        done = act()
        try:
            wait_until(lambda: len(lane.announced()) > before, GATE_SECONDS, "the gate")
        except TimeoutError:
            return f"{done}\nlane {lane.name} shows nothing new"
        said = lane.announced()[before]
        parts = [" / ".join(said[part]) for part in ("word", "sentence") if any(said[part])]
        return "\n".join([done, *(f"lane {lane.name}: {part}" for part in parts)])

    def go_to(name: str) -> str:
        at[0] = lanes[name]
        return f"in front of lane {name}"

    def scan(words: list[str]) -> str:
        if not words:
            words = [codes_in(newest())[0]]
        at[0].scans(words[0])
        return "done"

    def display() -> str:
        seen = site.eyes.state()[at[0].name]
        return "\n".join([seen["showing"], *(" ".join(text.split()) for text in seen["texts"])])

    def walk() -> str:
        return "through" if at[0].barrier.control.do("walk_through")["passed"] else "the arm is down"

    def badge() -> str:
        made = json.loads(site.staff("badge", "code", at[0].place.terminal, "--json"))
        return at_gate(at[0], lambda: scan([made["code"]]))

    def staff(act: str, trip: str, more: list[str]) -> str:
        terminal = at[0].place.terminal
        if act in ("show", "sheet"):
            config = str(site.terminals[terminal] / "terminal.toml")
            return site.waystation("departure", act, "--config", config, "--trip", trip, *more).strip()
        return site.staff("departure", act, terminal, "--trip", trip, *more).strip()

    def relay(order: str) -> str:
        if order == "kill":
            site.children["relay"].kill()
            return "the relay is dead"
        site.start_relay()
        return "the relay runs"

    def newest() -> Path:
        if not printed():
            raise ValueError("nothing is printed yet; name a picture or a code")
        return printed()[-1]

    def printed() -> list[Path]:
        return sorted((site.devices["printer"].folder / "printed").glob("*.png"))

    def card(reader: str, words: list[str]) -> str:
        if words[0] == "off":
            device(reader, "remove")
            return "taken away"
        if words[0] not in PEOPLE:
            raise ValueError(f"nobody here is called {words[0]}; people: {' '.join(PEOPLE)}")
        passenger.lays_card_on(reader, PEOPLE[words[0]])
        return f"the card of {words[0]} lies on the reader"

    def show(words: list[str]) -> str:
        picture = Path(words[0]) if words else newest()
        passenger.shows_picture(picture.resolve(), 3.0)
        return f"{picture.name} is in front of the camera for three seconds"

    def line(command: str, done: str) -> str:
        site.line.do(command)
        return done

    def touch(words: list[str]) -> str:
        before = site.kiosk_pointer.do("spoken")["state"]
        if words[0] not in before:
            raise ValueError(f"{words[0]} cannot be touched now; `screen` lists what can")
        site.kiosk_pointer.do("tap", name=words[0])
        with contextlib.suppress(TimeoutError):  # not every touch changes what can be touched
            wait_until(lambda: site.kiosk_pointer.do("spoken")["state"] != before, TOUCH_SECONDS, "another screen")
        return "touched"

    return {
        "screen": lambda _: screen(),
        "touch": touch,
        "picture": lambda words: str(passenger.photographs(words[0] if words else "by-hand")),
        "card": lambda words: card("id-reader-kiosk", words),
        "gatecard": lambda words: (
            card("id-reader-gate", words)
            if words[0] == "off"
            else at_gate(lanes["1A"], lambda: card("id-reader-gate", words))
        ),
        "insert": insert,
        "coin": coin,
        "tray": lambda _: tray(),
        "hold": hold,
        "printed": lambda _: "\n".join(map(str, printed())) or "nothing yet",
        "paper": lambda words: device("printer", "paper_out" if words[0] == "out" else "load_paper"),
        "show": lambda words: at_gate(lanes["1A"], lambda: show(words)),
        "lane": lambda words: go_to(words[0]),
        "scan": lambda words: at_gate(at[0], lambda: scan(words)),
        "walk": lambda _: walk(),
        "display": lambda _: display(),
        "badge": lambda _: badge(),
        "staff": lambda words: staff(words[0], words[1], words[2:]),
        "relay": lambda words: relay(words[0]),
        "cut": lambda _: line("cut", "the line is cut"),
        "restore": lambda _: line("restore", "the line is back"),
        "state": lambda words: str(site.devices[words[0]].control.state()),
        "help": lambda _: HELP,
    }
