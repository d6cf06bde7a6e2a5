#!/usr/bin/env python3
"""The embedded broker forbids what Kafka forbids: a client whose leave is given by ACLs sees the same errors for each
topic, group and transactional id on both, and the same lists.

usage: authorization_test.py KWIRE_PROGRAM
"""

import contextlib
import re
import subprocess
import sys
import time
import uuid

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient, ConfigEntry,
                                   AlterConfigOpType, ConfigResource, NewPartitions, NewTopic, ResourcePatternType,
                                   ResourceType)
from kafka_server import Kafka, free_port

PASSWORD = "alice-secret"
LITERAL, PREFIXED = ResourcePatternType.LITERAL, ResourcePatternType.PREFIXED


class GuardedKafka(Kafka):
    """With StandardAuthorizer and a listener with SASL beside the one of its administrators."""

    def _boot(self):
        self.guarded_port = free_port()
        super()._boot()

    def _settings(self, node):
        settings = super()._settings(node)
        door = f"SASL_PLAINTEXT://127.0.0.1:{self.guarded_port}"
        module = "org.apache.kafka.common.security.plain.PlainLoginModule"
        return settings | {
            "listeners": f"{settings['listeners']},{door}",
            "advertised.listeners": f"{settings['advertised.listeners']},{door}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": f'{module} required user_alice="{PASSWORD}";',
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }


@contextlib.contextmanager
def guarded_embedded(kwire):
    command = [kwire, "broker", "--listen", "127.0.0.1:0", "--listen", "sasl_plaintext://127.0.0.1:0", "--user",
               f"alice:{PASSWORD}", "--authorize", "--super-user", "User:ANONYMOUS", "--no-auto-create"]
    # Addresses without a protocol are SASL's with --user, so the administrators' door is named.
    command[3] = "plaintext://127.0.0.1:0"
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            guarded = re.match(r"also listening on \w+://(.*)", process.stdout.readline())[1]
            yield process.stdout.readline().split()[-1], guarded
        finally:
            process.terminate()
            assert process.wait(10) == 0


def code_of(call):
    """The name of the error that a call ends in."""
    try:
        call()
    except KafkaException as failure:
        return failure.args[0].name()
    return "NO_ERROR"


class Stage:
    def __init__(self, open_address, guarded_address):
        self.suffix = uuid.uuid4().hex[:12]
        self.admin = AdminClient({"bootstrap.servers": open_address})
        self.settings = {"bootstrap.servers": guarded_address, "security.protocol": "SASL_PLAINTEXT",
                         "sasl.mechanism": "PLAIN", "sasl.username": "alice", "sasl.password": PASSWORD}
        self.alice = AdminClient(self.settings)

    def name(self, base):
        return f"{base}-{self.suffix}"

    def allow(self, kind, name, *operations, pattern=LITERAL, permission=AclPermissionType.ALLOW):
        rules = [AclBinding(kind, name, pattern, "User:alice", "*", operation, permission) for operation in operations]
        for future in self.admin.create_acls(rules).values():
            future.result(30)

    def topics(self, *names):
        """What alice sees; librdkafka loses requests while it turns from the bootstrap address to the broker."""
        for _ in range(10):
            try:
                return self.alice.list_topics(*names, timeout=20).topics
            except KafkaException as failure:
                assert failure.args[0].name() == "_TRANSPORT", failure
                time.sleep(0.1)
        raise AssertionError("no metadata")

    def produce(self, topic, **more):
        """The outcome of one record."""
        outcome = []
        producer = Producer(self.settings | {"message.timeout.ms": 10000} | {k.replace("_", "."): v for k, v in more.items()})
        producer.produce(topic, b"value", on_delivery=lambda error, _: outcome.append(error.name() if error else "NO_ERROR"))
        producer.flush(20)
        return outcome

    def read(self, topic, group):
        """What a member of the group gets first: a value or the name of an error."""
        consumer = Consumer(self.settings | {"group.id": group, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        try:
            message = consumer.poll(20)
            return None if message is None else message.error().name() if message.error() else message.value()
        except KafkaException as failure:
            return failure.args[0].name()
        finally:
            consumer.close()

    def commit(self, topic, group):
        consumer = Consumer(self.settings | {"group.id": group})
        try:
            done = consumer.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
            return [one.error.name() if one.error else "NO_ERROR" for one in done]
        except KafkaException as failure:
            return failure.args[0].name()
        finally:
            consumer.close()

    def transaction(self, identity):
        producer = Producer(self.settings | {"transactional.id": identity})
        return code_of(lambda: producer.init_transactions(15))

    def only(self, futures):
        return code_of(lambda: list(futures.values())[0].result(30))


def data(on):
    free, secret, made = on.name("free"), on.name("secret"), on.name("prefix-made")
    for topic in (free, secret):
        on.admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    seen = {"nothing allowed": on.produce(free, enable_idempotence=False)}
    seen["no topic in sight"] = [name for name in on.topics() if on.suffix in name]
    on.allow(ResourceType.TOPIC, free, AclOperation.READ, AclOperation.WRITE)
    seen["write"] = on.produce(free, enable_idempotence=False)
    seen["idempotent write"] = on.produce(free, enable_idempotence=True)
    seen["write secret"] = on.produce(secret, enable_idempotence=False)
    seen["topics in sight"] = [name.split("-")[0] for name in on.topics() if on.suffix in name]
    for name in (secret, on.name("unknown")):
        topic = on.topics(name)[name]
        seen[f"ask for {name.split('-')[0]}"] = topic.error.name() if topic.error else "NO_ERROR"
    seen["foreign group"] = on.read(free, on.name("other"))
    on.allow(ResourceType.GROUP, on.name("mine"), AclOperation.READ)
    seen["own group"] = on.read(free, on.name("mine"))
    seen["own group, secret topic"] = on.read(secret, on.name("mine"))
    seen["commit secret"] = on.commit(secret, on.name("mine"))
    seen["transaction"] = on.transaction(on.name("copier"))
    on.allow(ResourceType.TRANSACTIONAL_ID, on.name("copier"), AclOperation.WRITE)
    seen["transaction allowed"] = on.transaction(on.name("copier"))
    on.allow(ResourceType.TOPIC, free, AclOperation.WRITE, permission=AclPermissionType.DENY)
    seen["forbidden again"] = on.produce(free, enable_idempotence=False)
    seen["create"] = on.only(on.alice.create_topics([NewTopic(made, 1, 1)]))
    on.allow(ResourceType.TOPIC, on.name("prefix")[:6], AclOperation.CREATE, AclOperation.DELETE, pattern=PREFIXED)
    seen["create by prefix"] = on.only(on.alice.create_topics([NewTopic(made, 1, 1)]))
    seen["delete secret"] = on.only(on.alice.delete_topics([secret]))
    seen["delete by prefix"] = on.only(on.alice.delete_topics([made]))
    return seen


def administration(on):
    topic, group = on.name("administered"), on.name("described")
    on.admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    resource = ConfigResource(ResourceType.TOPIC, topic)
    entry = ConfigEntry("retention.bytes", "1000", incremental_operation=AlterConfigOpType.SET)
    change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    everything = AclBindingFilter(ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY,
                                  AclPermissionType.ANY)
    calls = {
        "describe settings": lambda: on.only(on.alice.describe_configs([resource])),
        "change settings": lambda: on.only(on.alice.incremental_alter_configs([change])),
        "more partitions": lambda: on.only(on.alice.create_partitions([NewPartitions(topic, 2)])),
        "offsets of a group": lambda: on.only(on.alice.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])),
        "describe group": lambda: on.only(on.alice.describe_consumer_groups([group])),
        "delete group": lambda: on.only(on.alice.delete_consumer_groups([group])),
        "describe rules": lambda: code_of(lambda: on.alice.describe_acls(everything).result(30)),
        "settings of the broker": lambda: on.only(on.alice.describe_configs([ConfigResource(ResourceType.BROKER, "1")])),
        "groups": lambda: sorted(one.group_id.split("-")[0] for one in on.alice.list_consumer_groups().result(30).valid),
    }
    seen = {name: call() for name, call in calls.items()}
    on.allow(ResourceType.TOPIC, topic, AclOperation.ALL)
    on.allow(ResourceType.GROUP, group, AclOperation.ALL)
    return seen | {f"{name}, allowed": call() for name, call in calls.items()}


def main():
    failed = 0
    with GuardedKafka() as kafka, guarded_embedded(sys.argv[1]) as (open_address, guarded_address):
        for scenario in (data, administration):
            expected = scenario(Stage(kafka.bootstrap, f"127.0.0.1:{kafka.guarded_port}"))
            got = scenario(Stage(open_address, guarded_address))
            different = [key for key in expected if expected[key] != got.get(key)]
            for key in different:
                print(f"{scenario.__name__}, {key}:\n  Kafka:    {expected[key]}\n  embedded: {got.get(key)}", flush=True)
            failed += bool(different)
            print(f"{'FAILED' if different else 'ok'}: {scenario.__name__}: {len(expected)} results", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
