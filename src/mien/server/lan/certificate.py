"""The certificate with which phones reach the server: made once, and kept for its owner only."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.errors import DataError, MissingExtraError
from mien.installing import how_to_install
from mien.media.private_files import write_private
from mien.media.results.output import output_error

DAYS = 820
"""How long it is good. iPhones take no certificate that is good for more than 825 days."""

LEAST_DAYS = 14
"""With fewer days left a new one is made."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key.

    Attributes
    ----------
    path, key : Path
        PEM files that only their owner can read.
    der : bytes
        The certificate alone, as phones install it.
    is_new : bool
        Whether it was made just now, so that phones do not know it yet.
    """

    path: Path
    key: Path
    der: bytes
    is_new: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of it as browsers show it: ``AB:CD:…``."""
        return hashlib.sha256(self.der).digest().hex(":").upper()


def own_certificate(folder: Path, address: str) -> Certificate:
    """The certificate for an address; made when there is none for it, or it ends soon.

    It signs itself, is good for this address and this computer alone (name constraints, RFC 5280,
    4.2.1.10), and its key (ECDSA, P-256) never leaves the folder.

    Parameters
    ----------
    folder : Path
        Made with mode 0700 if it is not there; the files in it have mode 0600.
    address : str
        An IPv4 or IPv6 address.

    Raises
    ------
    MissingExtraError
        If the library that makes certificates is not installed.
    OutputError
        If the files cannot be written.
    DataError
        If a file that is there cannot be read.
    """
    path, key = folder / "certificate.pem", folder / "key.pem"
    try:
        der = _still_good(path, key, address)
        if der is not None:
            return Certificate(path, key, der, is_new=False)
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})", where=path, hint="change its permissions"
        ) from error
    made, secret = _make(address)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            folder.chmod(0o700)
        # The key first: a certificate without its key would be taken for a good one.
        path.unlink(missing_ok=True)
        write_private(key, secret)
        write_private(path, ssl.DER_cert_to_PEM_cert(made).encode())
    except OSError as error:
        raise output_error(error, folder) from error
    return Certificate(path, key, made, is_new=True)


def _still_good(path: Path, key: Path, address: str) -> bytes | None:
    """The certificate in a file, if it is for this address, lasts, and has its key."""
    x509 = _x509()
    if not path.exists() or not key.exists():
        return None
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return None
    left = found.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    known = ipaddress.ip_address(address) in names.get_values_for_type(x509.IPAddress)
    if not known or left < datetime.timedelta(days=LEAST_DAYS):
        return None
    for file in (path, key):
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
    from cryptography.hazmat.primitives.serialization import Encoding

    der: bytes = found.public_bytes(Encoding.DER)
    return der


def _make(address: str) -> tuple[bytes, bytes]:
    """A certificate in DER, and its key in PEM."""
    x509 = _x509()
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    here = ipaddress.ip_address(address)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Mien on {address}")])
    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    made: Any = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Phones' clocks may be slow.
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        # Phones take only what may sign as one that a person trusts. It can sign for nobody else.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.NameConstraints([x509.IPAddress(ipaddress.ip_network(here))], None), critical=True
        )
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), critical=True
        )
        .add_extension(
            x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(here)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.DER), secret


def _x509() -> Any:
    try:
        from cryptography import x509
    except ImportError as error:
        raise MissingExtraError(
            "making a certificate needs a library that is not installed",
            where="--lan",
            hint=how_to_install("lan"),
        ) from error
    return x509
