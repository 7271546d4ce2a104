"""The stand-in Twilio by hand: shows what the program sends, and posts signed messages to it."""

import argparse

from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInTwilio

_WEBHOOK = "/webhooks/whatsapp/default"


def run(arguments: list[str] | None = None) -> None:
    """Parses the command line and does what it says; serving ends with Ctrl-C."""
    options = _options(arguments)
    standin = StandInTwilio(
        port=options.port, account_sid=options.account_sid, auth_token=options.auth_token, number=options.number
    )
    if options.send is not None:
        status = standin.post_inbound(options.to.rstrip("/") + _WEBHOOK, options.send, options.sender)
        print(f"HTTP {status}")
        return
    standin.callbacks = ("sent", "delivered", "read")
    with standin:
        print(_settings(standin), flush=True)
        try:
            _show(standin)
        except KeyboardInterrupt:
            print()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.twilio", description=__doc__)
    parser.add_argument("--port", type=int, default=9999, help="where to listen (default 9999)")
    parser.add_argument("--account-sid", default=ACCOUNT_SID)
    parser.add_argument("--auth-token", default=AUTH_TOKEN)
    parser.add_argument("--number", default=NUMBER, help="the company's WhatsApp number")
    parser.add_argument("--send", metavar="TEXT", help="post TEXT as an inbound message and leave")
    parser.add_argument("--to", default="http://127.0.0.1:8000", help="where the program listens")
    parser.add_argument("--sender", default="whatsapp:+5511987654321", help="who the message is from")
    return parser.parse_args(arguments)


def _settings(standin: StandInTwilio) -> str:
    return (
        f"Listening on {standin.url}. Start the program with:\n"
        f"  TWILIO_API_BASE_URL={standin.url}\n  TWILIO_ACCOUNT_SID={standin.account_sid}\n"
        f"  TWILIO_AUTH_TOKEN={standin.auth_token}\n  TWILIO_WHATSAPP_FROM={standin.number}"
    )


def _show(standin: StandInTwilio) -> None:
    shown = 0
    while not standin.stopping.wait(0.2):
        for message in standin.history.messages[shown:]:
            said = "\n".join(filter(None, (message.body, *message.media_urls)))
            kind = " by template" if message.content_sid else ""
            print(f"\n[{message.created_at:%H:%M:%S}] to {message.to}{kind}\n{said}", flush=True)
            shown += 1
