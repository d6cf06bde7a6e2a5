import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.AbstractLegacyRecordBatch;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/**
 * Writes record batches of every magic, codec and attribute, by chance from a seed, and reads what others wrote.
 * Prints a line for each set: octets, a tab, and the JSON that `kwire decode --ndjson` has for records, made of
 * what Kafka's classes read back. Then answers lines of octets on standard input with that JSON.
 */
public final class RecordBatches {
  private static final HexFormat HEX = HexFormat.of();
  private static final long NOW = 1700000000000L;

  private final Random random;

  private RecordBatches(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] args) throws Exception {
    RecordBatches writer = new RecordBatches(Long.parseLong(args[0]));
    for (int round = 0; round < Integer.parseInt(args[1]); ++round) writer.round();
    System.out.println("end");
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(json(MemoryRecords.readableRecords(ByteBuffer.wrap(HEX.parseHex(line)))));
    }
  }

  private void round() {
    for (byte magic = 0; magic <= 2; ++magic) {
      for (CompressionType type : CompressionType.values()) {
        if (magic < 2 && type == CompressionType.ZSTD) continue;
        for (TimestampType time : TimestampType.values()) {
          if ((magic == 0) == (time == TimestampType.NO_TIMESTAMP_TYPE)) batches(magic, type, time);
        }
      }
    }
    for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.COMMIT, ControlRecordType.ABORT}) {
      print(MemoryRecords.withEndTransactionMarker(random.nextInt(1000), NOW, random.nextInt(9), random.nextLong() >>> 1,
          (short) random.nextInt(99), new EndTransactionMarker(type, random.nextInt(99))));
    }
    ByteBuffer empty = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    DefaultRecordBatch.writeEmptyHeader(empty, (byte) 2, 5L, (short) 1, 7, 10L, 12L, 3, TimestampType.CREATE_TIME, NOW,
        true, false);
    empty.flip();
    print(MemoryRecords.readableRecords(empty));
  }

  /** Of every combination of attributes that the format has. */
  private void batches(byte magic, CompressionType type, TimestampType time) {
    print(build(magic, type, time, -1L, false, RecordBatch.NO_TIMESTAMP));
    if (magic < 2) return;
    print(build(magic, type, time, random.nextInt(99), false, RecordBatch.NO_TIMESTAMP));
    print(build(magic, type, time, random.nextInt(99), true, RecordBatch.NO_TIMESTAMP));
    if (time == TimestampType.CREATE_TIME) print(build(magic, type, time, -1L, false, NOW + random.nextInt(99)));
  }

  private MemoryRecords build(byte magic, CompressionType type, TimestampType time, long producer, boolean transactional,
      long horizon) {
    long base = random.nextInt(4) == 0 ? 0 : random.nextLong() >>> 2;
    short epoch = (short) (producer < 0 ? -1 : random.nextInt(100));
    int sequence = producer < 0 ? -1 : Integer.MAX_VALUE - random.nextInt(4);
    long append = time == TimestampType.LOG_APPEND_TIME ? NOW + random.nextInt(1000) : RecordBatch.NO_TIMESTAMP;
    var b = new MemoryRecordsBuilder(new ByteBufferOutputStream(1 << 12), magic, Compression.of(type).build(), time, base,
        append, producer, epoch, sequence, transactional, false, random.nextInt(10) - 1, 1 << 20, horizon);
    int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 80 : 6);
    long offset = base;
    for (int i = 0; i < count; ++i) {
      Header[] headers = magic < 2 ? new Header[0] : headers();
      b.appendWithOffset(offset, NOW + random.nextInt(100000) - 50000, octets(), octets(), headers);
      offset += magic == 2 && producer < 0 && random.nextInt(4) == 0 ? 1 + random.nextInt(200) : 1;
    }
    if (magic == 2 && producer < 0 && random.nextBoolean()) b.overrideLastOffset(offset + 3);
    return b.build();
  }

  private byte[] octets() {
    if (random.nextInt(6) == 0) return null;
    byte[] out = new byte[random.nextInt(10) == 0 ? random.nextInt(3000) : random.nextInt(12)];
    if (random.nextBoolean()) random.nextBytes(out);
    return out;
  }

  private Header[] headers() {
    Header[] out = new Header[random.nextInt(3) == 0 ? random.nextInt(5) : 0];
    String[] names = {"", "a", "caf\u00e9", "\ud83d\ude00", "x".repeat(100)};
    for (int i = 0; i < out.length; ++i) out[i] = new RecordHeader(names[random.nextInt(names.length)], octets());
    return out;
  }

  private static void print(MemoryRecords records) {
    byte[] all = new byte[records.buffer().remaining()];
    records.buffer().duplicate().get(all);
    System.out.println(HEX.formatHex(all) + "\t" + json(records));
  }

  private static String json(MemoryRecords set) {
    StringBuilder out = new StringBuilder("[");
    for (MutableRecordBatch b : set.batches()) {
      b.ensureValid();
      out.append(out.length() > 1 ? ",{" : "{");
      boolean old = b.magic() < 2;
      StringBuilder records = new StringBuilder();
      long first = b.baseOffset();
      int count = 0;
      for (Record r : b) {
        if (count++ == 0 && old) first = r.offset();
        records.append(count > 1 ? "," : "").append(record(b, r));
      }
      Object crc = old ? ((AbstractLegacyRecordBatch) b).outerRecord().checksum() : ((DefaultRecordBatch) b).checksum();
      Object base = old ? null : ((DefaultRecordBatch) b).baseTimestamp();
      Object horizon = b.deleteHorizonMs().isPresent() ? b.deleteHorizonMs().getAsLong() : null;
      member(out, "magic", b.magic());
      member(out, "baseOffset", first);
      member(out, "lastOffset", b.lastOffset());
      member(out, "partitionLeaderEpoch", old ? -1 : b.partitionLeaderEpoch());
      member(out, "crc", crc);
      member(out, "sizeInBytes", b.sizeInBytes());
      member(out, "compression", "\"" + b.compressionType().name + "\"");
      member(out, "timestampType", "\"" + b.timestampType().name + "\"");
      member(out, "isTransactional", b.isTransactional());
      member(out, "isControl", b.isControlBatch());
      member(out, "deleteHorizonMs", horizon);
      member(out, "baseTimestamp", base);
      member(out, "maxTimestamp", b.maxTimestamp());
      member(out, "producerId", b.producerId());
      member(out, "producerEpoch", b.producerEpoch());
      member(out, "baseSequence", b.baseSequence());
      member(out, "count", count);
      out.append("\"records\":[").append(records).append("]}");
    }
    return out.append("]").toString();
  }

  private static String record(RecordBatch batch, Record r) {
    StringBuilder out = new StringBuilder("{");
    member(out, "offset", r.offset());
    member(out, "timestamp", r.timestamp());
    member(out, "sequence", r.sequence());
    member(out, "key", base64(r.key()));
    member(out, "value", base64(r.value()));
    StringBuilder headers = new StringBuilder();
    for (Header h : r.headers()) {
      headers.append(headers.length() > 0 ? ",{" : "{");
      member(headers, "key", "\"" + h.key() + "\"");
      headers.append("\"value\":").append(base64(h.value() == null ? null : ByteBuffer.wrap(h.value()))).append("}");
    }
    if (batch.isControlBatch()) {
      EndTransactionMarker marker = EndTransactionMarker.deserialize(r);
      out.append("\"control\":{\"type\":\"").append(marker.controlType()).append("\",\"coordinatorEpoch\":")
          .append(marker.coordinatorEpoch()).append("},");
    }
    return out.append("\"headers\":[").append(headers).append("]}").toString();
  }

  private static void member(StringBuilder out, String name, Object value) {
    out.append('"').append(name).append("\":").append(value).append(',');
  }

  private static String base64(ByteBuffer octets) {
    if (octets == null) return null;
    byte[] copy = new byte[octets.remaining()];
    octets.duplicate().get(copy);
    return "\"" + Base64.getEncoder().encodeToString(copy) + "\"";
  }
}
