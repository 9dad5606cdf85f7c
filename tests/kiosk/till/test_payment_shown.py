"""What a screen says of a payment: nobody is sent to a phone that has nothing to show."""

import pytest

from kiosk.till.payments import KINDS, Phase, state_of
from kiosk.till.values import Means, PaymentState


@pytest.mark.parametrize("phase", [Phase.ASKED, Phase.WAITING])
def test_a_code_that_is_still_to_come_is_waited_for(phase: Phase) -> None:
    assert state_of(phase, KINDS[Means.QR_SHOW], "") is PaymentState.STARTING


def test_a_code_is_shown_and_a_scanned_one_confirmed() -> None:
    assert state_of(Phase.WAITING, KINDS[Means.QR_SHOW], "https://pay.invalid/1") is PaymentState.SHOWING_CODE
    assert state_of(Phase.WAITING, KINDS[Means.QR_SCAN], "") is PaymentState.CONFIRMING
