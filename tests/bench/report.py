"""The report of the matrix: a Markdown page and its plots, out of what matrix.py found."""

import statistics

import plots

COUNTS = (("allocations", "allocations_per_1000", "allocations"), ("allocations", "allocated_octets_per_record", None),
          ("clock_reads", "clock_reads_per_1000", "looks at the clock"), ("syscalls", "syscalls_per_1000", "system calls"))


def median(runs, figure):
    return statistics.median(run[figure] for run in runs)


def spread(runs, figure):
    values = [run[figure] for run in runs]
    return f"{number(statistics.median(values))} [{number(min(values))}-{number(max(values))}]"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def present(found):
    """Peers that were measured, kwire first."""
    return [name for name, told in found["peers"].items() if "absent" not in told]


def cells_of(found, *works):
    return {name: cell for name, cell in found["cells"].items() if cell["work"] in works}


def grid(head, rows):
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *("| " + " | ".join(row) + " |" for row in rows), ""]


def compared(found, cells, figure):
    """A figure by cell and peer, and kwire's share of each peer's."""
    names = present(found)
    rows = []
    for title, cell in cells.items():
        runs = {name: cell["peers"][name]["runs"] for name in names}
        row = [title, *(spread(runs[name], figure) if runs[name] else "failed" for name in names)]
        for name in names[1:]:
            both = runs[names[0]] and runs[name]
            row.append(f"{median(runs[names[0]], figure) / median(runs[name], figure):.2f}" if both else "-")
        rows.append(row)
    return grid(["case", *names, *(f"{names[0]}/{name}" for name in names[1:])], rows)


def with_rates(cells):
    """Records a second beside the seconds that the programs tell."""
    for cell in cells.values():
        for peer in cell["peers"].values():
            for run in peer["runs"]:
                run["records_per_second"] = run["records"] / run["seconds"]
    return cells


def halves_of(runs):
    """The median, parted as the ticks of all rounds are: those of one are few."""
    kernel, user = (sum(run[key] for run in runs) for key in ("kernel_ticks", "user_ticks"))
    share = kernel / ((kernel + user) or 1)
    whole = median(runs, "cpu_ns_per_record")
    return {"user": whole * (1 - share), "kernel": whole * share}


def splits(found, cells):
    """Medians: user + kernel, and by the threads' names."""
    names = present(found)
    halves, threads = [], []
    for title, cell in cells.items():
        row = [title]
        for name in names:
            runs = cell["peers"][name]["runs"]
            if not runs:
                row.append("failed")
                continue
            row.append(" + ".join(map(number, halves_of(runs).values())))
            threads.append([title, name, thread_text(found, name, runs)])
        halves.append(row)
    return ["### User + kernel, ns a record", "", *grid(["case", *names], halves),
            "### By thread, ns a record", "", *grid(["case", "peer", "threads"], threads)]


def thread_medians(runs):
    """Of each name over the runs, the largest first."""
    names = dict.fromkeys(name for run in runs for name in run["thread_ns_per_record"])
    values = {name: statistics.median(run["thread_ns_per_record"].get(name, 0) for run in runs) for name in names}
    return dict(sorted(values.items(), key=lambda pair: -pair[1]))


def thread_text(found, name, runs):
    if not found["peers"][name]["by_name"]:
        return "no threads of its own: routines move among those of the runtime"
    shares = thread_medians(runs)
    whole = sum(shares.values()) or 1
    shown = [f"{thread} {number(ns)}" for thread, ns in shares.items() if ns / whole >= 0.01]
    rest = sum(ns for ns in shares.values() if ns / whole < 0.01)
    return ", ".join(shown) + (f", others {number(rest)}" if rest >= 0.01 else "")


def counted(found, cells):
    rows = []
    for title, cell in cells.items():
        for name in present(found):
            counts, runs = cell["peers"][name]["counts"], cell["peers"][name]["runs"]
            if not counts or not runs:
                continue
            told = found["peers"][name]["counts"]
            row = [title, name]
            for kind, key, _ in COUNTS:
                # Octets are known of every peer: Java and Go tell their own.
                known = (kind in told or key == "allocated_octets_per_record") and counts[key] is not None
                row.append(number(counts[key]) if known else "-")
            rows.append([*row, number(median(runs, "switches_per_1000"))])
    if not rows:
        return [f"Nothing was counted: {found['no_counts'] or 'no counting run succeeded'}.", ""]
    reasons = {cell["peers"][name]["counts"]["no_syscalls_because"] for cell in cells.values() for name in cell["peers"]
               if cell["peers"][name]["counts"]} - {None}
    return [*grid(["case", "peer", "allocations", "octets allocated a record", "looks at the clock", "system calls",
                   "context switches"], rows), *(f"System calls were not counted: {reason}" for reason in reasons)]


def queued(found, cells):
    rows = []
    for title, cell in cells.items():
        for name in present(found):
            peer = cell["peers"][name]
            if not peer["runs"]:
                rows.append([title, name, "failed", "-", "-"])
                continue
            runs = peer["runs"]
            records = runs[0]["records"]
            row = [title, name, number(median(runs, "peak_rss_kb") / 1024),
                   number(median(runs, "rss_growth_octets") / records - cell["size"])]
            live = runs[0].get("live_octets", peer["counts"] and peer["counts"]["live_octets"])
            rows.append([*row, "-" if live is None else number(live / records - cell["size"])])
    return grid(["case", "peer", "peak RSS, MiB", "overhead by RSS, octets a record", "overhead by allocator, octets a record"],
                rows)


def preamble(found):
    told = found["machine"]
    lines = ["# Producers beside each other", "",
             f"{told['date']}; {told['processor']}, {told['memory_gib']} GiB, Linux {told['kernel']}; load before "
             f"{told['load_before']:.2f}. Cells run on "
             + ("one real Kafka" if found["on"] == "kafka" else "the embedded broker")
             + ", those called `-null` on the embedded broker that discards; `queue` on that one, stopped.", ""]
    for name, peer in found["peers"].items():
        lines.append(f"- **{name}**: " + (peer["version"] if "version" in peer else f"absent: {peer['absent']}"))
    if found["settings"]:
        lines.append("- for all producers: " + ", ".join(f"`{key}={value}`" for key, value in found["settings"].items()))
    failed = [f"- {title}, {name}: {peer['failed']}" for title, cell in found["cells"].items()
              for name, peer in cell["peers"].items() if peer["failed"]]
    return [*lines, "", *(["## Failed", "", *failed, ""] if failed else [])]


def paced(found, cells):
    lines = []
    for figure, title in (("p50_us", "p50"), ("p99_us", "p99"), ("p999_us", "p99.9"),
                          ("cpu_ns_per_record", "processor time, ns a record")):
        unit = "" if figure == "cpu_ns_per_record" else ", microseconds"
        lines += [f"### {title}{unit}", "", *compared(found, cells, figure)]
    return lines


def markdown(found):
    lines = preamble(found)
    lines += ["Cells show the median over the rounds and [least-most]; a ratio is kwire's median by the peer's: below 1 is "
              "better for costs, above 1 for rates.", ""]
    streams = with_rates(cells_of(found, "produce", "copy", "consume"))
    if streams:
        lines += ["## Processor time, ns a record", "", "![processor time](cpu.svg)", "",
                  *compared(found, streams, "cpu_ns_per_record"), *splits(found, streams), "![by thread](threads.svg)", "",
                  "## Records a second", "", "![rates](rate.svg)", "", *compared(found, streams, "records_per_second"),
                  "## Peak RSS, KiB", "", *compared(found, streams, "peak_rss_kb")]
    timed = cells_of(found, "ack", "latency")
    if timed:
        lines += ["## Latencies", "", "![latencies](latency.svg)", "", *paced(found, timed)]
    waiting = cells_of(found, "queue")
    if waiting:
        lines += ["## Records that wait", "", *queued(found, waiting)]
    others = {name: cell for name, cell in found["cells"].items() if cell["work"] not in ("queue", "latency")}
    if others:
        lines += ["## Counts for 1,000 records", "", *counted(found, others)]
    return "\n".join(lines)


def write(found, out):
    (out / "results.md").write_text(markdown(found))
    names = present(found)
    streams = with_rates(cells_of(found, "produce", "copy", "consume"))
    drawn = {
        "cpu.svg": plots.bars("Processor time a record, ns: user (dark) and kernel (light)", names,
                              split_groups(streams, names)),
        "rate.svg": plots.bars("Records a second", names, rate_groups(streams, names)),
        "threads.svg": plots.bars("Processor time a record by thread, ns", names, thread_groups(streams, names)),
        "latency.svg": plots.percentiles("Latency, microseconds: p50, p99, p99.9 (bar: least to most of the rounds)", names,
                                         latency_groups(cells_of(found, "ack", "latency"), names)),
    }
    for name, text in drawn.items():
        if text:
            (out / name).write_text(text)
        else:
            (out / name).unlink(missing_ok=True)


def measured(cells, names):
    for title, cell in cells.items():
        by_peer = {name: cell["peers"][name]["runs"] for name in names if cell["peers"][name]["runs"]}
        if by_peer:
            yield title, by_peer


def split_groups(cells, names):
    return {title: {name: halves_of(runs) for name, runs in by_peer.items()} for title, by_peer in measured(cells, names)}


def rate_groups(cells, names):
    return {title: {name: {"records": median(runs, "records_per_second")} for name, runs in by_peer.items()}
            for title, by_peer in measured(cells, names)}


def thread_groups(cells, names):
    return {title: {name: thread_medians(runs) for name, runs in by_peer.items()} for title, by_peer in measured(cells, names)}


def latency_groups(cells, names):
    return {title: {name: {figure: [run[figure] for run in runs] for figure in ("p50_us", "p99_us", "p999_us")}
                    for name, runs in by_peer.items()} for title, by_peer in measured(cells, names)}
