#!/usr/bin/env python3
"""The embedded broker lets clients in as Kafka does: kcat, confluent-kafka, kafka-python and aiokafka over TLS and SASL
(PLAIN, SCRAM-SHA-256, SCRAM-SHA-512), with the right password and with a wrong one, and with client certificates.

usage: security_test.py KWIRE_PROGRAM
"""

import asyncio
import contextlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiokafka
import confluent_kafka
import kafka
import kafka.errors
from confluent_kafka.admin import (AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion)

TOPIC = "secured"
USER, PASSWORD = "alice", "alice:secret,with=signs"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class Refused(Exception):
    """The broker did not let the client in; the text is the client's."""


class Kcat:
    """Debian's librdkafka is older than 2.6.1 and cannot speak SCRAM rightly, so it does the rest alone."""
    name, mechanisms = "kcat", ("PLAIN",)

    def run(self, settings):
        properties = [part for key, value in settings.items() for part in ("-X", f"{key}={value}")]
        done = subprocess.run(["kcat", "-L", "-J", "-m", "5", "-t", TOPIC, *properties], capture_output=True, text=True,
                              timeout=30)
        if done.returncode != 0:
            raise Refused(done.stderr)


class Confluent:
    name, mechanisms = "confluent-kafka", MECHANISMS
    final = (confluent_kafka.KafkaError._AUTHENTICATION, confluent_kafka.KafkaError._SSL,
             confluent_kafka.KafkaError._ALL_BROKERS_DOWN)

    def run(self, settings):
        problems = []
        producer = confluent_kafka.Producer(settings | {"error_cb": problems.append, "message.timeout.ms": 20000})
        results = []
        producer.produce(TOPIC, b"confluent", on_delivery=lambda error, _: results.append(error))
        until = time.monotonic() + 15
        while not results and time.monotonic() < until and not any(one.code() in self.final for one in problems):
            producer.poll(0.1)
        producer.purge()
        if results != [None]:
            raise Refused(" ".join(one.str() for one in problems))


def common(settings):
    """The settings of the Python clients for those of librdkafka."""
    translated = {"bootstrap_servers": settings["bootstrap.servers"], "security_protocol": settings["security.protocol"]}
    for ours, theirs in (("sasl.mechanism", "sasl_mechanism"), ("sasl.username", "sasl_plain_username"),
                         ("sasl.password", "sasl_plain_password")):
        if ours in settings:
            translated[theirs] = settings[ours]
    if "ssl.ca.location" in settings:
        context = ssl.create_default_context(cafile=settings["ssl.ca.location"])
        if "ssl.certificate.location" in settings:
            context.load_cert_chain(settings["ssl.certificate.location"], settings["ssl.key.location"])
        translated["ssl_context"] = context
    return translated


class KafkaPython:
    name, mechanisms = "kafka-python", MECHANISMS

    def run(self, settings):
        try:
            # It goes on trying until this is over, and then does not say why.
            producer = kafka.KafkaProducer(**common(settings), bootstrap_timeout_ms=4000, max_block_ms=10000)
            producer.send(TOPIC, b"kafka-python").get(20)
            producer.close()
        except kafka.errors.KafkaError as error:
            raise Refused(f"{type(error).__name__}: {error}") from error


class Aiokafka:
    name, mechanisms = "aiokafka", MECHANISMS

    def run(self, settings):
        asyncio.run(self.send(settings))

    async def send(self, settings):
        producer = aiokafka.AIOKafkaProducer(**common(settings), request_timeout_ms=10000)
        try:
            await asyncio.wait_for(producer.start(), 20)
            await asyncio.wait_for(producer.send_and_wait(TOPIC, b"aiokafka"), 20)
        except (aiokafka.errors.KafkaError, ssl.SSLError, asyncio.TimeoutError) as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        finally:
            await producer.stop()


CLIENTS = (Kcat(), Confluent(), KafkaPython(), Aiokafka())


@contextlib.contextmanager
def secured_broker(kwire, folder, *options):
    """Addresses by protocol, while it runs, and its log."""
    log = folder / "clients.log"
    log.unlink(missing_ok=True)
    listeners = [part for protocol in ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
                 for part in ("--listen", f"{protocol}://127.0.0.1:0")]
    command = [kwire, "broker", *listeners, "--user", f"{USER}:{PASSWORD}", "--topics", TOPIC, "--tls-ca-out",
               str(folder / "ca.pem"), "--log", str(log), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            addresses = {}
            for text in process.stdout:
                also = re.match(r"also listening on (\w+)://(.*)", text)
                if also:
                    addresses[also[1]] = also[2]
                    continue
                addresses["plaintext"] = text.split()[-1]
                break
            yield addresses, log
        finally:
            process.terminate()
            assert process.wait(10) == 0, "kwire broker did not end cleanly on SIGTERM"


def settings_of(addresses, protocol, ca, **more):
    settings = {"bootstrap.servers": addresses[protocol], "security.protocol": protocol.upper()}
    if protocol.endswith("ssl"):
        settings["ssl.ca.location"] = str(ca)
    return settings | {key.replace("_", "."): value for key, value in more.items()}


def expect_refusal(client, settings, *words):
    try:
        client.run(settings)
    except Refused as refusal:
        assert any(word.lower() in str(refusal).lower() for word in words), f"{client.name} says {refusal}"
        return
    raise AssertionError(f"{client.name} got in")


def passwords(addresses, ca):
    for client in CLIENTS:
        client.run(settings_of(addresses, "ssl", ca))
        for protocol in ("sasl_plaintext", "sasl_ssl"):
            for mechanism in client.mechanisms:
                login = {"sasl_mechanism": mechanism, "sasl_username": USER}
                client.run(settings_of(addresses, protocol, ca, sasl_password=PASSWORD, **login))
                expect_refusal(client, settings_of(addresses, protocol, ca, sasl_password="wrong", **login),
                               "authentication", "invalid", "SaslAuth", "bootstrap")
        print(f"ok: {client.name}: SSL, {', '.join(client.mechanisms)}", flush=True)


def administered(addresses, ca):
    """A user whom an administrator makes can use the mechanism it was made for, and no other."""
    admin = AdminClient({"bootstrap.servers": addresses["plaintext"]})
    made = UserScramCredentialUpsertion("bob", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), b"bob-secret")
    for future in admin.alter_user_scram_credentials([made]).values():
        future.result(20)
    login = {"sasl_username": "bob", "sasl_password": "bob-secret"}
    for client in CLIENTS[1:]:
        client.run(settings_of(addresses, "sasl_plaintext", ca, sasl_mechanism="SCRAM-SHA-512", **login))
        expect_refusal(client, settings_of(addresses, "sasl_plaintext", ca, sasl_mechanism="SCRAM-SHA-256", **login),
                       "authentication", "invalid", "SaslAuth", "bootstrap")
    print("ok: credentials that an administrator set", flush=True)


def make_client_certificate(folder):
    run = lambda *command: subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)  # noqa: E731
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", "clients-ca.key", "-out",
        "clients-ca.pem", "-subj", "/CN=clients", "-addext", "basicConstraints=critical,CA:TRUE")
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "client.key", "-out", "client.csr", "-subj", "/O=tests/CN=carol")
    run("x509", "-req", "-in", "client.csr", "-CA", "clients-ca.pem", "-CAkey", "clients-ca.key", "-CAcreateserial",
        "-out", "client.pem", "-days", "2")


def certificates(kwire, folder):
    make_client_certificate(folder)
    with secured_broker(kwire, folder, "--tls-client-ca", str(folder / "clients-ca.pem")) as (addresses, log):
        ca = folder / "ca.pem"
        for client in CLIENTS:
            settings = settings_of(addresses, "ssl", ca)
            client.run(settings | {"ssl.certificate.location": str(folder / "client.pem"),
                                   "ssl.key.location": str(folder / "client.key")})
            # Under TLS 1.3 the refusal comes after the client's handshake; most clients tell of a lost connection.
            expect_refusal(client, settings, "ssl", "certificate", "connect", "transport", "broker", "bootstrap")
        assert "connected as User:CN=carol,O=tests" in log.read_text(), log.read_text()
    print("ok: client certificates", flush=True)


def sessions(kwire, folder):
    """Clients authenticate again before their session ends, and nobody notices (KIP-368)."""
    with secured_broker(kwire, folder, "--sasl-session", "2000") as (addresses, log):
        settings = settings_of(addresses, "sasl_plaintext", None, sasl_mechanism="SCRAM-SHA-256", sasl_username=USER,
                               sasl_password=PASSWORD)
        problems = []
        producer = confluent_kafka.Producer(settings | {"error_cb": problems.append})
        until = time.monotonic() + 6
        while time.monotonic() < until:
            producer.produce(TOPIC, b"again")
            assert producer.flush(10) == 0
            time.sleep(0.05)
        assert not problems, problems
        before = log.read_text().count(" connected")
        assert before <= 3, f"{before} connections instead of sessions that go on"
    print("ok: sessions", flush=True)


def main():
    kwire = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with secured_broker(kwire, folder) as (addresses, log):
            passwords(addresses, folder / "ca.pem")
            administered(addresses, folder / "ca.pem")
            assert "authenticated as User:alice" in log.read_text()
        certificates(kwire, folder)
        sessions(kwire, folder)


if __name__ == "__main__":
    main()
