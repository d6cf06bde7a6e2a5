// The franz-go side of tools/bench. Every peer's program takes the same arguments and says the same lines;
// tests/bench/README.md tells them.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	background        = context.Background()
	delivered, failed atomic.Int64
)

func makeClient(options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(options...)
	need(err)
	return made
}

func freshName() string {
	return fmt.Sprintf("franz-go-bench-%d-%d", os.Getpid(), time.Now().UnixNano())
}

func report(_ *kgo.Record, err error) {
	if err != nil {
		failed.Add(1)
	} else {
		delivered.Add(1)
	}
}

// The records of one thread.
func send(o *order, to *kgo.Client, count int64) {
	promise := report
	if !o.reports {
		promise = nil
	}
	value, key := 0, 0
	for range count {
		record := &kgo.Record{Topic: o.topic, Value: o.values[value]}
		if o.live {
			record.Value = bytes.Clone(record.Value) // the client keeps what it is given where the others copy
		}
		if o.keys {
			record.Key = o.names[key]
		}
		if value++; value == len(o.values) {
			value = 0
		}
		if key++; key == len(o.names) {
			key = 0
		}
		to.Produce(background, record, promise)
	}
}

func sendByThreads(o *order, to *kgo.Client, count int64) {
	var others sync.WaitGroup
	each := count / int64(o.threads)
	for range o.threads - 1 {
		others.Go(func() { send(o, to, each) })
	}
	send(o, to, count-each*int64(o.threads-1))
	others.Wait()
}

func produce(o *order) {
	to := makeClient(o.options...)
	warming := max(o.count/10, 1)
	sendByThreads(o, to, warming)
	need(to.Flush(background))
	o.ready()
	began := time.Now()
	sendByThreads(o, to, o.count)
	need(to.Flush(background))
	took := time.Since(began)
	if failed.Load() != 0 {
		die("some records were not delivered")
	}
	if o.reports && delivered.Load() != o.count+warming {
		die("reports are missing")
	}
	o.times(o.count, took)
}

// What records cost in memory while they wait: the meter has stopped the broker, and kills this program.
func queue(o *order) {
	to := makeClient(o.options...)
	send(o, to, 1)
	need(to.Flush(background))
	o.ready()
	began := time.Now()
	send(o, to, o.count)
	took := time.Since(began)
	if delivered.Load()+failed.Load() > 1 {
		die("records left the queue")
	}
	o.times(o.count, took)
}

func paced(o *order, to *kgo.Client, count int64) []time.Duration {
	latencies := make([]time.Duration, 0, count)
	var lock sync.Mutex
	began := time.Now()
	for i := range count {
		due := pace(began, o.rate, i)
		to.Produce(background, &kgo.Record{Topic: o.topic, Value: o.values[i%int64(len(o.values))]},
			func(_ *kgo.Record, err error) {
				took := time.Since(due)
				lock.Lock()
				latencies = append(latencies, took)
				lock.Unlock()
				need(err)
			})
	}
	need(to.Flush(background))
	return latencies
}

// From the time a record is due to its report, which waits for nobody.
func ack(o *order) {
	to := makeClient(o.options...)
	paced(o, to, max(o.count/10, 1))
	o.ready()
	began := time.Now()
	latencies := paced(o, to, o.count)
	o.latencies(latencies, time.Since(began))
}

// Copies exactly once: so many records, and the offsets behind them, in each transaction.
func copyExactlyOnce(o *order) {
	source, target, _ := strings.Cut(o.topic, ",")
	if o.count%o.transaction != 0 {
		die("the count is not one of whole transactions")
	}
	session, err := kgo.NewGroupTransactSession(append(o.options, kgo.TransactionalID(freshName()),
		kgo.ConsumerGroup(freshName()), kgo.ConsumeTopics(source), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	need(err)
	var began time.Time
	warming := max(o.count/o.transaction/10, 1) * o.transaction
	for copied := int64(0); copied < warming+o.count; {
		need(session.Begin())
		for open := int64(0); open < o.transaction; {
			fetched := session.PollRecords(background, int(o.transaction-open))
			need(fetched.Err())
			fetched.EachRecord(func(r *kgo.Record) {
				session.Produce(background, &kgo.Record{Topic: target, Value: r.Value}, func(_ *kgo.Record, err error) { need(err) })
				open++
				copied++
			})
		}
		committed, err := session.End(background, kgo.TryCommit)
		need(err)
		if !committed {
			die("a transaction was not committed")
		}
		if copied == warming {
			o.ready()
			began = time.Now()
		}
	}
	o.times(o.count, time.Since(began))
}

// Reads the topic in a fresh group; the time begins with the first record.
func consume(o *order) {
	o.ready()
	from := makeClient(kgo.SeedBrokers(o.brokers), kgo.ConsumerGroup(freshName()), kgo.ConsumeTopics(o.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	got, octets := int64(0), int64(0)
	var began time.Time
	for got < o.count {
		fetched := from.PollFetches(background)
		need(fetched.Err())
		if got == 0 && fetched.NumRecords() > 0 {
			began = time.Now()
		}
		fetched.EachRecord(func(r *kgo.Record) {
			got++
			octets += int64(len(r.Value))
		})
	}
	took := time.Since(began)
	if octets < o.count*int64(o.size) {
		die("values are too short")
	}
	o.times(got, took)
}

// From produce to poll, both here, one record at a time.
func latency(o *order) {
	to := makeClient(append(o.options, kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	from := makeClient(kgo.SeedBrokers(o.brokers), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		o.topic: {0: kgo.NewOffset().AtEnd()}}))
	exchange := func() time.Duration {
		sent := time.Now()
		to.Produce(background, &kgo.Record{Topic: o.topic, Partition: 0, Value: o.values[0]}, nil)
		for {
			fetched := from.PollFetches(background)
			need(fetched.Err())
			if fetched.NumRecords() > 0 {
				return time.Since(sent)
			}
		}
	}
	settle(o, to, from)
	for range max(o.count/10, 1) {
		exchange()
	}
	o.ready()
	latencies := make([]time.Duration, 0, o.count)
	began := time.Now()
	for range o.count {
		latencies = append(latencies, exchange())
	}
	o.latencies(latencies, time.Since(began))
}

// Nobody tells when the reader has found the end: records are sent until one comes, and then all that were sent.
func settle(o *order, to, from *kgo.Client) {
	for {
		need(to.ProduceSync(background, &kgo.Record{Topic: o.topic, Partition: 0, Value: o.values[0]}).FirstErr())
		limited, cancel := context.WithTimeout(background, 200*time.Millisecond)
		fetched := from.PollFetches(limited)
		cancel()
		if fetched.NumRecords() > 0 {
			break
		}
	}
	for {
		limited, cancel := context.WithTimeout(background, 300*time.Millisecond)
		fetched := from.PollFetches(limited)
		cancel()
		if fetched.NumRecords() == 0 {
			return
		}
	}
}

func main() {
	o := readOrder(os.Args[1:])
	works := map[string]func(*order){"produce": produce, "queue": queue, "ack": ack, "copy": copyExactlyOnce,
		"consume": consume, "latency": latency}
	run, known := works[o.work]
	if !known {
		die("the work is produce, queue, ack, copy, consume or latency")
	}
	run(o)
}
