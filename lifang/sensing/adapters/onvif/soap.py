"""Requests of ONVIF: SOAP 1.2 with WS-Addressing and the UsernameToken digest of WS-Security."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final
from uuid import uuid4
from xml.sax.saxutils import escape

EVENTS: Final = "http://www.onvif.org/ver10/events/wsdl"
DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
WSNT: Final = "http://docs.oasis-open.org/wsn/b-2"
_WSN: Final = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"
_WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
_BASE64: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)
ACTIONS: Final = {
    "capabilities": f"{DEVICE}/GetCapabilities", "time": f"{DEVICE}/GetSystemDateAndTime", "create": f"{EVENTS}/EventPortType/CreatePullPointSubscriptionRequest",
    "pull": f"{EVENTS}/PullPointSubscription/PullMessagesRequest", "again": f"{EVENTS}/PullPointSubscription/SetSynchronizationPointRequest",
    "renew": f"{_WSN}/RenewRequest", "end": f"{_WSN}/UnsubscribeRequest",
}  # fmt: skip
BODIES: Final = {
    "capabilities": f'<GetCapabilities xmlns="{DEVICE}"><Category>Events</Category></GetCapabilities>',
    "time": f'<GetSystemDateAndTime xmlns="{DEVICE}"/>',
    "create": f'<CreatePullPointSubscription xmlns="{EVENTS}"><InitialTerminationTime>PT600S</InitialTerminationTime></CreatePullPointSubscription>',
    "pull": f'<PullMessages xmlns="{EVENTS}"><Timeout>PT20S</Timeout><MessageLimit>100</MessageLimit></PullMessages>',
    "again": f'<SetSynchronizationPoint xmlns="{EVENTS}"/>',
    "renew": f'<Renew xmlns="{WSNT}"><TerminationTime>PT600S</TerminationTime></Renew>',
    "end": f'<Unsubscribe xmlns="{WSNT}"/>',
}  # fmt: skip


def envelope(what: str, to: str, user: str, password: str, at: datetime) -> bytes:
    """One request; without a user it is not signed."""
    security = _security(user, password, at) if user else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">'
        f"<s:Header><a:Action>{ACTIONS[what]}</a:Action><a:MessageID>urn:uuid:{uuid4()}</a:MessageID><a:To>{escape(to)}</a:To>{security}</s:Header>"
        f"<s:Body>{BODIES[what]}</s:Body></s:Envelope>"
    ).encode()


def _security(user: str, password: str, at: datetime) -> str:
    nonce, created = secrets.token_bytes(16), f"{at:%Y-%m-%dT%H:%M:%S}Z"
    return (
        f'<wsse:Security xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken><wsse:Username>{escape(user)}</wsse:Username>'
        f'<wsse:Password Type="{_DIGEST}">{proof(nonce, created, password)}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>'
    )  # fmt: skip


def proof(nonce: bytes, created: str, password: str) -> str:
    """Base64(SHA-1(nonce + created + password)), as the profile wants it."""
    digest = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode()
