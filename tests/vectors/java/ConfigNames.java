import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;

/** The keys of the Java client: peer, role, name, default. */
public class ConfigNames {
  public static void main(String[] arguments) {
    print("producer", ProducerConfig.configDef());
    print("consumer", ConsumerConfig.configDef());
    print("admin", AdminClientConfig.configDef());
  }

  static void print(String role, ConfigDef keys) {
    for (ConfigDef.ConfigKey key : new java.util.TreeMap<>(keys.configKeys()).values()) {
      String standard = key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null;
      System.out.println(String.join("\t", "java", role, key.name,
          standard == null ? "" : standard.replace('\n', ' ')));
    }
  }
}
