"""Browsers that subscribed to push messages, with the keys that only they know."""

import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.utils import b64urlencode

from sandbox.wire import Json


@dataclass
class Browser:
    """A browser that subscribed with the key of an application."""

    application: str
    keys: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    gone: bool = False

    def subscription(self, endpoint: str) -> Json:
        """What `PushSubscription.toJSON()` gives a page."""
        point = self.keys.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": endpoint, "keys": {"p256dh": b64urlencode(point), "auth": b64urlencode(self.auth)}}
