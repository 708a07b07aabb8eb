"""
Plays one call with a client generated from the gateway's description. Says on a line of its own what each answer held, and
goes on when it is sent a line: meanwhile the other side of the call is played.
"""

import sys
from datetime import datetime, timezone

from gateway_client import AuthenticatedClient
from gateway_client.api.conversations import get_conversation, report_connected, report_disconnect, request_transfer
from gateway_client.models import (
    ConnectReport,
    ConversationView,
    Country,
    Delivery,
    DialStep,
    DisconnectReport,
    HangupParty,
    PhoneNumberLeg,
    RouteStep,
    TransferRequest,
)

url, key, conversation_id = sys.argv[1:]
transfer_id = f"{conversation_id}-a"
client = AuthenticatedClient(base_url=url, token=key, timeout=60)


def say(word: str) -> None:
    print(word, flush=True)
    sys.stdin.readline()


step = request_transfer.sync(
    conversation_id, client=client, body=TransferRequest(transfer_id=transfer_id, country=Country.US)
)
assert isinstance(step, DialStep) and isinstance(step.leg, PhoneNumberLeg), step
assert step.leg.dial_by > datetime.now(timezone.utc), step
say(step.leg.transfer_number)

told = report_connected.sync(conversation_id, client=client, body=ConnectReport(transfer_id=transfer_id))
assert isinstance(told, Delivery) and told.delivered, told
say("connected")

step = report_disconnect.sync(
    conversation_id,
    client=client,
    body=DisconnectReport(transfer_id=transfer_id, by=HangupParty.GENERATIVE_AGENT),
)
assert isinstance(step, RouteStep), step
view = get_conversation.sync(conversation_id, client=client)
assert isinstance(view, ConversationView) and isinstance(view.next_step, RouteStep), view
say(step.decision.outcome.value)
