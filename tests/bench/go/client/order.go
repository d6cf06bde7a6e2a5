package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const keyCount = 10000

var in = bufio.NewReader(os.Stdin)

// What the program is asked to do.
type order struct {
	work, brokers, topic string
	count                int64
	size                 int
	threads              int
	keys, reports, live  bool
	rate, transaction    int64
	values               [][]byte // taken in turn
	names                [][]byte // keys, likewise
	options              []kgo.Opt

	before runtime.MemStats
}

func die(what any) {
	fmt.Fprintln(os.Stderr, "franz_go_bench:", what)
	os.Exit(1)
}

func need(err error) {
	if err != nil {
		die(err)
	}
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	need(err)
	return n
}

func readOrder(args []string) *order {
	if len(args) < 5 {
		die("usage: WORK BROKERS TOPIC COUNT SIZE [bench.NAME=VALUE | KEY=VALUE]...")
	}
	o := &order{work: args[0], brokers: args[1], topic: args[2], count: number(args[3]), size: int(number(args[4])),
		threads: 1, reports: true, rate: 1000, transaction: 1000}
	o.values = [][]byte{make([]byte, o.size)}
	o.options = []kgo.Opt{kgo.SeedBrokers(strings.Split(o.brokers, ",")...)}
	for _, text := range args[5:] {
		name, value, _ := strings.Cut(text, "=")
		if strings.HasPrefix(name, "bench.") {
			o.own(name, value)
		} else {
			o.options = append(o.options, setting(name, value))
		}
	}
	for i := range keyCount {
		o.names = append(o.names, fmt.Appendf(nil, "key-%06d", i*7919%keyCount))
	}
	return o
}

func (o *order) own(name, value string) {
	switch name {
	case "bench.threads":
		o.threads = int(number(value))
	case "bench.keys":
		o.keys = value == "1"
	case "bench.reports":
		o.reports = value == "1"
	case "bench.live":
		o.live = value == "1"
	case "bench.rate":
		o.rate = number(value)
	case "bench.transaction":
		o.transaction = number(value)
	case "bench.values":
		all, err := os.ReadFile(value)
		need(err)
		o.values = nil
		for at := 0; at+o.size <= len(all); at += o.size {
			o.values = append(o.values, all[at:at+o.size])
		}
	default:
		die("unknown: " + name)
	}
}

// Kafka's names of settings, as far as the benchmarks use them.
func setting(name, value string) kgo.Opt {
	switch name + "=" + value {
	case "acks=all", "enable.idempotence=true":
		return kgo.RequiredAcks(kgo.AllISRAcks())
	case "compression.type=none":
		return kgo.ProducerBatchCompression(kgo.NoCompression())
	case "compression.type=gzip":
		return kgo.ProducerBatchCompression(kgo.GzipCompression())
	case "compression.type=snappy":
		return kgo.ProducerBatchCompression(kgo.SnappyCompression())
	case "compression.type=lz4":
		return kgo.ProducerBatchCompression(kgo.Lz4Compression())
	case "compression.type=zstd":
		return kgo.ProducerBatchCompression(kgo.ZstdCompression())
	}
	switch name {
	case "linger.ms":
		return kgo.ProducerLinger(time.Duration(number(value)) * time.Millisecond)
	case "batch.size":
		return kgo.ProducerBatchMaxBytes(int32(number(value)))
	case "max.buffered.records":
		return kgo.MaxBufferedRecords(int(number(value)))
	}
	die("unknown: " + name + "=" + value)
	return nil
}

// Says a line and waits for one, while the meter reads what this process has used.
func meet(line string) {
	fmt.Println(line)
	in.ReadString('\n')
}

func (o *order) ready() {
	if o.live {
		runtime.GC()
	}
	meet("ready")
	runtime.ReadMemStats(&o.before)
}

// What was allocated since, and (when asked for) what of the heap came into use.
func (o *order) used() string {
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	text := fmt.Sprintf("\"allocations\":%d,\"allocated_octets\":%d", after.Mallocs-o.before.Mallocs,
		after.TotalAlloc-o.before.TotalAlloc)
	if o.live {
		runtime.GC()
		runtime.ReadMemStats(&after)
		text += fmt.Sprintf(",\"live_octets\":%d", int64(after.HeapAlloc)-int64(o.before.HeapAlloc))
	}
	return text
}

func (o *order) times(records int64, took time.Duration) {
	used := o.used()
	meet(fmt.Sprintf("{\"records\":%d,\"seconds\":%.6f,%s}", records, took.Seconds(), used))
}

func (o *order) latencies(measured []time.Duration, took time.Duration) {
	used := o.used()
	sort.Slice(measured, func(i, j int) bool { return measured[i] < measured[j] })
	at := func(perMille int) float64 {
		return float64(measured[min(len(measured)-1, len(measured)*perMille/1000)].Nanoseconds()) / 1e3
	}
	meet(fmt.Sprintf("{\"records\":%d,\"seconds\":%.6f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f,%s}",
		len(measured), took.Seconds(), at(500), at(990), at(999), used))
}

// Sleeps until the n-th record of a paced run is due, and gives the time at which it was.
func pace(began time.Time, rate, index int64) time.Time {
	due := began.Add(time.Duration(index * int64(time.Second) / rate))
	time.Sleep(time.Until(due))
	return due
}
