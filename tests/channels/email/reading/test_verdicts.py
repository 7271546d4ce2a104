"""Only the receiving server's own word counts, and only for the domain in From."""

import pytest

from channels.email.reading.mail import Verdict
from tests.channels.email.reading.mails import mail, read

PASSED = (
    "mx.exemplo.com.br; spf=pass smtp.mailfrom=ana@cliente.com.br; dkim=pass header.d=cliente.com.br; "
    "dmarc=pass (p=NONE) header.from=cliente.com.br"
)


def is_verified(*results: str) -> bool:
    raw = mail("Oi", **({"authentication_results": "\r\nAuthentication-Results: ".join(results)} if results else {}))
    return read(raw).is_verified


@pytest.mark.parametrize(
    "result",
    [
        PASSED,
        "MX.exemplo.com.br 1; dmarc=PASS header.from=cliente.com.br",
        "mx.exemplo.com.br; dkim=fail header.d=x.com; dkim=pass header.i=@mail.cliente.com.br",
        'mx.exemplo.com.br; spf=pass (ok; "x") smtp.mailfrom="ana@x"; spf=pass smtp.mailfrom=cliente.com.br',
    ],
)
def test_a_pass_of_the_trusted_server_verifies(result: str) -> None:
    assert is_verified(result)


@pytest.mark.parametrize(
    "result",
    [
        "mx.fora.com; dmarc=pass header.from=cliente.com.br",
        "mx.exemplo.com.br; none",
        "mx.exemplo.com.br; dmarc=fail header.from=cliente.com.br; spf=pass smtp.mailfrom=cliente.com.br",
        "mx.exemplo.com.br; dmarc=pass header.from=fora.com",
        "mx.exemplo.com.br; spf=pass smtp.mailfrom=ana@fora.com; dkim=pass header.d=fora.com",
        "mx.exemplo.com.br; spf=pass smtp.mailfrom=br",
        "mx.exemplo.com.br; dmarc=temperror header.from=cliente.com.br; spf=pass smtp.mailfrom=cliente.com.br",
        "mx.exemplo.com.br; dmarc=pass header.from=cliente.com.br; dmarc=fail header.from=cliente.com.br",
        "mx.exemplo.com.br; spf=fail (dmarc=pass; dmarc=pass) smtp.mailfrom=cliente.com.br",
        'mx.exemplo.com.br; spf=fail smtp.mailfrom="x; dmarc=pass header.from=cliente.com.br"',
        "(mx.exemplo.com.br) mx.fora.com; dmarc=pass",
        "",
    ],
)
def test_anything_less_does_not(result: str) -> None:
    assert not is_verified(result)


def test_only_the_topmost_field_of_the_server_counts() -> None:
    failed = "mx.exemplo.com.br; dmarc=fail header.from=cliente.com.br"
    assert not is_verified(failed, PASSED)
    assert is_verified(PASSED, failed)
    assert is_verified("relay.exemplo.com.br; dmarc=fail", PASSED)


def test_a_mail_without_results_is_not_verified() -> None:
    assert not is_verified()


def test_dmarc_decides_where_it_was_judged() -> None:
    assert not Verdict(dmarc="fail", spf="pass", spf_domain="cliente.com.br").vouches_for("cliente.com.br")
    assert Verdict(dmarc="none", spf="pass", spf_domain="cliente.com.br").vouches_for("cliente.com.br")
    assert Verdict(spf="pass", spf_domain="mail.cliente.com.br").vouches_for("cliente.com.br")
    assert not Verdict(spf="pass", spf_domain="outrocliente.com.br").vouches_for("cliente.com.br")
    assert not Verdict(dmarc="pass").vouches_for("")
