import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Prints test vectors: for every message and version named on the command line ("FetchRequest" or
 * "FetchRequest:0-3") one line with default values and some with random ones, as Kafka's own classes encode
 * them: name, version, octets in hex ("-" for none), JSON. See make_vectors.py.
 *
 * <p>With "--compare SEED FILLS" in front it prints for compare.py instead, tab-separated: kind ("request",
 * "response", "data", "header", or one of the first two with "_frame"), name, API key or -1, version, whether
 * there are unknown tagged fields, octets, JSON, record sets ("-" for a null one).
 *
 * <p>Which fields exist at a version is taken from the generated SCHEMAS; the values are set by reflection.
 * The user data of the sticky assignors have no generated classes but a Schema a version.
 */
public final class MessageVectors {
  private static final String[] PACKAGES = {
    "org.apache.kafka.common.message.",
    "org.apache.kafka.coordinator.group.generated.",
    "org.apache.kafka.coordinator.transaction.generated.",
    "org.apache.kafka.coordinator.share.generated."
  };
  private static final String ASSIGNORS = "org.apache.kafka.clients.consumer.";
  private static final Map<String, String[]> STRUCTS =
      Map.of(
          "StickyAssignorUserData", new String[] {"StickyAssignor", "STICKY_ASSIGNOR_USER_DATA_V"},
          "CooperativeStickyAssignorUserData",
              new String[] {"CooperativeStickyAssignor", "COOPERATIVE_STICKY_ASSIGNOR_USER_DATA_V"});
  private static final int RANDOM_FILLS = 3;
  private static final int FIRST_UNKNOWN_TAG = 1000;
  private static final String[] WORDS = {
    "", "a", "topic-1", "tab\tquote\"back\\slash", "line\nend\r", "\u0001\u001f\u007f", "gr\u00fc\u00df", "\u2603 snow",
    "\ud83d\ude00", "x".repeat(130)
  };

  private static boolean comparing = false;
  private static long firstSeed = 0;
  private static int fills = RANDOM_FILLS;

  private final Random random;
  private final List<String> recordSets = new ArrayList<>();
  private boolean addsUnknown = true;
  private boolean unknownFields = false;

  private MessageVectors(long seed) {
    random = new Random(firstSeed + seed);
  }

  public static void main(String[] args) throws Exception {
    int first = 0;
    if (args.length > 0 && args[0].equals("--compare")) {
      comparing = true;
      firstSeed = 1_000_003L * Long.parseLong(args[1]);
      fills = Integer.parseInt(args[2]);
      first = 3;
    }
    for (String arg : Arrays.asList(args).subList(first, args.length)) {
      String[] parts = arg.split("[:-]");
      String name = parts[0];
      if (STRUCTS.containsKey(name)) {
        printStructs(name);
        continue;
      }
      Class<?> type = classOf(name);
      Message sample = (Message) type.getConstructor().newInstance();
      int lowest = parts.length > 1 ? Integer.parseInt(parts[1]) : sample.lowestSupportedVersion();
      int highest = parts.length > 2 ? Integer.parseInt(parts[2]) : sample.highestSupportedVersion();
      for (int version = lowest; version <= highest; ++version) {
        for (int fill = 0; fill <= fills; ++fill) {
          print(name, type, (short) version, fill);
        }
      }
    }
  }

  private static Class<?> classOf(String name) {
    for (String home : PACKAGES) {
      for (String suffix : new String[] {"Data", ""}) {
        try {
          return Class.forName(home + name + suffix);
        } catch (ClassNotFoundException e) {
          // another has it
        }
      }
    }
    throw new IllegalArgumentException("no class for " + name);
  }

  private static void print(String name, Class<?> type, short version, int fill) throws Exception {
    Message message = (Message) type.getConstructor().newInstance();
    var values = new MessageVectors(31L * name.hashCode() + 7L * version + fill);
    values.addsUnknown = !comparing || fill % 2 == 0;
    if (fill > 0) values.fill(message, schemaOf(type, version), 0);
    String hex = HexFormat.of().formatHex(octets(message, version));
    if (comparing) {
      values.compare(name, message, version, hex, fill);
    } else {
      System.out.println(name + " " + version + " " + (hex.isEmpty() ? "-" : hex) + " " + json(message, version));
    }
  }

  private static Schema schemaOf(Class<?> type, short version) throws Exception {
    return ((Schema[]) type.getField("SCHEMAS").get(null))[version];
  }

  private static byte[] octets(Message message, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    byte[] octets = new byte[message.size(cache, version)];
    message.write(new ByteBufferAccessor(ByteBuffer.wrap(octets)), cache, version);
    return octets;
  }

  private static Object json(Message message, short version) throws Exception {
    Class<?> type = message.getClass();
    Method write = Class.forName(type.getName() + "JsonConverter").getMethod("write", type, short.class, boolean.class);
    return write.invoke(null, message, version, false);
  }

  /** The lines for a message by itself and, of requests and responses, behind a header. */
  private void compare(String name, Message message, short version, String hex, int fill) throws Exception {
    boolean request = name.endsWith("Request");
    boolean sent = request || name.endsWith("Response");
    String kind = sent ? (request ? "request" : "response") : name.endsWith("Header") ? "header" : "data";
    int key = sent ? ((ApiMessage) message).apiKey() : -1;
    String body = String.valueOf(json(message, version));
    line(kind, name, key, version, hex, body);
    if (!sent) return;
    ApiMessageType api = ApiMessageType.fromApiKey((short) key);
    short headerVersion = request ? api.requestHeaderVersion(version) : api.responseHeaderVersion(version);
    Message header = request ? new RequestHeaderData() : new ResponseHeaderData();
    if (fill > 0) fill(header, schemaOf(header.getClass(), headerVersion), 0);
    if (header instanceof RequestHeaderData) {
      ((RequestHeaderData) header).setRequestApiKey((short) key).setRequestApiVersion(version);
      if (headerVersion == 0) ((RequestHeaderData) header).setClientId("");
    }
    String all = HexFormat.of().formatHex(octets(header, headerVersion)) + hex;
    String parts = "\"header\":" + json(header, headerVersion) + ",\"body\":" + body;
    line(kind + "_frame", name, key, version, all, "{\"headerVersion\":" + headerVersion + "," + parts + "}");
  }

  private void line(String kind, String name, int key, int version, String hex, String json) {
    String sets = String.join(",", recordSets);
    System.out.println(
        String.join("\t", kind, name, "" + key, "" + version, "" + unknownFields, hex, json, sets));
  }

  private static void printStructs(String name) throws Exception {
    String[] home = STRUCTS.get(name);
    for (Field field : Class.forName(ASSIGNORS + home[0]).getDeclaredFields()) {
      if (!field.getName().startsWith(home[1])) continue;
      field.setAccessible(true);
      Schema schema = (Schema) field.get(null);
      String version = field.getName().substring(home[1].length());
      for (int fill = 0; fill <= fills; ++fill) {
        var values = new MessageVectors(31L * name.hashCode() + 7L * Integer.parseInt(version) + fill);
        Struct struct = values.struct(schema, fill > 0);
        ByteBuffer octets = ByteBuffer.allocate(struct.sizeOf());
        struct.writeTo(octets);
        String hex = HexFormat.of().formatHex(octets.array());
        if (comparing) {
          values.line("data", name, -1, Integer.parseInt(version), hex, "" + json(struct));
        } else {
          System.out.println(name + " " + version + " " + hex + " " + json(struct));
        }
      }
    }
  }

  private Struct struct(Schema schema, boolean filled) {
    Struct out = new Struct(schema);
    for (BoundField field : schema.fields()) out.set(field, structValue(field.def.type, filled));
    return out;
  }

  private Object structValue(Type type, boolean filled) {
    if (type instanceof Schema) return struct((Schema) type, filled);
    if (type == Type.STRING) return WORDS[random.nextInt(WORDS.length)];
    if (type == Type.INT32) return filled ? (int) number() : -1;
    Object[] elements = new Object[filled ? random.nextInt(3) : 0];
    for (int i = 0; i < elements.length; ++i) elements[i] = structValue(type.arrayElementType().get(), filled);
    return elements;
  }

  private static JsonNode json(Object value) {
    if (value instanceof Integer) return JsonNodeFactory.instance.numberNode((Integer) value);
    if (value instanceof String) return JsonNodeFactory.instance.textNode((String) value);
    if (value instanceof Object[]) {
      var list = JsonNodeFactory.instance.arrayNode();
      for (Object element : (Object[]) value) list.add(json(element));
      return list;
    }
    var object = JsonNodeFactory.instance.objectNode();
    for (BoundField field : ((Struct) value).schema().fields()) {
      String name = field.def.name.equals("previous_assignment") ? "previousAssignment" : field.def.name;
      object.set(name, json(((Struct) value).get(field)));
    }
    return object;
  }

  private void fill(Message message, Schema schema, int depth) throws Exception {
    for (BoundField field : schema.fields()) {
      if (field.def.type instanceof TaggedFields) {
        tagged(message, (TaggedFields) field.def.type, depth);
      } else {
        set(message, field.def.name, field.def.type, depth);
      }
    }
  }

  private void tagged(Message message, TaggedFields section, int depth) throws Exception {
    Field known = TaggedFields.class.getDeclaredField("fields");  // has no accessor in older versions
    known.setAccessible(true);
    for (Object entry : ((Map<?, ?>) known.get(section)).values()) {
      var field = (org.apache.kafka.common.protocol.types.Field) entry;
      if (random.nextInt(3) > 0) set(message, field.name, field.type, depth);
    }
    for (int i = 0; i < 2; ++i) {
      if (random.nextInt(6) > 0 || !addsUnknown) continue;
      byte[] content = new byte[random.nextInt(5)];
      random.nextBytes(content);
      unknownFields = true;
      message.unknownTaggedFields().add(new RawTaggedField(FIRST_UNKNOWN_TAG + i, content));
    }
  }

  private void set(Message message, String name, Type type, int depth) throws Exception {
    String wanted = name.replace("_", "").toLowerCase();
    for (Field member : message.getClass().getDeclaredFields()) {
      if (!member.getName().toLowerCase().equals(wanted)) continue;
      member.setAccessible(true);
      boolean toNull = type.isNullable() && random.nextInt(5) == 0;
      if (toNull && member.getType().getSimpleName().equals("BaseRecords")) recordSets.add("-");
      member.set(message, toNull ? null : value(member, type, depth));
      return;
    }
    throw new IllegalStateException(message.getClass() + " has no member for " + name);
  }

  private Object value(Field member, Type type, int depth) throws Exception {
    Class<?> javaType = member.getType();
    if (Collection.class.isAssignableFrom(javaType)) return collection(member, type, depth);
    if (Message.class.isAssignableFrom(javaType)) {
      Message inner = (Message) javaType.getConstructor().newInstance();
      fill(inner, (Schema) type, depth + 1);
      return inner;
    }
    if (type == Type.UINT16) return (int) number() & 0xffff;
    return scalar(javaType);
  }

  @SuppressWarnings("unchecked")
  private Object collection(Field member, Type type, int depth) throws Exception {
    boolean list = member.getType() == List.class;
    var generic = list ? member.getGenericType() : member.getType().getGenericSuperclass();
    Class<?> element = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
    Collection<Object> out =
        list ? new ArrayList<>() : (Collection<Object>) member.getType().getConstructor().newInstance();
    int count = depth > 1 ? random.nextInt(2) : random.nextInt(3);
    for (int i = 0; i < count; ++i) {
      if (Message.class.isAssignableFrom(element)) {
        Message inner = (Message) element.getConstructor().newInstance();
        fill(inner, (Schema) type.arrayElementType().get(), depth + 1);
        out.add(inner);
      } else {
        out.add(scalar(element));
      }
    }
    return out;
  }

  private Object scalar(Class<?> type) throws Exception {
    if (type == boolean.class) return random.nextBoolean();
    if (type == byte.class || type == Byte.class) return (byte) number();
    if (type == short.class || type == Short.class) return (short) number();
    if (type == int.class || type == Integer.class) return (int) number();
    if (type == long.class || type == Long.class) return number();
    if (type == double.class) return random.nextInt(4) == 0 ? 0.0 : random.nextGaussian() * 1e6;
    if (type == String.class) return WORDS[random.nextInt(WORDS.length)];
    if (type == Uuid.class) return new Uuid(number(), number());
    byte[] octets = new byte[random.nextInt(12)];
    random.nextBytes(octets);
    if (type == byte[].class) return octets;
    if (type == ByteBuffer.class) return ByteBuffer.wrap(octets);
    if (type.getSimpleName().equals("BaseRecords")) {  // its package differs between versions of Kafka
      recordSets.add(HexFormat.of().formatHex(octets));
      Class<?> records = Class.forName(type.getPackageName() + ".MemoryRecords");
      return records.getMethod("readableRecords", ByteBuffer.class).invoke(null, ByteBuffer.wrap(octets));
    }
    throw new IllegalStateException("no value for " + type);
  }

  private long number() {
    switch (random.nextInt(6)) {
      case 0:
        return 0;
      case 1:
        return -1;
      case 2:
        return Long.MAX_VALUE;
      case 3:
        return Long.MIN_VALUE;
      case 4:
        return random.nextInt(300);
      default:
        return random.nextLong();
    }
  }
}
