import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Java client's side of tools/bench. Every peer's program takes the same arguments and says the same lines;
    README.md tells them. */
public final class JavaBench {
    private final JavaOrder wanted;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private JavaBench(JavaOrder wanted) {
        this.wanted = wanted;
    }

    public static void main(String[] args) throws Exception {
        Thread.currentThread().setName("app");
        JavaBench bench = new JavaBench(new JavaOrder(args));
        switch (bench.wanted.work) {
            case "produce" -> bench.produce();
            case "queue" -> bench.queue();
            case "ack" -> bench.ack();
            case "copy" -> bench.copy();
            case "consume" -> bench.consume();
            case "latency" -> bench.latency();
            default -> throw new IllegalArgumentException("the work is produce, queue, ack, copy, consume or latency");
        }
        Runtime.getRuntime().halt(0); // closing is not what is measured
    }

    private KafkaProducer<byte[], byte[]> makeProducer(String topic) {
        var made = new KafkaProducer<>(wanted.settings, new ByteArraySerializer(), new ByteArraySerializer());
        made.partitionsFor(topic);
        return made;
    }

    private KafkaConsumer<byte[], byte[]> makeConsumer(Map<String, String> settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", wanted.brokers);
        all.putAll(settings);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The records of one thread. */
    private void send(KafkaProducer<byte[], byte[]> to, long count) {
        Callback report = wanted.reports ? (metadata, error) -> (error == null ? delivered : failed).incrementAndGet() : null;
        int value = 0;
        int key = 0;
        for (long i = 0; i < count; i++) {
            byte[] name = wanted.keys ? wanted.names[key] : null;
            to.send(new ProducerRecord<>(wanted.topic, name, wanted.values[value]), report);
            value = value + 1 == wanted.values.length ? 0 : value + 1;
            key = key + 1 == wanted.names.length ? 0 : key + 1;
        }
    }

    private void sendByThreads(KafkaProducer<byte[], byte[]> to, long count) throws InterruptedException {
        List<Thread> others = new ArrayList<>();
        long each = count / wanted.threads;
        for (int i = 1; i < wanted.threads; i++) {
            Thread other = new Thread(() -> send(to, each), "app");
            other.start();
            others.add(other);
        }
        send(to, count - each * (wanted.threads - 1));
        for (Thread other : others) {
            other.join();
        }
    }

    private void need(boolean so, String what) {
        if (!so) {
            throw new IllegalStateException(what);
        }
    }

    private void produce() throws Exception {
        var to = makeProducer(wanted.topic);
        long warming = Math.max(wanted.count / 10, 1);
        sendByThreads(to, warming);
        to.flush();
        wanted.ready();
        long began = System.nanoTime();
        sendByThreads(to, wanted.count);
        to.flush();
        long took = System.nanoTime() - began;
        need(failed.get() == 0, "some records were not delivered");
        need(!wanted.reports || delivered.get() == wanted.count + warming, "reports are missing");
        wanted.times(wanted.count, took);
    }

    /** What records cost in memory while they wait: the meter has stopped the broker, and kills this program. */
    private void queue() throws Exception {
        var to = makeProducer(wanted.topic);
        send(to, 1);
        to.flush();
        wanted.ready();
        long began = System.nanoTime();
        send(to, wanted.count);
        long took = System.nanoTime() - began;
        need(delivered.get() + failed.get() <= 1, "records left the queue");
        wanted.times(wanted.count, took);
    }

    /** From the time a record is due to its report, which waits for nobody. */
    private void ack() throws Exception {
        var to = makeProducer(wanted.topic);
        paced(to, Math.max((int) wanted.count / 10, 1));
        wanted.ready();
        long began = System.nanoTime();
        long[] latencies = paced(to, (int) wanted.count);
        wanted.latencies(latencies, System.nanoTime() - began);
    }

    private long[] paced(KafkaProducer<byte[], byte[]> to, int count) throws InterruptedException {
        long[] latencies = new long[count];
        AtomicLong at = new AtomicLong();
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = JavaOrder.pace(began, wanted.rate, i);
            to.send(new ProducerRecord<>(wanted.topic, wanted.values[i % wanted.values.length]), (metadata, error) -> {
                latencies[(int) at.getAndIncrement()] = System.nanoTime() - due;
                if (error != null) {
                    failed.incrementAndGet();
                }
            });
        }
        to.flush();
        need(failed.get() == 0 && at.get() == count, "a record was not delivered");
        return latencies;
    }

    /** Copies exactly once: so many records, and the offsets behind them, in each transaction. */
    private void copy() throws Exception {
        String[] topics = wanted.topic.split(",");
        need(wanted.count % wanted.transaction == 0, "the count is not one of whole transactions");
        wanted.settings.put("transactional.id", UUID.randomUUID().toString());
        var to = makeProducer(topics[1]);
        var from = makeConsumer(Map.of("group.id", UUID.randomUUID().toString(), "auto.offset.reset", "earliest",
                "enable.auto.commit", "false", "isolation.level", "read_committed"));
        to.initTransactions();
        from.subscribe(List.of(topics[0]));
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        long warming = Math.max(wanted.count / wanted.transaction / 10, 1) * wanted.transaction;
        long total = warming + wanted.count;
        long began = 0;
        for (long i = 0; i < total;) {
            for (ConsumerRecord<byte[], byte[]> record : from.poll(Duration.ofMillis(500))) {
                if (i == total) {
                    break;
                }
                if (i % wanted.transaction == 0) {
                    to.beginTransaction();
                }
                to.send(new ProducerRecord<>(topics[1], record.value()));
                offsets.put(new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1));
                if (++i % wanted.transaction != 0) {
                    continue;
                }
                to.sendOffsetsToTransaction(offsets, from.groupMetadata());
                to.commitTransaction();
                offsets.clear();
                if (i == warming) {
                    wanted.ready();
                    began = System.nanoTime();
                }
            }
        }
        wanted.times(wanted.count, System.nanoTime() - began);
    }

    /** Reads the topic in a fresh group; the time begins with the first record. */
    private void consume() throws Exception {
        var from = makeConsumer(Map.of("group.id", UUID.randomUUID().toString(), "auto.offset.reset", "earliest"));
        wanted.ready();
        from.subscribe(List.of(wanted.topic));
        long got = 0;
        long octets = 0;
        long began = 0;
        while (got < wanted.count) {
            for (ConsumerRecord<byte[], byte[]> record : from.poll(Duration.ofSeconds(1))) {
                if (got++ == 0) {
                    began = System.nanoTime();
                }
                octets += record.value().length;
            }
        }
        long took = System.nanoTime() - began;
        need(octets >= wanted.count * wanted.size, "values are too short");
        wanted.times(got, took);
    }

    /** From send to poll, both here, one record at a time. */
    private void latency() throws Exception {
        var to = makeProducer(wanted.topic);
        var from = makeConsumer(Map.of());
        TopicPartition partition = new TopicPartition(wanted.topic, 0);
        from.assign(List.of(partition));
        from.seekToEnd(List.of(partition));
        from.position(partition);
        long[] latencies = new long[(int) wanted.count];
        long began = 0;
        for (int i = -Math.max(latencies.length / 10, 1); i < latencies.length; i++) {
            if (i == 0) {
                wanted.ready();
                began = System.nanoTime();
            }
            long sent = System.nanoTime();
            to.send(new ProducerRecord<>(wanted.topic, 0, null, wanted.values[0]));
            while (from.poll(Duration.ofSeconds(1)).isEmpty()) {
                // nothing yet
            }
            if (i >= 0) {
                latencies[i] = System.nanoTime() - sent;
            }
        }
        wanted.latencies(latencies, System.nanoTime() - began);
    }
}
