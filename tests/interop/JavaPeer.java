import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Java client's part in the exchanges between clients; the same arguments and forms as peer.cpp. */
public final class JavaPeer {
    private JavaPeer() {}

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[1]);
        for (int i = 4; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            properties.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        if (args[0].equals("produce")) {
            produce(properties, args[2], args[3]);
        } else {
            consume(properties, args[2], Integer.parseInt(args[3]));
        }
    }

    private static void produce(Properties properties, String topic, String path) throws Exception {
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(path)));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (ProducerRecord<byte[], byte[]> r = next(in, topic); r != null; r = next(in, topic)) {
                producer.send(r, (metadata, error) -> failure.compareAndSet(null, error));
            }
            producer.flush();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private static ProducerRecord<byte[], byte[]> next(DataInputStream in, String topic) throws Exception {
        int partition;
        try {
            partition = in.readInt();
        } catch (EOFException end) {
            return null;
        }
        long timestamp = in.readLong();
        byte[] key = octets(in);
        byte[] value = octets(in);
        List<Header> headers = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = new String(octets(in), StandardCharsets.UTF_8);
            headers.add(new RecordHeader(name, octets(in)));
        }
        return new ProducerRecord<>(topic, partition, timestamp, key, value, headers);
    }

    private static byte[] octets(DataInputStream in) throws Exception {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] content = new byte[length];
        in.readFully(content);
        return content;
    }

    private static void consume(Properties properties, String topic, int count) {
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = new ArrayList<>();
            for (PartitionInfo info : consumer.partitionsFor(topic)) {
                all.add(new TopicPartition(topic, info.partition()));
            }
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long patience = System.nanoTime() + Duration.ofSeconds(120).toNanos();
            for (int left = count; left > 0;) {
                if (System.nanoTime() > patience) {
                    throw new IllegalStateException(left + " records did not come");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    out.println(canonical(record));
                    left--;
                }
            }
        }
        out.flush();
    }

    private static String canonical(ConsumerRecord<byte[], byte[]> record) {
        StringJoiner headers = new StringJoiner(",");
        for (Header header : record.headers()) {
            headers.add(header.key() + "=" + canonical(header.value()));
        }
        return record.partition() + "\t" + record.timestamp() + "\t" + canonical(record.key()) + "\t"
                + canonical(record.value()) + "\t" + headers;
    }

    private static String canonical(byte[] octets) {
        if (octets == null) {
            return "null";
        }
        CRC32 sum = new CRC32();
        sum.update(octets);
        return String.format("%d:%08x", octets.length, sum.getValue());
    }
}
