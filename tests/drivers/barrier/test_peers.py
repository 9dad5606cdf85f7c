"""Our Modbus against an independent one, pymodbus, both ways and over terminals: its server, and its client."""

import asyncio
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.barrier.modbus import OFF, ON, READ_COILS, READ_INPUTS, Bits, ReadBits, WriteCoil, WriteCoils, Written
from drivers.barrier.rtu import RtuMaster
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.faults import DeviceRefused, DeviceSilent
from drivers.link import SerialLink
from drivers.simulation import Station

INPUTS = (True, False, True, False, False, True, True, False)


class Cable:
    """Two terminals joined by a thread: what goes into one end comes out of the other."""

    def __init__(self) -> None:
        self._masters, self._slaves = zip(*(pty.openpty() for _ in range(2)), strict=True)
        for end in (*self._masters, *self._slaves):
            tty.setraw(end)
        self.ends = [os.ttyname(slave) for slave in self._slaves]
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        other = {self._masters[0]: self._masters[1], self._masters[1]: self._masters[0]}
        while True:
            ready, _, _ = select.select([*self._masters, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            for end in ready:
                os.write(other[end], os.read(end, 4096))

    def close(self) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join(timeout=2)
        for end in (*self._masters, *self._slaves, self._stop_read, self._stop_write):
            os.close(end)


class PymodbusServer:
    """pymodbus's own RTU server at the end of a cable, in a loop of its own."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._up.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        unused = [SimData(0, values=0, datatype=DataType.REGISTERS)]
        coils = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
        inputs = [SimData(0, values=[*INPUTS, *INPUTS], datatype=DataType.BITS)]
        device = SimDevice(1, simdata=(coils, inputs, unused, unused))
        self._server = ModbusSerialServer(device, port=self._port, baudrate=9600)
        await self._server.serve_forever(background=True)
        self._stop = asyncio.Event()
        self._up.set()
        await self._stop.wait()
        await self._server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=5)


@pytest.fixture
def master() -> Iterator[RtuMaster]:
    cable = Cable()
    server = PymodbusServer(cable.ends[0])
    master = RtuMaster(lambda: SerialLink(cable.ends[1], 9600))
    yield master
    master.close()
    server.close()
    cable.close()


def soon() -> float:
    return time.monotonic() + 2


def test_our_master_reads_and_writes_at_their_server(master: RtuMaster) -> None:
    inputs = ReadBits(unit=1, function=READ_INPUTS, first=0, count=8)
    assert master.ask(inputs, attempts=2, until=soon()) == Bits(values=INPUTS)
    coils = ReadBits(unit=1, function=READ_COILS, first=0, count=3)
    assert master.ask(WriteCoil(unit=1, address=1, value=ON), attempts=2, until=soon()) == Written()
    assert master.ask(coils, attempts=2, until=soon()) == Bits(values=(False, True, False))
    assert master.ask(WriteCoil(unit=1, address=1, value=OFF), attempts=2, until=soon()) == Written()
    values = (True, False, True)
    assert master.ask(WriteCoils(unit=1, first=0, values=values), attempts=2, until=soon()) == Written()
    assert master.ask(coils, attempts=2, until=soon()) == Bits(values=values)


def test_their_server_refuses_and_does_not_know_other_units(master: RtuMaster) -> None:
    with pytest.raises(DeviceRefused, match="exception"):
        master.ask(ReadBits(unit=1, function=READ_INPUTS, first=500, count=8), attempts=1, until=soon())
    with pytest.raises((DeviceSilent, DeviceRefused)):
        master.ask(ReadBits(unit=9, function=READ_INPUTS, first=0, count=8), attempts=1, until=soon())


def test_their_client_works_our_simulated_board(tmp_path: Path) -> None:
    path = tmp_path / "board"
    with Station(RelayBoardSimulator(arm_ms=20), f"pty:{path}") as station:
        client = ModbusSerialClient(str(path), baudrate=9600, timeout=1, retries=0)
        try:
            assert client.connect()
            assert client.read_discrete_inputs(0, count=8).bits == [False, False, True, *[False] * 5]
            station.do("block", beam="exit")
            assert client.read_discrete_inputs(0, count=3).bits[:3] == [False, True, True]
            assert not client.write_coil(0, True).isError()
            assert client.read_coils(0, count=8).bits == [True, *[False] * 7]
            assert station.state()["coil"]
            assert not client.write_coils(0, [False, True, True]).isError()
            assert client.read_coils(0, count=8).bits == [False, True, True, *[False] * 5]
            assert client.read_coils(6, count=8).exception_code == 2
            assert client.write_coil(77, True).exception_code == 2
            assert client.read_holding_registers(0, count=1).exception_code == 1
        finally:
            client.close()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped
