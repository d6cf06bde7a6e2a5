// The librdkafka side of tools/bench: the same work as `kwire perf`, the same one line of JSON at the end.
// Built against Debian's headers; which librdkafka runs is chosen by LD_PRELOAD.
//
//   rdkafka_bench produce|consume|ack|latency BROKERS TOPIC COUNT SIZE [key=value ...]
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static int64_t delivered = 0;
static int64_t failed = 0;
static double sent_at = 0;
static double* latencies = NULL;

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double cpu_s(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
         (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void die(const char* what) {
  fprintf(stderr, "rdkafka_bench: %s\n", what);
  exit(1);
}

static void on_delivery(rd_kafka_t* rk, const rd_kafka_message_t* m, void* opaque) {
  (void)rk;
  (void)opaque;
  if (m->err) {
    ++failed;
    return;
  }
  if (latencies != NULL) latencies[delivered] = (now_s() - sent_at) * 1e6;
  ++delivered;
}

static rd_kafka_conf_t* make_conf(int argc, char** argv) {
  char why[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[2], why, sizeof why)) die(why);
  for (int i = 6; i < argc; ++i) {
    char* equals = strchr(argv[i], '=');
    if (equals == NULL) die("options are key=value");
    *equals = 0;
    if (rd_kafka_conf_set(conf, argv[i], equals + 1, why, sizeof why)) die(why);
  }
  return conf;
}

static void report(int64_t records, int64_t size, double seconds, double cpu) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  printf("{\"records\":%lld,\"seconds\":%.3f,\"records_per_second\":%.0f,\"mb_per_second\":%.2f,"
         "\"cpu_ns_per_record\":%.1f,\"peak_rss_kb\":%ld}\n",
         (long long)records, seconds, (double)records / seconds, (double)(records * size) / seconds / 1e6,
         cpu / (double)records * 1e9, u.ru_maxrss);
}

static void produce(rd_kafka_conf_t* conf, const char* topic, int64_t count, size_t size) {
  char why[512];
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t* rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (rk == NULL) die(why);
  rd_kafka_topic_t* rkt = rd_kafka_topic_new(rk, topic, NULL);
  char* value = malloc(size);
  for (size_t i = 0; i < size; ++i) value[i] = (char)('a' + i % 26);
  const double start = now_s();
  for (int64_t i = 0; i < count; ++i) {
    while (rd_kafka_produce(rkt, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(rk, 10);
    }
    if (i % 256 == 0) rd_kafka_poll(rk, 0);
  }
  rd_kafka_flush(rk, 120000);
  if (failed != 0 || delivered != count) die("not everything was delivered");
  report(count, (int64_t)size, now_s() - start, cpu_s());
}

static void consume(rd_kafka_conf_t* conf, const char* topic, int64_t count, size_t size) {
  char why[512];
  char group[64];
  snprintf(group, sizeof group, "rdkafka-bench-%ld", (long)(now_s() * 1e6));
  rd_kafka_conf_set(conf, "group.id", group, why, sizeof why);
  rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", why, sizeof why);
  rd_kafka_t* rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (rk == NULL) die(why);
  rd_kafka_poll_set_consumer(rk);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(rk, topics);
  double start = now_s();
  int64_t got = 0;
  volatile uint64_t sum = 0;
  while (got < count) {
    rd_kafka_message_t* m = rd_kafka_consumer_poll(rk, 1000);
    if (m == NULL) continue;
    if (m->err) die(rd_kafka_message_errstr(m));
    if (got == 0) start = now_s();  // without the time a group takes to form
    sum += m->len;
    ++got;
    rd_kafka_message_destroy(m);
  }
  report(count, (int64_t)size, now_s() - start, cpu_s());
  rd_kafka_consumer_close(rk);
}

static int by_value(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static void report_latencies(int64_t count) {
  qsort(latencies, (size_t)count, sizeof *latencies, by_value);
  printf("{\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f}\n", latencies[count / 2],
         latencies[count * 99 / 100], latencies[count * 999 / 1000]);
}

// From produce to the delivery report.
static void ack(rd_kafka_conf_t* conf, const char* topic, int64_t count, size_t size) {
  char why[512];
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t* rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (rk == NULL) die(why);
  rd_kafka_topic_t* rkt = rd_kafka_topic_new(rk, topic, NULL);
  char* value = calloc(1, size);
  latencies = calloc((size_t)count, sizeof *latencies);
  for (int64_t i = 0; i < count; ++i) {
    sent_at = now_s();
    if (rd_kafka_produce(rkt, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) != 0) {
      die(rd_kafka_err2str(rd_kafka_last_error()));
    }
    while (delivered <= i) {
      if (failed != 0) die("a record was not delivered");
      rd_kafka_poll(rk, 1000);
    }
  }
  report_latencies(count);
}

// A consumer of partition 0 at its end.
static rd_kafka_t* tail(const char* brokers, const char* topic) {
  char why[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why)) die(why);
  if (rd_kafka_conf_set(conf, "group.id", "rdkafka-bench-tail", why, sizeof why)) die(why);
  rd_kafka_t* rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (rk == NULL) die(why);
  rd_kafka_poll_set_consumer(rk);
  int64_t low = 0;
  int64_t high = 0;
  rd_kafka_resp_err_t failure = rd_kafka_query_watermark_offsets(rk, topic, 0, &low, &high, 10000);
  if (failure) die(rd_kafka_err2str(failure));
  rd_kafka_topic_partition_list_t* from = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(from, topic, 0)->offset = high;
  rd_kafka_assign(rk, from);
  return rk;
}

// From produce to the consumer's poll, both in this process.
static void latency(rd_kafka_conf_t* conf, const char* brokers, const char* topic, int64_t count, size_t size) {
  char why[512];
  rd_kafka_t* to = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (to == NULL) die(why);
  rd_kafka_topic_t* rkt = rd_kafka_topic_new(to, topic, NULL);
  rd_kafka_t* from = tail(brokers, topic);
  char* value = calloc(1, size);
  latencies = calloc((size_t)count, sizeof *latencies);
  for (int64_t i = 0; i < count; ++i) {
    const double start = now_s();
    if (rd_kafka_produce(rkt, 0, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) != 0) {
      die(rd_kafka_err2str(rd_kafka_last_error()));
    }
    rd_kafka_message_t* m = NULL;
    while (m == NULL) m = rd_kafka_consumer_poll(from, 1000);
    if (m->err) die(rd_kafka_message_errstr(m));
    rd_kafka_message_destroy(m);
    latencies[i] = (now_s() - start) * 1e6;
  }
  report_latencies(count);
}

int main(int argc, char** argv) {
  if (argc < 6) die("usage: rdkafka_bench produce|consume|ack|latency BROKERS TOPIC COUNT SIZE [key=value ...]");
  rd_kafka_conf_t* conf = make_conf(argc, argv);
  const int64_t count = atoll(argv[4]);
  const size_t size = (size_t)atoll(argv[5]);
  if (strcmp(argv[1], "produce") == 0) {
    produce(conf, argv[3], count, size);
  } else if (strcmp(argv[1], "consume") == 0) {
    consume(conf, argv[3], count, size);
  } else if (strcmp(argv[1], "ack") == 0) {
    ack(conf, argv[3], count, size);
  } else if (strcmp(argv[1], "latency") == 0) {
    latency(conf, argv[2], argv[3], count, size);
  } else {
    die("the work is produce, consume, ack or latency");
  }
  return 0;
}
