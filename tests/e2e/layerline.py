"""What the end-to-end tests share: the server as a process on a free port, calls of its public API, the simulators, a model.

LAYERLINE_BUILD names the folder of the built programs (default: build/release), LAYERLINE_BIN another server than the one in it.
"""
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LAYERLINE_BUILD", ROOT / "build" / "release")).resolve()
BINARY = pathlib.Path(os.environ.get("LAYERLINE_BIN", BUILD / "layerline")).resolve()
WEBHOOK_SECRET = "whsec_of_the_tests"
START_TIMEOUT_S = 60
MATERIAL = "PLA-black"


class Skipped(Exception):
    """It can't run here; the message says why."""


class Failure(Exception):
    """The system under test did what it must not do."""


def require(holds, what):
    if not holds:
        raise Failure(what)


def wait_for(what, ask, timeout_s=60, pause_s=0.05):
    """What `ask` returns once it is true."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = ask()
        if answer:
            return answer
        require(time.monotonic() < deadline, f"waited {timeout_s} s for {what}")
        time.sleep(pause_s)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def box_stl(x=10.0, y=10.0, z=2.0):
    """A closed box as binary STL; its sizes are in millimetres."""
    corner = [(i & 1 and x, i >> 1 & 1 and y, i >> 2 & 1 and z) for i in range(8)]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    triangles = [(a, b, c) for f in faces for a, b, c in ((f[0], f[1], f[2]), (f[0], f[2], f[3]))]
    out = b"box".ljust(80) + struct.pack("<I", len(triangles))
    for triangle in triangles:
        out += struct.pack("<12fH", 0, 0, 0, *[float(v) for i in triangle for v in corner[i]], 0)
    return out


def form_of(fields, file=None, file_name="part.stl", file_field="file"):
    """(body, content type) of a multipart form."""
    boundary = "b" + uuid.uuid4().hex
    body = b""
    for name, value in fields.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    if file is not None:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{file_field}"; filename="{file_name}"\r\n\r\n'.encode() + file + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), "multipart/form-data; boundary=" + boundary


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body) if self.body else {}

    def header(self, name):
        return self.headers.get(name.lower(), "")

    def __str__(self):
        return f"{self.status} {self.body[:400]!r}"


class Unanswered(Exception):
    """No answer arrived: whether the command was applied is open."""


def call(port, method, path, body=None, key=None, headers=None, timeout_s=60):
    """One request on a connection of its own."""
    headers = dict(headers or {})
    if key:
        headers["Authorization"] = "Bearer " + key
    if isinstance(body, dict):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(str(error)) from None
    finally:
        connection.close()


class Client:
    """Calls with one key; reads wait for what this client wrote before."""

    def __init__(self, server, key):
        self.server, self.key, self.position = server, key, ""

    def ask(self, method, path, body=None, headers=None, timeout_s=60):
        headers = dict(headers or {})
        if method == "GET" and self.position:
            headers.setdefault("Layerline-Min-Position", self.position)
        answer = call(self.server.port, method, path, body, self.key, headers, timeout_s)
        if method != "GET" and answer.status < 300 and answer.header("Layerline-Position"):
            self.position = answer.header("Layerline-Position")
        return answer

    def do(self, method, path, body=None, headers=None):
        """The JSON of an answer that must be a success."""
        answer = self.ask(method, path, body, headers)
        require(answer.status < 300, f"{method} {path}: {answer}")
        return answer.json()

    def get(self, path):
        return self.do("GET", path)

    def every(self, path):
        """All items of a list, page by page."""
        items, cursor = [], ""
        while True:
            page = self.get(f"{path}?limit=200" + ("&cursor=" + urllib.parse.quote(cursor) if cursor else ""))
            items += page["items"]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return items

    def upload(self, file, fields=None, headers=None, file_name="part.stl"):
        body, content_type = form_of({"material": "PLA", "color": "black", **(fields or {})}, file, file_name)
        return self.ask("POST", "/api/v1/quotes", body, {"Content-Type": content_type, **(headers or {})})

    def approved_quote(self, file, fields=None):
        """The id of a quote that can be accepted."""
        answer = self.upload(file, fields)
        require(answer.status in (201, 202), f"upload: {answer}")
        quote = answer.json()
        identity = quote.get("id") or quote["quote_id"]
        return wait_for("the quote's price", lambda: self.get("/api/v1/quotes/" + identity).get("status") == "approved" and identity)

    def order(self, quote):
        return self.do("PATCH", f"/api/v1/quotes/{quote}/accept", ADDRESS)["order_id"]


ADDRESS = {"shipping_name": "Tess Tester", "shipping_address_line1": "1 Proof Lane", "shipping_city": "Testville", "shipping_zip": "10121",
           "shipping_country": "IT"}


class Server:
    """`layerline serve` on a data folder. The port stays the same over restarts."""

    def __init__(self, data, environment=None, options=()):
        self.data, self.process, self.options = pathlib.Path(data), None, [str(option) for option in options]
        self.inside = []             # the words of a command that runs it, such as one that enters a namespace
        self.port = free_port()
        self.log = self.data.with_name(self.data.name + ".log")
        self.environment = {**os.environ, "LAYERLINE_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET, **(environment or {})}

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.inside, BINARY, "serve", "--data", self.data, "--port", str(self.port), *self.options],
                                            stdout=subprocess.PIPE, stderr=log, env=self.environment)
        line = self.process.stdout.readline()
        require(line, f"the server did not start: {self.log.read_text(errors='replace')[-800:]}")
        return self

    def kill(self):
        """As a power cut ends it, as far as a process can show it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        require(status == 0, f"the server did not stop cleanly: {status}")
        self.process.stdout.close()

    def first_key(self, workshop="main"):
        return (self.data / "access" / f"{workshop}-admin.key").read_text().strip()

    def admin(self):
        return Client(self, self.first_key())

    def client(self, role, customer=None):
        body = {"role": role} if customer is None else {"role": role, "customer_id": customer}
        return Client(self, self.admin().do("POST", "/api/v1/admin/keys", body)["key"])


def command(*words, timeout_s=600):
    """Runs `layerline WORDS…`: (exit status, what it said)."""
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, errors="replace", timeout=timeout_s)
    return done.returncode, done.stdout + done.stderr


def stripe_event(workshop, payment, amount, event_id, currency="usd", kind="payment_intent.succeeded", **more):
    """The body of a webhook of the payment provider."""
    intent = {"id": "pi_" + payment, "object": "payment_intent", "amount": amount, "amount_received": amount, "currency": currency, "status": "succeeded",
              "metadata": {"workshop_id": workshop, "payment_id": payment}, **more}
    return json.dumps({"id": event_id, "object": "event", "type": kind, "created": int(time.time()), "livemode": False, "data": {"object": intent}}).encode()


def stripe_signature(body, secret=WEBHOOK_SECRET, at_s=None):
    at_s = int(time.time()) if at_s is None else at_s
    digest = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


def send_stripe(port, body, signature=None):
    return call(port, "POST", "/webhooks/stripe", body, headers={"Stripe-Signature": signature or stripe_signature(body), "Content-Type": "application/json"})


def stock(client, grams, low_mg=0):
    """Defines black PLA and receives so much of it."""
    client.do("POST", "/api/v1/inventory/materials", {"material_type": "PLA", "color": "black", "color_rgb": "000000", "low_stock_mg": low_mg})
    if grams:
        client.do("POST", "/api/v1/inventory/transactions", {"material_id": MATERIAL, "type": "receipt", "grams": grams})


class SimulatedPrinter:
    """A printer on the LAN, see tests/simulators/printer. `skipped` says why it can't run here."""

    def __init__(self, folder, seconds_per_print):
        self.folder = pathlib.Path(folder)
        environment = {**os.environ, "LAYERLINE_SIMULATED_PRINTER": str(BUILD / "tests/simulators/printer/simulated_printer")}
        up = subprocess.run([ROOT / "tests/simulators/printer/up", self.folder, "--model", "A1", "--nozzle", "0.4", "--trays", "PLA:000000FF",
                             "--seconds-per-print", str(seconds_per_print), "--report-ms", "300"], capture_output=True, text=True, env=environment)
        self.skipped = up.stderr.strip() if up.returncode == 77 else None
        require(up.returncode in (0, 77), "the simulated printer did not start: " + up.stderr)
        self.facts = {} if self.skipped else json.loads((self.folder / "printer.json").read_text())

    def add_to(self, client, name="printer 1"):
        facts = self.facts
        client.do("POST", "/api/v1/printers", {"name": name, "model": "A1", "serial": facts["serial"], "host": facts["host"], "mqtt_port": facts["mqtt_port"],
                                               "ftps_port": facts["ftps_port"], "access_code": facts["access_code"], "pin": facts["pin"], "nozzle_um": 400,
                                               "bed_x_um": 256000, "bed_y_um": 256000, "bed_z_um": 256000})
        return facts["serial"]

    def fault(self, line):
        with open(self.facts["control"], "w") as control:
            control.write(line + "\n")

    def started(self):
        """The names of the prints that the printer was told to start, in their order."""
        log = (self.folder / "simulator.log").read_text(errors="replace")
        return [line.split()[1] for line in log.splitlines() if line.startswith("started ")]

    def down(self):
        subprocess.run([ROOT / "tests/simulators/printer/down", self.folder], check=False, stdout=subprocess.DEVNULL)


class Folder:
    """A temporary folder that is kept where a test fails, so that one can look."""

    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"layerline-{name}-"))

    def __enter__(self):
        return self.path

    def __exit__(self, kind, *_):
        if kind is None:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            print(f"kept: {self.path}", flush=True)


def main(name, run, *arguments):
    """Runs a test as a program: exits 0 only if it ended without a failure, 77 if it can't run here."""
    try:
        run(*arguments)
    except Skipped as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    except (Failure, Unanswered, subprocess.TimeoutExpired) as failure:
        sys.exit(f"{name}: {failure}")
