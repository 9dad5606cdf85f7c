"""The machine's process is killed in the middle of giving coins: no coin is made or lost, and none is given twice."""

import json
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from drivers.cash import given_between
from drivers.cash.hopper import CcTalkHopper
from drivers.faults import DeviceFault
from drivers.link import open_link

MACHINE = """
import sys, time
from pathlib import Path
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.simulation import Station
folder = Path(sys.argv[1])
device = HopperSimulator(kept=folder / "dispenser.json", interval=0.02)
with Station(device, f"pty:{folder / 'port'}"):
    print("on", flush=True)
    time.sleep(60)
"""


def test_kill_9_in_the_middle_of_payouts(tmp_path: Path) -> None:
    dice = random.Random(20240502)
    hopper = CcTalkHopper(lambda: open_link(str(tmp_path / "port")), fen=100, answer_timeout=0.1)
    root = Path(__file__).parents[3]
    sure = unsure = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", MACHINE, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
        ) as machine:
            assert machine.stdout is not None
            assert machine.stdout.readline() == "on\n"
            death = threading.Timer(dice.uniform(0.2, 0.5), machine.kill)
            death.start()
            while machine.poll() is None:
                ordered = 0
                with suppress(DeviceFault):
                    before = hopper.status()
                    ordered = dice.randint(1, 5)
                    unsure += ordered  # until it is known
                    hopper.pay_out(ordered)
                    while (after := hopper.status()).remaining:
                        time.sleep(0.01)
                    if (went := given_between(before, after, ordered)) is not None:
                        sure, unsure = sure + went, unsure - ordered
            death.join()
        kept = json.loads((tmp_path / "dispenser.json").read_text())
        assert kept["coins"] + kept["tray"] == kept["filled"]
        assert kept["given"] == kept["tray"]
        assert sure <= kept["tray"] <= sure + unsure
    assert sure > 0
    hopper.close()
