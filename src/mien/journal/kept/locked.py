"""A passphrase for the journal: what is kept is encrypted, and nobody can open it without.

The key comes from the passphrase by scrypt (RFC 7914) and a salt; each entry is encrypted and
authenticated by AES-256-GCM with a nonce of its own (NIST SP 800-38D), bound to its own id. Both
are those of the library ``cryptography``, which the extra ``journal`` installs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from mien.errors import DataError, UsageError
from mien.installing import how_to_install

_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_COST, _BLOCK, _PARALLEL = 2**15, 8, 1
"""Of scrypt: 32 MB and about a tenth of a second a guess."""

_CHECK = b"mien.journal"
LEAST_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Lock:
    """Closes and opens entries with one key.

    Attributes
    ----------
    salt : bytes
        Kept beside the entries; not secret.
    check : bytes
        An encrypted text that is known, to tell a wrong passphrase from a damaged entry.
    """

    salt: bytes
    check: bytes
    _cipher: Any

    def close(self, text: str, name: str) -> bytes:
        """Encrypt; ``name`` is what the text belongs to, and must be told again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed: bytes = self._cipher.encrypt(nonce, text.encode(), name.encode())
        return nonce + sealed

    def open(self, content: bytes, name: str) -> str:
        """Decrypt what ``close`` gave; ``DataError`` if one bit of it was changed."""
        from cryptography.exceptions import InvalidTag

        try:
            text: bytes = self._cipher.decrypt(
                content[:_NONCE_BYTES], content[_NONCE_BYTES:], name.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise DataError("an entry was changed or is damaged") from error
        return text.decode()


def new_lock(passphrase: str) -> Lock:
    """A lock with a new salt.

    Raises
    ------
    UsageError
        If the passphrase is too short, or ``cryptography`` is not installed.
    """
    if len(passphrase) < LEAST_CHARACTERS:
        raise UsageError(
            f"the passphrase has fewer than {LEAST_CHARACTERS} characters",
            hint="several words are easy to keep in mind and hard to guess",
        )
    salt = os.urandom(_SALT_BYTES)
    cipher = _cipher(passphrase, salt)
    nonce = os.urandom(_NONCE_BYTES)
    return Lock(salt, nonce + cipher.encrypt(nonce, _CHECK, None), cipher)


def same_lock(passphrase: str, salt: bytes, check: bytes) -> Lock:
    """The lock that was made with this passphrase.

    Raises
    ------
    UsageError
        If it is another passphrase, or ``cryptography`` is not installed.
    """
    cipher = _cipher(passphrase, salt)
    from cryptography.exceptions import InvalidTag

    try:
        cipher.decrypt(check[:_NONCE_BYTES], check[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise UsageError(
            "this is not the journal's passphrase",
            hint="try again; nobody can open a journal whose passphrase is forgotten",
        ) from error
    return Lock(salt, check, cipher)


def _cipher(passphrase: str, salt: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    except ImportError as error:
        raise UsageError(
            "a passphrase needs the library cryptography", hint=how_to_install("journal")
        ) from error
    key = Scrypt(salt, _KEY_BYTES, _COST, _BLOCK, _PARALLEL).derive(passphrase.encode())
    return AESGCM(key)
