// What all works of rdkafka_bench have in common.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rdkafka_bench.h"

void die(const char* what) {
  fprintf(stderr, "rdkafka_bench: %s\n", what);
  _exit(1);
}

void need(rd_kafka_resp_err_t failure) {
  if (failure) die(rd_kafka_err2str(failure));
}

int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void meet(const char* line) {
  char answer[64];
  puts(line);
  fflush(stdout);
  if (fgets(answer, sizeof answer, stdin) == NULL) return;
}

void meet_times(int64_t records, int64_t took_ns) {
  char line[128];
  snprintf(line, sizeof line, "{\"records\":%lld,\"seconds\":%.6f}", (long long)records,
           (double)took_ns / 1e9);
  meet(line);
}

static int by_value(const void* a, const void* b) {
  const int64_t x = *(const int64_t*)a;
  const int64_t y = *(const int64_t*)b;
  return (x > y) - (x < y);
}

void meet_latencies(int64_t* ns, int64_t count, int64_t took_ns) {
  char line[256];
  qsort(ns, (size_t)count, sizeof *ns, by_value);
  snprintf(line, sizeof line,
           "{\"records\":%lld,\"seconds\":%.6f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f}",
           (long long)count, (double)took_ns / 1e9, (double)ns[count / 2] / 1e3,
           (double)ns[count * 99 / 100] / 1e3, (double)ns[count * 999 / 1000] / 1e3);
  meet(line);
}

int64_t pace(int64_t began_ns, int64_t rate, int64_t index) {
  const int64_t due = began_ns + index * 1000000000 / rate;
  const int64_t left = due - now_ns();
  if (left > 0) {
    const struct timespec t = {left / 1000000000, left % 1000000000};
    nanosleep(&t, NULL);
  }
  return due;
}

static void read_values(struct order* wanted, const char* file) {
  FILE* in = fopen(file, "rb");
  if (in == NULL) die("cannot read the values");
  fseek(in, 0, SEEK_END);
  wanted->value_count = (size_t)ftell(in) / wanted->size;
  rewind(in);
  if (wanted->value_count == 0) die("no values in the file");
  wanted->values = malloc(wanted->value_count * wanted->size);
  if (fread(wanted->values, wanted->size, wanted->value_count, in) != wanted->value_count)
    die("cannot read the values");
  fclose(in);
}

static void read_option(struct order* wanted, const char* text) {
  const char* value = strchr(text, '=') + 1;
  const size_t length = (size_t)(value - text);
  if (strncmp(text, "bench.threads=", length) == 0) {
    wanted->threads = atoi(value);
  } else if (strncmp(text, "bench.keys=", length) == 0) {
    wanted->keys = atoi(value) != 0;
  } else if (strncmp(text, "bench.reports=", length) == 0) {
    wanted->reports = atoi(value) != 0;
  } else if (strncmp(text, "bench.rate=", length) == 0) {
    wanted->rate = atoll(value);
  } else if (strncmp(text, "bench.transaction=", length) == 0) {
    wanted->transaction = atoll(value);
  } else if (strncmp(text, "bench.values=", length) == 0) {
    read_values(wanted, value);
  } else {
    die(text);
  }
}

struct order* read_order(int argc, char** argv) {
  if (argc < 6) die("usage: rdkafka_bench WORK BROKERS TOPIC COUNT SIZE [bench.NAME=VALUE | KEY=VALUE]...");
  struct order* wanted = calloc(1, sizeof *wanted);
  *wanted = (struct order){.work = argv[1],
                           .brokers = argv[2],
                           .topic = argv[3],
                           .count = atoll(argv[4]),
                           .size = (size_t)atoll(argv[5]),
                           .threads = 1,
                           .reports = true,
                           .rate = 1000,
                           .transaction = 1000,
                           .argc = argc,
                           .argv = argv};
  for (int i = 6; i < argc; ++i) {
    if (strchr(argv[i], '=') == NULL) die("options are KEY=VALUE");
    if (strncmp(argv[i], "bench.", 6) == 0) read_option(wanted, argv[i]);
  }
  if (wanted->values == NULL) {
    wanted->value_count = 1;
    wanted->values = malloc(wanted->size);
    memset(wanted->values, 'x', wanted->size);
  }
  for (int i = 0; i < key_count; ++i)
    snprintf(wanted->names[i], key_size + 1, "key-%06d", i * 7919 % key_count);
  return wanted;
}

void set(rd_kafka_conf_t* conf, const char* key, const char* value) {
  char why[512];
  if (rd_kafka_conf_set(conf, key, value, why, sizeof why)) die(why);
}

rd_kafka_conf_t* plain_conf(const struct order* wanted) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", wanted->brokers);
  return conf;
}

rd_kafka_conf_t* full_conf(const struct order* wanted) {
  rd_kafka_conf_t* conf = plain_conf(wanted);
  for (int i = 6; i < wanted->argc; ++i) {
    char* text = strdup(wanted->argv[i]);
    char* equals = strchr(text, '=');
    *equals = 0;
    if (strncmp(text, "bench.", 6) != 0) set(conf, text, equals + 1);
    free(text);
  }
  return conf;
}

rd_kafka_t* make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  char why[512];
  rd_kafka_t* made = rd_kafka_new(type, conf, why, sizeof why);
  if (made == NULL) die(why);
  return made;
}

char* fresh_name(void) {
  char* name = malloc(64);
  snprintf(name, 64, "rdkafka-bench-%d-%lld", (int)getpid(), (long long)now_ns());
  return name;
}
