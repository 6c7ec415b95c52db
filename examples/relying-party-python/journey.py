"""One whole journey of a tax system in Python, with Authlib (Debian: python3-authlib, python3-requests).

    journey.py new-key FOLDER PORT     makes a key, and the entry for the bureau's settings (client.json)
    journey.py go FOLDER ISSUER        runs the journey against the bureau on this machine

The library makes all calls of the system to the bureau. Plain calls play the browser and its person.
"""

import json
import sys
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oidc.core import CodeIDToken

CLIENT = "python-web"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def coordinate(text: str) -> str:
    """Fills up to 32 bytes (RFC 7518, 6.2.1.2): Authlib leaves out leading zeros, which one key in 128 has."""
    number = urlsafe_b64decode(text + "==")
    return urlsafe_b64encode(number.rjust(32, b"\0")).decode().rstrip("=")


def new_key(folder: Path, port: int) -> None:
    key = JsonWebKey.generate_key("EC", "P-256", {"kid": "python-1"}, is_private=True)
    (folder / "key.json").write_text(json.dumps(key.as_dict(is_private=True)))
    public = {name: key.as_dict()[name] for name in ("kid", "kty", "crv")}
    public.update({name: coordinate(key.as_dict()[name]) for name in ("x", "y")})
    origin = f"http://127.0.0.1:{port}"
    client = {
        "clientId": CLIENT,
        "name": {"zh": "Python 业务系统（示例）", "en": "A system in Python"},
        "sector": "filing",
        "redirectUris": [f"{origin}/callback"],
        "postLogoutRedirectUris": [f"{origin}/bye"],
        "backchannelLogoutUri": f"{origin}/backchannel-logout",
        "keys": [public],
        "resources": [{"uri": f"{origin}/api"}],
        "accepts": {"kinds": ["natural"]},
    }
    (folder / "client.json").write_text(json.dumps(client, ensure_ascii=False, indent=2))


class AtThisBureau(PrivateKeyJWT):
    """An assertion for the issuer, which lives a minute and has an id of its own (SSO-3).

    Authlib's own assertions live an hour and are for the token endpoint.
    """

    alg = "ES256"

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(
            auth.client_secret, auth.client_id, token_endpoint, alg=self.alg, claims={}, expires_in=60
        )


class LogoutTokens:
    """The server to which the bureau posts logout tokens."""

    def __init__(self, port: int):
        self.tokens = tokens = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                tokens.extend(parse_qs(body).get("logout_token", []))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def first(self, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while not self.tokens and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.tokens:
            raise SystemExit("no logout token came")
        return self.tokens[0]


class Person:
    """A demo person with a browser that shows the bureau's own pages."""

    def __init__(self, issuer: str):
        self.issuer = issuer
        people = requests.get(f"{issuer}/local/demo", timeout=30).json()["people"]
        who = next(
            one
            for one in people
            if one.get("password") and any(login["entry"] == "natural" for login in one["logins"])
        )
        login = self.post("/v1/logins", {"entry": "natural", "account": who["phone"], "password": who["password"]})
        self.post(f"/v1/logins/{login['loginId']}/sms")
        sms = requests.get(f"{issuer}/local/sms", params={"phone": who["phone"]}, timeout=30).json()
        code = next(one["code"] for one in sms if one.get("code"))
        verified = self.post(f"/v1/logins/{login['loginId']}/verify", {"smsCode": code})
        self.token = verified["session"]["accessToken"]

    def post(self, path: str, body=None, **headers):
        answer = requests.post(self.issuer + path, json=body or {}, headers=headers, timeout=30)
        if not answer.ok:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.text else None

    def visit(self, url: str):
        """Follows a link to the bureau. Returns the handle of the request and its cookie."""
        answer = requests.get(url, allow_redirects=False, timeout=30)
        location = answer.headers["location"]
        if "#" not in location:
            raise SystemExit(f"sent to {location}")
        cookie = answer.headers.get("set-cookie", "").split(";")[0]
        return location.split("#")[1], cookie

    def enter(self, url: str) -> str:
        handle, cookie = self.visit(url)
        bearer = f"Bearer {self.token}"
        return self.post(f"/v1/sso/{handle}/approve", Authorization=bearer, Cookie=cookie)["redirectTo"]

    def log_out_at(self, url: str) -> dict:
        handle, _ = self.visit(url)
        bearer = f"Bearer {self.token}"
        return self.post(f"/v1/sso/logouts/{handle}/confirm", {"silently": True}, Authorization=bearer)


def go(folder: Path, issuer: str) -> None:
    client = json.loads((folder / "client.json").read_text())
    key = JsonWebKey.import_key(json.loads((folder / "key.json").read_text()))
    redirect_uri = client["redirectUris"][0]
    told = LogoutTokens(urlsplit(redirect_uri).port)

    server = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()
    assert server["issuer"] == issuer
    keys = JsonWebKey.import_key_set(requests.get(server["jwks_uri"], timeout=30).json())
    system = OAuth2Session(
        CLIENT,
        key,
        scope="openid profile",
        redirect_uri=redirect_uri,
        token_endpoint_auth_method="private_key_jwt",
        revocation_endpoint_auth_method="private_key_jwt",
        code_challenge_method="S256",
        default_timeout=30,
    )
    system.register_client_auth_method(AtThisBureau(issuer))

    verifier, nonce = generate_token(48), generate_token(20)
    url, state = system.create_authorization_url(
        server["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    pushed = requests.post(
        server["pushed_authorization_request_endpoint"],
        data={name: values[0] for name, values in parse_qs(urlsplit(url).query).items()},
        auth=system.client_auth("private_key_jwt"),
        timeout=30,
    )
    assert pushed.status_code == 201, pushed.text
    query = urlencode({"client_id": CLIENT, "request_uri": pushed.json()["request_uri"]})
    print("pushed the request")

    person = Person(issuer)
    back = person.enter(f"{server['authorization_endpoint']}?{query}")
    assert parse_qs(urlsplit(back).query)["iss"] == [issuer]
    tokens = system.fetch_token(
        server["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    es256 = JsonWebToken(["ES256"])
    claims = es256.decode(
        tokens["id_token"],
        keys,
        claims_cls=CodeIDToken,
        claims_options={"iss": {"value": issuer}, "aud": {"value": CLIENT}},
        claims_params={"nonce": nonce, "client_id": CLIENT},
    )
    claims.validate(leeway=10)
    print(f"entered: {claims['name']}, {tokens['authorization_details']}")

    info = system.get(server["userinfo_endpoint"]).json()
    assert info["sub"] == claims["sub"]
    print("asked userinfo")
    refreshed = system.refresh_token(server["token_endpoint"])
    assert refreshed["refresh_token"] == tokens["refresh_token"]
    print("refreshed")

    bye = client["postLogoutRedirectUris"][0]
    query = urlencode({"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": bye, "state": "bye"})
    said = person.log_out_at(f"{server['end_session_endpoint']}?{query}")
    assert said == {"loggedOut": True, "redirectTo": f"{bye}?state=bye"}, said
    begun = time.monotonic()
    logout = es256.decode(told.first(5), keys)
    assert logout.header["typ"] == "logout+jwt"
    assert (logout["iss"], logout["aud"], logout["sid"]) == (issuer, CLIENT, claims["sid"])
    assert LOGOUT_EVENT in logout["events"] and "nonce" not in logout
    print(f"logged out, and told after {time.monotonic() - begun:.1f} s")
    try:
        system.refresh_token(server["token_endpoint"], refresh_token=tokens["refresh_token"])
    except OAuthError as error:
        assert error.error == "invalid_grant", error
        print("and nothing is left to refresh")
    else:
        raise SystemExit("a refresh after the end")


if __name__ == "__main__":
    command, folder, what = sys.argv[1:4]
    if command == "new-key":
        new_key(Path(folder), int(what))
    else:
        go(Path(folder), what)
