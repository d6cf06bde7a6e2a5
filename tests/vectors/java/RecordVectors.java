import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Prints what the Java client writes, as text: a line "set NAME HEX", a line for every batch, a line for every
 * record with the values that the Java client reads back. Made with kafka-clients 4.4.0:
 *   java -cp 'kafka-clients-4.4.0.jar:<its dependencies>' RecordVectors.java > ../records.txt
 */
public class RecordVectors {
    static final HexFormat HEX = HexFormat.of();

    static byte[] text(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    static String hex(ByteBuffer b) {
        if (b == null) return "null";
        byte[] copy = new byte[b.remaining()];
        b.duplicate().get(copy);
        return copy.length == 0 ? "-" : HEX.formatHex(copy);
    }

    static void print(String name, MemoryRecords records) {
        ByteBuffer buffer = records.buffer().duplicate();
        System.out.println("set " + name + " " + hex(buffer));
        for (RecordBatch b : records.batches()) {
            b.ensureValid();
            System.out.printf("batch %d %d %d %s %s %d %d %d %b %b %d %d %s%n", b.magic(),
                b.magic() < 2 && b.isCompressed() ? -1 : b.baseOffset(), b.lastOffset(), b.compressionType().name,
                b.timestampType().name, b.producerId(), b.producerEpoch(), b.baseSequence(), b.isTransactional(),
                b.isControlBatch(), b.maxTimestamp(), b.magic() < 2 ? -1 : b.partitionLeaderEpoch(),
                b.deleteHorizonMs().isPresent() ? Long.toString(b.deleteHorizonMs().getAsLong()) : "none");
            for (Record r : b) {
                StringBuilder line = new StringBuilder("record " + r.offset() + " " + r.timestamp() + " "
                    + hex(r.key()) + " " + hex(r.value()));
                for (Header h : r.headers()) {
                    ByteBuffer key = ByteBuffer.wrap(text(h.key()));
                    line.append(" ").append(hex(key)).append("=")
                        .append(hex(h.value() == null ? null : ByteBuffer.wrap(h.value())));
                }
                System.out.println(line);
            }
        }
    }

    static MemoryRecordsBuilder builder(byte magic, Compression how, TimestampType type, long base, long appendTime,
                                        long producer, boolean transactional, boolean control) {
        short epoch = (short) (producer < 0 ? -1 : 3);
        int sequence = producer < 0 || control ? -1 : 2147483640;
        return new MemoryRecordsBuilder(ByteBuffer.allocate(1 << 20), magic, how, type, base, appendTime, producer,
            epoch, sequence, transactional, control, 7, 1 << 20);
    }

    static void append(MemoryRecordsBuilder b, byte magic) {
        long now = 1700000000000L;
        b.append(now, text("key-1"), text("value-1"));
        b.append(now + 5, (byte[]) null, text("null key"));
        b.append(now - 7, text(""), text("empty key"));
        b.append(now + 9, text("null value"), (byte[]) null);
        b.append(now + 12, text("empty value"), text(""));
        b.append(now + 100000, (byte[]) null, (byte[]) null);
        b.append(now + 200000, text("k".repeat(70)), text("0123456789abcdef".repeat(40)));
        if (magic == 2) {
            b.append(now + 1, text("h"), text("v"), new Header[] {new RecordHeader("a", text("1")),
                new RecordHeader("a", (byte[]) null), new RecordHeader("", new byte[0]),
                new RecordHeader("caf\u00e9", text("x".repeat(100)))});
        }
        for (int i = 0; i < 60; i++) b.append(now + i, text("k" + i), text("row " + i + " of sixty"));
    }

    static Compression compression(CompressionType type) {
        return Compression.of(type).build();
    }

    static MemoryRecords markers(ControlRecordType type) {
        return MemoryRecords.withEndTransactionMarker(55L, 1700000000123L, 7, 4711L, (short) 3,
            new EndTransactionMarker(type, 21));
    }

    public static void main(String[] args) {
        for (byte magic = 0; magic <= 2; magic++) {
            for (CompressionType type : CompressionType.values()) {
                if (magic < 2 && type == CompressionType.ZSTD) continue;
                MemoryRecordsBuilder b = builder(magic, compression(type),
                    magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, 1000L, -1L, -1L, false, false);
                append(b, magic);
                print("v" + magic + "-" + type.name, b.build());
                if (magic == 0) continue;
                b = builder(magic, compression(type), TimestampType.LOG_APPEND_TIME, 77L, 1712345678901L, -1L, false, false);
                append(b, magic);
                print("v" + magic + "-" + type.name + "-append", b.build());
            }
        }
        MemoryRecordsBuilder b = builder((byte) 2, Compression.NONE, TimestampType.CREATE_TIME, 5L, -1L, 4711L, true, false);
        append(b, (byte) 2);
        print("transactional", b.build());
        b = builder((byte) 2, compression(CompressionType.ZSTD), TimestampType.CREATE_TIME, 1L << 40, -1L, 9L, false, false);
        append(b, (byte) 2);
        print("idempotent", b.build());
        print("abort", markers(ControlRecordType.ABORT));
        print("commit", markers(ControlRecordType.COMMIT));

        // A compacted batch: offsets left out inside and at the end; then one whose markers await removal.
        b = builder((byte) 2, Compression.NONE, TimestampType.CREATE_TIME, 10L, -1L, -1L, false, false);
        b.appendWithOffset(12L, 1700000000000L, text("a"), text("1"));
        b.appendWithOffset(15L, 1700000000001L, text("b"), text("2"));
        b.overrideLastOffset(19L);
        print("compacted", b.build());
        b = new MemoryRecordsBuilder(new org.apache.kafka.common.utils.internals.ByteBufferOutputStream(1 << 16), (byte) 2,
            Compression.NONE, TimestampType.CREATE_TIME, 30L, -1L, 4711L, (short) 3, 0, true, false, 7, 1 << 16,
            1700000099999L);
        b.append(1700000000000L, text("tomb"), (byte[]) null);
        b.append(1700000000500L, text("kept"), text("x"));
        print("delete-horizon", b.build());

        // Formats may change in the middle of a partition.
        List<MemoryRecords> parts = new ArrayList<>();
        for (byte magic = 0; magic <= 2; magic++) {
            b = builder(magic, magic == 1 ? compression(CompressionType.GZIP) : Compression.NONE,
                magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, 100L * (magic + 1), -1L, -1L, false, false);
            b.append(1700000000000L, text("m" + magic), text("first"));
            b.append(1700000000001L, text("m" + magic), text("second"));
            parts.add(b.build());
        }
        ByteBuffer all = ByteBuffer.allocate(1 << 16);
        for (MemoryRecords part : parts) all.put(part.buffer().duplicate());
        all.flip();
        print("mixed", MemoryRecords.readableRecords(all));
    }
}
