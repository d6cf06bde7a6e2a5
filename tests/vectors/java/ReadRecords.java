import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Reads record sets, one a line in hex, and prints every record as a line of JSON (bytes in hex), as the Java
 * client sees it; "error" in place of what it refuses. Ends each set with an empty line.
 */
public class ReadRecords {
    static final HexFormat HEX = HexFormat.of();

    static String json(ByteBuffer b) {
        if (b == null) return "null";
        byte[] copy = new byte[b.remaining()];
        b.duplicate().get(copy);
        return "\"" + HEX.formatHex(copy) + "\"";
    }

    static void read(String line) {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(HEX.parseHex(line.trim())));
        for (RecordBatch batch : records.batches()) {
            batch.ensureValid();
            for (Record r : batch) {
                r.ensureValid();
                StringBuilder headers = new StringBuilder();
                for (Header h : r.headers()) {
                    headers.append(headers.length() == 0 ? "" : ",").append("\"")
                        .append(HEX.formatHex(h.key().getBytes(java.nio.charset.StandardCharsets.UTF_8))).append("\",")
                        .append(json(h.value() == null ? null : ByteBuffer.wrap(h.value())));
                }
                System.out.printf("{\"magic\":%d,\"codec\":\"%s\",\"offset\":%d,\"ts\":%d,\"tstype\":\"%s\","
                        + "\"pid\":%d,\"epoch\":%d,\"sequence\":%d,\"transactional\":%b,\"control\":%b,"
                        + "\"key\":%s,\"value\":%s,\"headers\":[%s]}%n",
                    batch.magic(), batch.compressionType().name, r.offset(), r.timestamp(), batch.timestampType().name,
                    batch.producerId(), batch.producerEpoch(), r.sequence(), batch.isTransactional(),
                    batch.isControlBatch(), json(r.key()), json(r.value()), headers);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isBlank()) continue;
            try {
                read(line);
            } catch (RuntimeException e) {
                System.out.println("{\"error\":\"" + e.toString().replace('"', '\'') + "\"}");
            }
            System.out.println();
        }
    }
}
