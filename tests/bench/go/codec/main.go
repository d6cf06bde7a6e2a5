// franz-go's message codecs on the octets that messages_bench wrote: a line of JSON for each measurement.
//
// usage: codec FOLDER
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"syscall"

	"github.com/twmb/franz-go/pkg/kmsg"
)

type message interface {
	SetVersion(int16)
	ReadFrom([]byte) error
	AppendTo([]byte) []byte
}

func cpuNanoseconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		die(err)
	}
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

func die(err error) {
	fmt.Fprintln(os.Stderr, "codec:", err)
	os.Exit(1)
}

// CPU time of the whole process, the collector's threads included, for each call of work: the clock is too coarse
// for a single one, so calls go in groups.
func measure(name string, rounds, group int, work func()) {
	took := make([]float64, 0, rounds)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < rounds; i++ {
		start := cpuNanoseconds()
		for j := 0; j < group; j++ {
			work()
		}
		took = append(took, (cpuNanoseconds()-start)/float64(group))
	}
	runtime.ReadMemStats(&after)
	sort.Float64s(took)
	line, _ := json.Marshal(map[string]any{
		"case": name, "ns": took[len(took)/2],
		"allocations": (after.Mallocs - before.Mallocs) / uint64(rounds*group),
	})
	fmt.Println(string(line))
}

func run(folder, name string, version int16, rounds, group int, fresh func() message) {
	octets, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		die(err)
	}
	read := func() message {
		m := fresh()
		m.SetVersion(version)
		if err := m.ReadFrom(octets); err != nil {
			die(err)
		}
		return m
	}
	measure(name+" fresh", rounds, group, func() { read() })
	m := read()
	var out []byte
	measure(name+" encode", rounds, group, func() { out = m.AppendTo(out[:0]) })
	if len(out) != len(octets) {
		die(fmt.Errorf("%s: %d octets became %d", name, len(octets), len(out)))
	}
}

func main() {
	if len(os.Args) != 2 {
		die(fmt.Errorf("usage: codec FOLDER"))
	}
	folder := os.Args[1]
	run(folder, "metadata-13", 13, 11, 1, func() message { return new(kmsg.MetadataResponse) })
	run(folder, "fetch-17", 17, 21, 2000, func() message { return new(kmsg.FetchResponse) })
	run(folder, "produce-13", 13, 21, 2000, func() message { return new(kmsg.ProduceRequest) })
}
