// The librdkafka side of tools/bench. Every peer's program takes the same arguments and says the same lines;
// README.md tells them. Built against Debian's headers; which librdkafka runs is chosen by LD_PRELOAD.
#define _GNU_SOURCE
#include "rdkafka_bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { patience_ms = 120000, poll_every = 256 };

static atomic_llong delivered = 0;
static atomic_llong failed = 0;
static int64_t* latencies = NULL;

static void on_delivery(rd_kafka_t* rk, const rd_kafka_message_t* m, void* opaque) {
  (void)rk;
  (void)opaque;
  atomic_fetch_add_explicit(m->err ? &failed : &delivered, 1, memory_order_relaxed);
}

// The record's opaque is the time at which it was due. Flushing serves reports too, so two threads may be
// here.
static void on_acknowledgement(rd_kafka_t* rk, const rd_kafka_message_t* m, void* opaque) {
  (void)rk;
  (void)opaque;
  const int64_t took = now_ns() - (int64_t)(intptr_t)m->_private;
  if (m->err) atomic_fetch_add(&failed, 1);
  latencies[atomic_fetch_add(&delivered, 1)] = took;
}

struct sender {
  const struct order* wanted;
  rd_kafka_t* rk;
  rd_kafka_topic_t* to;
  int64_t count;
};

static void send_one(const struct sender* s, int64_t i, void* opaque) {
  const struct order* wanted = s->wanted;
  char* value = wanted->values + (size_t)i % wanted->value_count * wanted->size;
  const char* key = wanted->keys ? wanted->names[i % key_count] : NULL;
  while (rd_kafka_produce(s->to, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, wanted->size, key,
                          key == NULL ? 0 : key_size, opaque) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) need(rd_kafka_last_error());
    rd_kafka_poll(s->rk, 10);
  }
}

static void* send_all(void* argument) {
  const struct sender* s = argument;
  for (int64_t i = 0; i < s->count; ++i) {
    send_one(s, i, NULL);
    if (i % poll_every == 0) rd_kafka_poll(s->rk, 0);
  }
  return NULL;
}

static void send_by_threads(struct sender first, int64_t count) {
  const int threads = first.wanted->threads;
  pthread_t* others = calloc((size_t)threads, sizeof *others);
  struct sender other = first;
  other.count = count / threads;
  first.count = count - other.count * (threads - 1);
  for (int i = 1; i < threads; ++i) pthread_create(&others[i], NULL, send_all, &other);
  send_all(&first);
  for (int i = 1; i < threads; ++i) pthread_join(others[i], NULL);
  free(others);
}

static struct sender make_sender(const struct order* wanted, rd_kafka_conf_t* conf, const char* topic) {
  struct sender made = {.wanted = wanted, .rk = make(RD_KAFKA_PRODUCER, conf)};
  made.to = rd_kafka_topic_new(made.rk, topic, NULL);
  const struct rd_kafka_metadata* seen = NULL;
  need(rd_kafka_metadata(made.rk, 0, made.to, &seen, patience_ms));
  rd_kafka_metadata_destroy(seen);
  return made;
}

static void finish(rd_kafka_t* rk) {
  if (rd_kafka_flush(rk, patience_ms) != 0) die("not everything was delivered in time");
  if (failed != 0) die("some records were not delivered");
}

static void produce(const struct order* wanted) {
  rd_kafka_conf_t* conf = full_conf(wanted);
  if (wanted->reports) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  const struct sender s = make_sender(wanted, conf, wanted->topic);
  const int64_t warming = wanted->count >= 10 ? wanted->count / 10 : 1;
  send_by_threads(s, warming);
  finish(s.rk);
  meet("ready");
  const int64_t began = now_ns();
  send_by_threads(s, wanted->count);
  finish(s.rk);
  const int64_t took = now_ns() - began;
  if (wanted->reports && delivered != wanted->count + warming) die("reports are missing");
  meet_times(wanted->count, took);
}

// What records cost in memory while they wait: the meter has stopped the broker, and kills this program.
static void queue(const struct order* wanted) {
  rd_kafka_conf_t* conf = full_conf(wanted);
  if (wanted->reports) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  struct sender s = make_sender(wanted, conf, wanted->topic);
  s.count = 1;
  send_all(&s);
  finish(s.rk);
  meet("ready");
  const int64_t began = now_ns();
  s.count = wanted->count;
  send_all(&s);
  if (delivered + failed > 1) die("records left the queue");
  meet_times(wanted->count, now_ns() - began);
  _exit(0);
}

static void* take_reports(void* rk) {
  for (;;) rd_kafka_poll(rk, 100);
  return NULL;
}

// Flushing would spin while another thread takes the reports; there is no lingering to end.
static void send_paced(const struct sender* s, int64_t count) {
  const int64_t began = now_ns();
  delivered = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t due = pace(began, s->wanted->rate, i);
    send_one(s, i, (void*)(intptr_t)due);
  }
  for (int i = 0; delivered < count; ++i) {
    if (i == patience_ms) die("not everything was delivered in time");
    usleep(1000);
  }
  if (failed != 0) die("some records were not delivered");
}

// From the time a record is due to its report, on a thread that waits for nobody.
static void ack(const struct order* wanted) {
  rd_kafka_conf_t* conf = full_conf(wanted);
  rd_kafka_conf_set_dr_msg_cb(conf, on_acknowledgement);
  latencies = calloc((size_t)wanted->count, sizeof *latencies);
  const struct sender s = make_sender(wanted, conf, wanted->topic);
  pthread_t reports;
  pthread_create(&reports, NULL, take_reports, s.rk);
  send_paced(&s, wanted->count >= 10 ? wanted->count / 10 : 1);
  meet("ready");
  const int64_t began = now_ns();
  send_paced(&s, wanted->count);
  meet_latencies(latencies, wanted->count, now_ns() - began);
}

static void need_done(rd_kafka_error_t* failure) {
  if (failure != NULL) die(rd_kafka_error_string(failure));
}

static rd_kafka_t* make_reader(const struct order* wanted, const char* topic, bool committed) {
  rd_kafka_conf_t* conf = plain_conf(wanted);
  char* group = fresh_name();
  set(conf, "group.id", group);
  free(group);
  set(conf, "auto.offset.reset", "earliest");
  if (committed) set(conf, "enable.auto.commit", "false");
  rd_kafka_t* from = make(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(from);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
  need(rd_kafka_subscribe(from, topics));
  rd_kafka_topic_partition_list_destroy(topics);
  return from;
}

static void commit(rd_kafka_t* to, rd_kafka_t* from, rd_kafka_topic_partition_list_t* offsets) {
  rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(from);
  need_done(rd_kafka_send_offsets_to_transaction(to, offsets, group, patience_ms));
  rd_kafka_consumer_group_metadata_destroy(group);
  need_done(rd_kafka_commit_transaction(to, patience_ms));
}

static void note(rd_kafka_topic_partition_list_t* offsets, const char* topic, const rd_kafka_message_t* m) {
  rd_kafka_topic_partition_t* at = rd_kafka_topic_partition_list_find(offsets, topic, m->partition);
  if (at == NULL) at = rd_kafka_topic_partition_list_add(offsets, topic, m->partition);
  at->offset = m->offset + 1;
}

// Copies exactly once: so many records, and the offsets behind them, in each transaction.
static void copy(const struct order* wanted) {
  char* source = strdup(wanted->topic);
  char* target = strchr(source, ',');
  if (target == NULL || wanted->count % wanted->transaction != 0)
    die("copy wants two topics, whole transactions");
  *target++ = 0;
  rd_kafka_conf_t* conf = full_conf(wanted);
  set(conf, "transactional.id", fresh_name());
  const struct sender s = make_sender(wanted, conf, target);
  rd_kafka_t* from = make_reader(wanted, source, true);
  need_done(rd_kafka_init_transactions(s.rk, patience_ms));
  rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
  int64_t began = 0;
  const int64_t tenth = wanted->count / wanted->transaction / 10;
  const int64_t warming = (tenth > 0 ? tenth : 1) * wanted->transaction;
  for (int64_t i = 0; i < warming + wanted->count;) {
    rd_kafka_message_t* m = rd_kafka_consumer_poll(from, 500);
    if (m == NULL) continue;
    need(m->err);
    if (i % wanted->transaction == 0) need_done(rd_kafka_begin_transaction(s.rk));
    while (rd_kafka_produce(s.to, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, m->payload, m->len, NULL, 0,
                            NULL) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) need(rd_kafka_last_error());
      rd_kafka_poll(s.rk, 10);
    }
    note(offsets, source, m);
    rd_kafka_message_destroy(m);
    if (++i % wanted->transaction != 0) continue;
    commit(s.rk, from, offsets);
    if (i != warming) continue;
    meet("ready");
    began = now_ns();
  }
  meet_times(wanted->count, now_ns() - began);
}

// Reads the topic in a fresh group; the time begins with the first record.
static void consume(const struct order* wanted) {
  meet("ready");
  rd_kafka_t* from = make_reader(wanted, wanted->topic, false);
  int64_t got = 0;
  size_t octets = 0;
  int64_t began = 0;
  while (got < wanted->count) {
    rd_kafka_message_t* m = rd_kafka_consumer_poll(from, 1000);
    if (m == NULL) continue;
    need(m->err);
    if (got++ == 0) began = now_ns();
    octets += m->len;
    rd_kafka_message_destroy(m);
  }
  const int64_t took = now_ns() - began;
  if (octets < (size_t)wanted->count * wanted->size) die("values are too short");
  meet_times(got, took);
}

// A consumer of partition 0 at its end.
static rd_kafka_t* tail(const struct order* wanted) {
  rd_kafka_conf_t* conf = plain_conf(wanted);
  set(conf, "group.id", "rdkafka-bench-tail");
  rd_kafka_t* from = make(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(from);
  int64_t low = 0;
  int64_t high = 0;
  need(rd_kafka_query_watermark_offsets(from, wanted->topic, 0, &low, &high, patience_ms));
  rd_kafka_topic_partition_list_t* start = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(start, wanted->topic, 0)->offset = high;
  need(rd_kafka_assign(from, start));
  rd_kafka_topic_partition_list_destroy(start);
  return from;
}

// From produce to the consumer's poll, both here, one record at a time.
static void latency(const struct order* wanted) {
  const struct sender s = make_sender(wanted, full_conf(wanted), wanted->topic);
  rd_kafka_t* from = tail(wanted);
  latencies = calloc((size_t)wanted->count, sizeof *latencies);
  const int64_t warming = wanted->count >= 10 ? wanted->count / 10 : 1;
  int64_t began = 0;
  for (int64_t i = -warming; i < wanted->count; ++i) {
    if (i == 0) {
      meet("ready");
      began = now_ns();
    }
    const int64_t sent = now_ns();
    if (rd_kafka_produce(s.to, 0, RD_KAFKA_MSG_F_COPY, wanted->values, wanted->size, NULL, 0, NULL) != 0) {
      need(rd_kafka_last_error());
    }
    rd_kafka_message_t* m = NULL;
    while (m == NULL) m = rd_kafka_consumer_poll(from, 1000);
    need(m->err);
    rd_kafka_message_destroy(m);
    if (i >= 0) latencies[i] = now_ns() - sent;
  }
  meet_latencies(latencies, wanted->count, now_ns() - began);
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(const struct order*);
  } works[] = {{"produce", produce}, {"queue", queue},     {"ack", ack},
               {"copy", copy},       {"consume", consume}, {"latency", latency}};
  prctl(PR_SET_NAME, "app");
  const struct order* wanted = read_order(argc, argv);
  for (size_t i = 0; i < sizeof works / sizeof *works; ++i) {
    if (strcmp(wanted->work, works[i].name) != 0) continue;
    works[i].run(wanted);
    _exit(0);  // closing is not what is measured
  }
  die("the work is produce, queue, ack, copy, consume or latency");
}
