"""The embedded broker as a program, for the tests beside this file."""

import contextlib
import subprocess


@contextlib.contextmanager
def embedded_broker(kwire, *options):
    """Its address, while it runs."""
    command = [kwire, "broker", "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            assert process.wait(10) == 0, "kwire broker did not end cleanly on SIGTERM"
