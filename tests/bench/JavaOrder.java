import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;

/** What JavaBench is asked to do, and the talk with tests/bench/meter.py; README.md has both. */
final class JavaOrder {
    private static final int KEYS = 10_000;
    private static final BufferedReader IN = new BufferedReader(new InputStreamReader(System.in));

    final String work;
    final String brokers;
    final String topic;
    final long count;
    final int size;
    final Properties settings = new Properties(); // of the client
    int threads = 1;
    boolean keys;
    boolean reports = true;
    boolean live; // whether the size of the heap is asked for
    long rate = 1000;
    int transaction = 1000; // records
    byte[][] values; // taken in turn
    byte[][] names; // keys, likewise
    private long allocated;
    private long inUse;

    JavaOrder(String[] args) throws IOException {
        if (args.length < 5) {
            throw new IllegalArgumentException("usage: WORK BROKERS TOPIC COUNT SIZE [bench.NAME=VALUE | KEY=VALUE]...");
        }
        work = args[0];
        brokers = args[1];
        topic = args[2];
        count = Long.parseLong(args[3]);
        size = Integer.parseInt(args[4]);
        values = new byte[][] {new byte[size]};
        settings.put("bootstrap.servers", brokers);
        for (int i = 5; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            option(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        names = new byte[KEYS][];
        for (int i = 0; i < KEYS; i++) {
            names[i] = String.format("key-%06d", i * 7919 % KEYS).getBytes();
        }
    }

    private void option(String name, String value) throws IOException {
        switch (name) {
            case "bench.threads" -> threads = Integer.parseInt(value);
            case "bench.keys" -> keys = value.equals("1");
            case "bench.reports" -> reports = value.equals("1");
            case "bench.live" -> live = value.equals("1");
            case "bench.rate" -> rate = Long.parseLong(value);
            case "bench.transaction" -> transaction = Integer.parseInt(value);
            case "bench.values" -> {
                byte[] all = Files.readAllBytes(Path.of(value));
                values = new byte[all.length / size][];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Arrays.copyOfRange(all, i * size, (i + 1) * size);
                }
            }
            default -> {
                if (name.startsWith("bench.")) {
                    throw new IllegalArgumentException("unknown: " + name);
                }
                settings.put(name, value);
            }
        }
    }

    /** Says that it begins and waits, while the meter reads what this process has used. */
    void ready() throws IOException {
        inUse = live();
        meet("ready");
        allocated = allocated();
    }

    void times(long records, long tookNs) throws IOException {
        String used = used();
        meet(String.format(Locale.ROOT, "{\"records\":%d,\"seconds\":%.6f,%s}", records, tookNs / 1e9, used));
    }

    void latencies(long[] ns, long tookNs) throws IOException {
        String used = used();
        int n = ns.length;
        Arrays.sort(ns);
        meet(String.format(Locale.ROOT,
                "{\"records\":%d,\"seconds\":%.6f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f,%s}", n, tookNs / 1e9,
                ns[n / 2] / 1e3, ns[(int) (n * 99L / 100)] / 1e3, ns[(int) (n * 999L / 1000)] / 1e3, used));
    }

    private String used() {
        String octets = "\"allocated_octets\":" + (allocated() - allocated);
        return live ? octets + ",\"live_octets\":" + (live() - inUse) : octets;
    }

    private static void meet(String line) throws IOException {
        System.out.println(line);
        System.out.flush();
        IN.readLine();
    }

    /** Octets that the threads of today have allocated, ever. */
    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).filter(n -> n > 0).sum();
    }

    /** Octets of the heap that are in use. */
    private long live() {
        if (!live) {
            return 0;
        }
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Sleeps until the n-th record of a paced run is due, and gives the time at which it was. */
    static long pace(long began, long rate, long index) throws InterruptedException {
        long due = began + index * 1_000_000_000 / rate;
        long left = due - System.nanoTime();
        if (left > 0) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
        return due;
    }
}
