# SPDX-License-Identifier: Apache-2.0
"""The drive's two key pairs, made once and kept beside the data (or where DOSELINE_KEYS_DIR says):
`signing` (packs and start permits; phones pin its public half) and `sealing` (walk-ins' details are
encrypted to it on the phone). Losing them means enrolling every phone again, so they are backed up with the database."""

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from joserfc import jwe, jws
from joserfc.jwk import ECKey


class ServerKeys:
    """Both pairs, loaded. Create through `server_keys()`."""

    def __init__(self, directory: Path) -> None:
        self.signing = _load_or_make(directory / "signing.json", "sig")
        self.sealing = _load_or_make(directory / "sealing.json", "enc")

    def sign(self, payload: bytes) -> str:
        """`payload` as a compact JWS, ES256. About 0.1 ms."""
        return jws.serialize_compact({"alg": "ES256", "kid": self.signing.kid}, payload, self.signing)

    def unseal(self, sealed: str) -> bytes:
        """Opens a compact JWE (ECDH-ES, A256GCM) that a phone sealed to us. Raises joserfc errors when it is not ours."""
        opened = jwe.decrypt_compact(sealed, self.sealing, algorithms=["ECDH-ES", "A256GCM"])
        return opened.plaintext or b""

    def public(self) -> dict[str, dict[str, object]]:
        """The halves a phone pins at enrolment, as JWKs."""
        return {
            "signing": dict(self.signing.as_dict(private=False)),
            "sealing": dict(self.sealing.as_dict(private=False)),
        }


@cache
def server_keys() -> ServerKeys:
    """The pairs in DOSELINE_KEYS_DIR; made on first use."""
    from django.conf import settings

    return ServerKeys(Path(settings.DOSELINE_KEYS_DIR))


def _load_or_make(path: Path, use: str) -> ECKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = ECKey.generate_key("P-256", {"use": use}, private=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(made.as_dict(private=True)), encoding="utf-8")
        fresh.chmod(0o600)
        with suppress(FileExistsError):  # two first starts at once: whoever links first wins, both read the same key
            os.link(fresh, path)
        fresh.unlink()
    key = ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    key.ensure_kid()
    return key


def fingerprint(data: bytes) -> str:
    """SHA-256 of `data`, lower-case hex."""
    return hashlib.sha256(data).hexdigest()
