"""JSON lines over a pipe, for a process that holds a model.

One request a line on standard input, `{"id": 1, ...}`; its answers on standard output carry the same id. An answer with
`"last": false` is followed by another one; `{"id": 1, "error": {"code": ..., "message": ...}}` ends a request that failed,
and the process goes on. `{"cancel": 1}` asks a running request to stop at its next pause. The first line out is
`{"ready": true, ...}`, or `{"fatal": ...}`. When standard input closes, the parent is gone and the process ends at once.
"""

import base64
import json
import os
import queue
import signal
import sys
import threading


class BadRequest(Exception):
    """The request itself is wrong: sending it again will not help."""


class Cancelled(Exception):
    """The parent no longer wants the answer."""


def claim_stdout():
    """Take standard output for ourselves: native libraries print into it, so for them it becomes standard error."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return out


def serve(load):
    """Call `load() -> (about, handle)` once, then `handle(request, check)` for each request; never returns.

    `handle` yields one or more answers; `check()` raises Cancelled when the request was called off.
    """
    out = claim_stdout()
    # Ctrl-C reaches the whole process group; the parent decides when we end, by closing our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = queue.Queue()
    cancelled = set()

    def send(message):
        try:
            out.write(json.dumps(message).encode() + b"\n")
        except OSError:
            os._exit(0)

    def read():
        for line in sys.stdin.buffer:
            try:
                message = json.loads(line)
                if "cancel" in message:
                    cancelled.add(message["cancel"])
                else:
                    message["id"]
                    requests.put(message)
            except (ValueError, KeyError, TypeError):
                send({"error": {"code": "bad_request", "message": "a line must be a JSON object with an id"}})
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    try:
        about, handle = load()
    except Exception as error:
        send({"fatal": f"{type(error).__name__}: {error}"})
        os._exit(1)
    send({"ready": True, **about})
    while True:
        request = requests.get()
        answer(request, handle, send, cancelled)
        cancelled.discard(request["id"])


def answer(request, handle, send, cancelled):
    """Send what `handle` yields for one request; whatever it raises becomes the request's error."""
    number = request["id"]

    def check():
        if number in cancelled:
            raise Cancelled()

    try:
        check()
        for message in handle(request, check):
            send({"id": number, **message})
            check()
    except Cancelled:
        send({"id": number, "error": {"code": "cancelled", "message": "called off"}})
    except BadRequest as error:
        send({"id": number, "error": {"code": "bad_request", "message": str(error)}})
    except Exception as error:
        send({"id": number, "error": {"code": "failed", "message": f"{type(error).__name__}: {error}"}})


def decode_pcm(request):
    """The request's `audio`: signed 16-bit little-endian mono samples in base64, as floats in [-1, 1)."""
    import numpy

    try:
        raw = base64.b64decode(request["audio"], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest("audio must be base64") from error
    if not raw or len(raw) % 2:
        raise BadRequest("audio must hold whole 16-bit samples")
    return numpy.frombuffer(raw, "<i2").astype(numpy.float32) / 32768.0
