"""Whatever a kiosk can be paid by: each can be configured, becomes its driver, and works its simulated device."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.card import CardPaid
from drivers.cash import CoinIn
from drivers.simulation import Station
from station import devices
from station.config import (
    CardTerminalConfig,
    CashConfig,
    CoinsConfig,
    ConfigFault,
    DispenserConfig,
    KioskDevices,
    PrinterConfig,
)
from station.simulators import DEVICES


def fitted(
    *, cash: CashConfig | None = None, coins: CoinsConfig | None = None, dispensers: tuple[DispenserConfig, ...] = ()
) -> KioskDevices:
    return KioskDevices(
        printer=PrinterConfig(address="/dev/null"),
        cash=cash,
        coins=coins,
        dispensers=dispensers,
        card_terminal=None,
        scanner=None,
        id_reader=None,
    )


def until(said: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not said():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_all_on_one_line(tmp_path: Path) -> None:
    with Station(DEVICES["cctalk-line"](tmp_path), f"pty:{tmp_path / 'line'}") as station:
        at = station.address
        till = devices.cash_devices(
            fitted(
                cash=CashConfig(address=at),
                coins=CoinsConfig(address=at),
                dispensers=(
                    DispenserConfig(address=at, fen=100),
                    DispenserConfig(address=at, fen=50, device=4, low=7),
                ),
            )
        )
        assert till.notes is not None
        assert till.coins is not None
        assert till.notes.health().ok
        since, _ = till.coins.poll(None)
        till.coins.accept(frozenset({100}))
        station.do("insert", device="coins", fen=100)
        assert till.coins.poll(since)[1] == [CoinIn(fen=100, counter=1)]
        yuan, half = till.dispensers
        assert (yuan.fen, yuan.level(), half.fen, half.level()) == (100, 10, 50, 7)
        half.pay_out(2)
        until(lambda: not half.status().remaining)
        assert station.state()["half"]["tray"] == 2
        for device in (till.notes, till.coins, yuan, half):
            device.close()


def test_each_on_a_line_of_its_own(tmp_path: Path) -> None:
    with (
        Station(DEVICES["coins"](tmp_path), f"pty:{tmp_path / 'coins'}") as box,
        Station(DEVICES["dispenser"](tmp_path), f"pty:{tmp_path / 'dispenser'}") as hopper,
    ):
        till = devices.cash_devices(
            fitted(
                coins=CoinsConfig(address=box.address),
                dispensers=(DispenserConfig(address=hopper.address, fen=100),),
            )
        )
        assert till.notes is None
        assert till.coins is not None
        assert till.coins.health().ok
        assert till.dispensers[0].health().ok
        till.coins.close()
        till.dispensers[0].close()


@pytest.mark.parametrize("password", [None, "000000", "0\n"])
def test_a_card_terminal(tmp_path: Path, password: str | None) -> None:
    if password is not None:
        (tmp_path / "card-terminal.password").write_text(password)
    with Station(DEVICES["card-terminal"](tmp_path), "tcp:127.0.0.1:0") as station:
        terminal = devices.card_terminal(CardTerminalConfig(address=station.address), tmp_path)
        assert isinstance(terminal.pay(2500, "a"), CardPaid)
        assert station.state()["taken_fen"] == 2500
        terminal.close()


@pytest.mark.parametrize("text", ["1234567", "12 34", "secret", ""])
def test_a_password_that_is_none_is_told_and_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "card-terminal.password").write_text(text)
    with pytest.raises(ConfigFault, match="up to six digits") as fault:
        devices.card_terminal(CardTerminalConfig(address="tcp:host:20007"), tmp_path)
    assert not text or text not in str(fault.value)
