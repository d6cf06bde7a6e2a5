"""`kwire decode --ndjson` and JSON values as tests compare them."""
import json
import subprocess
import threading


def unique(pairs):
    """An object whose members must be there once."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice: " + " ".join(name for name, _ in pairs))
    return members


def load(text):
    return json.loads(text, object_pairs_hook=unique)


def canonical(value):
    """Equal for equal values only: unlike in Python, true is not 1 here and 1.0 is not 1."""
    return json.dumps(value, sort_keys=True)


def ask(program, questions):
    """The answers to all questions, which go to one process without waiting in between."""
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def send():
        for number, question in enumerate(questions):
            process.stdin.write(json.dumps({"id": number, **question}) + "\n")
        process.stdin.close()

    sender = threading.Thread(target=send)
    sender.start()
    answers = [load(line) for line in process.stdout]
    sender.join()
    if process.wait() != 0 or len(answers) != len(questions):
        raise RuntimeError(f"{len(answers)} answers to {len(questions)} questions, exit status {process.returncode}")
    for number, answer in enumerate(answers):
        if answer.get("id", number) != number:
            raise RuntimeError(f"answer {number} has the id {answer['id']}")
    return answers
