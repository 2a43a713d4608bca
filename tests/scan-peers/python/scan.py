"""Scans orgs with Okta's Python SDK: the calls that Regrant makes, at a given concurrency.

Usage: scan.py ORGS CONCURRENCY, where ORGS is a file with one "URL<TAB>TOKEN" a line. Prints one JSON object.
"""

import asyncio
import json
import os
import socket
import sys

# Names below localhost lead to this machine, as in browsers and in Regrant (RFC 6761 section 6.3).
_resolve = socket.getaddrinfo


def resolve(host, *arguments, **options):
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name.endswith(".localhost"):
        host = "127.0.0.1"
    return _resolve(host, *arguments, **options)


socket.getaddrinfo = resolve
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

from okta.client import Client  # noqa: E402

calls = 0
failures = {}


async def call(result):
    """Counts a call and gives its result, or None after an error."""
    global calls
    calls += 1
    try:
        value, _response, error = await result
    except Exception as raised:  # The SDK raises some decoding errors and returns others.
        value, error = None, raised
    if error is not None:
        name = type(error).__name__
        failures[name] = failures.get(name, 0) + 1
        return None
    return value


async def scan(url, token):
    # The space is missing in the SDK: it sends "SSWS" and the token as one word.
    client = Client({"orgUrl": url, "token": f" {token}"})
    seen = 0
    apps = await call(client.list_applications(filter='name eq "office365"', limit=200)) or []
    await call(client.list_log_events(since="2026-01-01T00:00:00Z", limit=100))
    for app in apps:
        connection = await call(client.get_default_provisioning_connection_for_application(app.id))
        scheme = getattr(getattr(connection, "auth_scheme", None), "value", getattr(connection, "auth_scheme", None))
        if scheme != "OAUTH2":
            await call(client.list_features_for_application(app.id))
        seen += 1
    return seen


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        orgs = [line.rstrip("\n").split("\t") for line in file if line.strip()]
    free = asyncio.Semaphore(int(sys.argv[2]))

    async def one(url, token):
        async with free:
            return await scan(url, token)

    apps = sum(await asyncio.gather(*(one(url, token) for url, token in orgs)))
    print(json.dumps({"orgs": len(orgs), "apps": apps, "calls": calls, "failures": failures}))


asyncio.run(main())
