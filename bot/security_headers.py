"""The headers that keep browsers from doing anything with our answers but show them, on every response."""

from flask import Flask, Response, request

_STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The RQ dashboard brings inline scripts and compiles templates in the browser; it gets what it needs and no outside.
_DASHBOARD = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A file of ours may be anything that somebody once sent: should a browser open it after all, it opens it powerless.
_FILE = "default-src 'none'; sandbox; frame-ancestors 'none'"
_BY_BLUEPRINT = {"rq_dashboard": _DASHBOARD, "media": _FILE}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def register_security_headers(app: Flask, *, is_https: bool) -> None:
    """`is_https` says that the public address is https: browsers may then be told never to use anything else."""
    always = _ALWAYS | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if is_https else {})

    def add(response: Response) -> Response:
        response.headers.update(always)
        response.headers["Content-Security-Policy"] = _BY_BLUEPRINT.get(request.blueprint or "", _STRICT)
        if request.path.startswith("/console/"):  # with no-referrer browsers send `Origin: null` with our own forms
            response.headers["Referrer-Policy"] = "same-origin"
        return response

    app.after_request(add)
