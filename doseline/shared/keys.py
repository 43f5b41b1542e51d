# SPDX-License-Identifier: Apache-2.0
"""The drive's keys, made once and kept beside the data (or where DOSELINE_KEYS_DIR says): `signing` (packs and start
permits; phones pin its public half), `sealing` (walk-ins' details are encrypted to it on the phone), and one for files at
rest. Losing them means enrolling every phone again, so they are backed up with the database."""

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe, jws
from joserfc.jwk import ECKey


class ServerKeys:
    """All of them, loaded. Create through `server_keys()`."""

    def __init__(self, directory: Path) -> None:
        secret = _load_or_make_secret(directory / "files.key")
        self._files = AESGCM(secret)
        self.receipts = hashlib.sha256(b"doseline receipts\n" + secret).digest()
        self.cards = hashlib.sha256(b"doseline cards\n" + secret).digest()
        self.codes = hashlib.sha256(b"doseline codes\n" + secret).digest()
        self.signing = _load_or_make(directory / "signing.json", "sig")
        self.sealing = _load_or_make(directory / "sealing.json", "enc")

    def sign(self, payload: bytes) -> str:
        """`payload` as a compact JWS, ES256. About 0.1 ms."""
        return jws.serialize_compact({"alg": "ES256", "kid": self.signing.kid}, payload, self.signing)

    def unseal(self, sealed: str) -> bytes:
        """Opens a compact JWE (ECDH-ES, A256GCM) that a phone sealed to us. Raises joserfc errors when it is not ours."""
        opened = jwe.decrypt_compact(sealed, self.sealing, algorithms=["ECDH-ES", "A256GCM"])
        return opened.plaintext or b""

    def close_file(self, plain: bytes, name: str) -> bytes:
        """`plain` encrypted (AES-256-GCM) and bound to `name`: opened under another name it does not open."""
        nonce = os.urandom(12)
        return nonce + self._files.encrypt(nonce, plain, name.encode())

    def open_file(self, closed: bytes, name: str) -> bytes:
        """What `close_file` closed. Raises cryptography's InvalidTag when it is not that."""
        return self._files.decrypt(closed[:12], closed[12:], name.encode())

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


def _load_or_make_secret(path: Path) -> bytes:
    if not path.exists():
        _write_once(path, os.urandom(32).hex())
    return bytes.fromhex(path.read_text(encoding="utf-8"))


def _write_once(path: Path, text: str) -> None:
    """Two first starts at once: whoever links first wins, both read the same key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.urandom(8).hex()}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()


def _load_or_make(path: Path, use: str) -> ECKey:
    if not path.exists():
        made = ECKey.generate_key("P-256", {"use": use}, private=True)
        _write_once(path, json.dumps(made.as_dict(private=True)))
    key = ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    key.ensure_kid()
    return key


def fingerprint(data: bytes) -> str:
    """SHA-256 of `data`, lower-case hex."""
    return hashlib.sha256(data).hexdigest()
