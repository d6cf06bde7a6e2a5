// What rdkafka_bench is asked to do, and the talk with tests/bench/meter.py; README.md has both.
#ifndef RDKAFKA_BENCH_H
#define RDKAFKA_BENCH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { key_size = 10, key_count = 10000 };

struct order {
  const char* work;
  const char* brokers;
  const char* topic;
  int64_t count;
  size_t size;
  int threads;
  bool keys;
  bool reports;
  int64_t rate;
  int64_t transaction;  // records
  char* values;         // one after the other
  size_t value_count;
  char names[key_count][key_size + 1];
  int first_setting;  // of the client, in argv
  int argc;
  char** argv;
};

__attribute__((noreturn)) void die(const char* what);
void need(rd_kafka_resp_err_t failure);
int64_t now_ns(void);
// Says a line and waits for one, while the meter reads what this process has used.
void meet(const char* line);
void meet_times(int64_t records, int64_t took_ns);
void meet_latencies(int64_t* ns, int64_t count, int64_t took_ns);
// Sleeps until the n-th record of a paced run is due, and gives the time at which it was.
int64_t pace(int64_t began_ns, int64_t rate, int64_t index);

struct order* read_order(int argc, char** argv);
void set(rd_kafka_conf_t* conf, const char* key, const char* value);
// With the brokers' address alone, or all settings of the order.
rd_kafka_conf_t* plain_conf(const struct order* wanted);
rd_kafka_conf_t* full_conf(const struct order* wanted);
rd_kafka_t* make(rd_kafka_type_t type, rd_kafka_conf_t* conf);
// A name that nobody has used; to be freed.
char* fresh_name(void);

#endif
