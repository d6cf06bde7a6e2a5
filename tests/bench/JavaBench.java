import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Java client's side of tools/bench; the same arguments and output as rdkafka_bench.c. */
public final class JavaBench {
    private JavaBench() {}

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[1]);
        for (int i = 5; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            properties.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        long count = Long.parseLong(args[3]);
        int size = Integer.parseInt(args[4]);
        switch (args[0]) {
            case "produce" -> produce(properties, args[2], count, size);
            case "consume" -> consume(properties, args[2], count, size);
            case "ack" -> ack(properties, args[2], (int) count, size);
            case "latency" -> latency(properties, args[2], (int) count, size);
            default -> throw new IllegalArgumentException("the work is produce, consume, ack or latency");
        }
    }

    private static void produce(Properties properties, String topic, long count, int size) throws Exception {
        byte[] value = new byte[size];
        for (int i = 0; i < size; i++) {
            value[i] = (byte) ('a' + i % 26);
        }
        AtomicLong failed = new AtomicLong();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            long start = System.nanoTime();
            for (long i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, value), (metadata, error) -> {
                    if (error != null) {
                        failed.incrementAndGet();
                    }
                });
            }
            producer.flush();
            if (failed.get() != 0) {
                throw new IllegalStateException("not everything was delivered");
            }
            report(count, size, (System.nanoTime() - start) / 1e9);
        }
    }

    private static void consume(Properties properties, String topic, long count, int size) throws Exception {
        properties.put("group.id", UUID.randomUUID().toString());
        properties.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            long got = 0;
            long sum = 0;
            long start = 0;
            while (got < count) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (got++ == 0) {
                        start = System.nanoTime(); // without the time a group takes to form
                    }
                    sum += record.value().length;
                }
            }
            if (sum < 0) {
                throw new IllegalStateException();
            }
            report(got, size, (System.nanoTime() - start) / 1e9);
        }
    }

    /** From send to the acknowledgement. */
    private static void ack(Properties properties, String topic, int count, int size) throws Exception {
        double[] latencies = new double[count];
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, new byte[size])).get();
                latencies[i] = (System.nanoTime() - start) / 1e3;
            }
        }
        reportLatencies(latencies);
    }

    /** From send to the consumer's poll, both in this process. */
    private static void latency(Properties properties, String topic, int count, int size) throws Exception {
        double[] latencies = new double[count];
        Properties reading = new Properties();
        reading.put("bootstrap.servers", properties.get("bootstrap.servers"));
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                properties, new ByteArraySerializer(), new ByteArraySerializer());
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition);
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[size]));
                while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
                    // nothing yet
                }
                latencies[i] = (System.nanoTime() - start) / 1e3;
            }
        }
        reportLatencies(latencies);
    }

    private static void reportLatencies(double[] latencies) {
        int count = latencies.length;
        Arrays.sort(latencies);
        System.out.printf("{\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f}%n", latencies[count / 2],
                latencies[count * 99 / 100], latencies[(int) (count * 999L / 1000)]);
    }

    private static void report(long records, int size, double seconds) throws Exception {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double cpu = system.getProcessCpuTime();
        String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:")).findFirst().orElse("VmHWM: 0 kB").replaceAll("\\D", "");
        System.out.printf("{\"records\":%d,\"seconds\":%.3f,\"records_per_second\":%.0f,\"mb_per_second\":%.2f,"
                        + "\"cpu_ns_per_record\":%.1f,\"peak_rss_kb\":%s}%n", records, seconds, records / seconds,
                records * (double) size / seconds / 1e6, cpu / records, peak);
    }
}
