import java.util.*;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** Reads lines "key count", the key in hexadecimal behind an x, and adds the partition that the Java client chooses. */
public class PartitionVectors {
  public static void main(String[] arguments) {
    Scanner lines = new Scanner(System.in);
    while (lines.hasNext()) {
      String key = lines.next();
      int count = lines.nextInt();
      byte[] octets = HexFormat.of().parseHex(key.substring(1));
      System.out.println("java " + key + " " + count + " " + BuiltInPartitioner.partitionForKey(octets, count));
    }
  }
}
