"""What a relay hands on at the centre: each batch is taken in as if its device had come itself.

The relay's own signature only says who may use the line. Whose events they are is proved by each batch's head, which
its device signed over the chain; so a relay can neither make events nor change any.
"""

from __future__ import annotations

from sync.server.centre import Centre, Refusal
from sync.server.devices import Device
from sync.wire.relay_up import ForwardAnswer, ForwardedBatch, ForwardedResult, ForwardRequest
from sync.wire.types import OLDEST_PROTOCOL, PROTOCOL, ErrorAnswer


def forward(centre: Centre, relay: Device, asked: ForwardRequest) -> ForwardAnswer:
    """Keep what `relay` brings, batch by batch, each in a commit of its own, then say how far journals are kept.

    The same request again changes nothing and has the same results.
    """
    results = tuple(_result(_push(centre, relay, each)) for each in asked.batches)
    return ForwardAnswer(results=results, kept=tuple(centre.pushes.receipts(relay.station, asked.ask)))


def _push(centre: Centre, relay: Device, brought: ForwardedBatch) -> ForwardedResult | Refusal:
    if not OLDEST_PROTOCOL <= brought.batch.protocol <= PROTOCOL:
        error = ErrorAnswer(
            what=f"protocol {brought.batch.protocol} is not spoken here",
            hint=f"speak protocol {OLDEST_PROTOCOL} to {PROTOCOL}",
            protocols=(OLDEST_PROTOCOL, PROTOCOL),
        )
        return ForwardedResult(status=426, error=error)
    device = centre.devices.find(brought.device)
    if device is None or device.station != relay.station or device.state == "revoked":
        return Refusal(
            status=403,
            what="this device is not believed at this station",
            hint="keep its journal as evidence; enrol the device anew",
        )
    if centre.too_late(device):
        return Refusal(
            status=403,
            what="this device's certificate ended too long ago",
            hint="keep its journal as evidence; enrol the device anew",
        )
    answer = centre.pushes.push(device, brought.batch)
    return answer if isinstance(answer, Refusal) else ForwardedResult(status=200, answer=answer)


def _result(said: ForwardedResult | Refusal) -> ForwardedResult:
    if isinstance(said, ForwardedResult):
        return said
    error = ErrorAnswer(what=said.what, hint=said.hint, expected_seq=said.expected_seq)
    return ForwardedResult(status=said.status, error=error)
