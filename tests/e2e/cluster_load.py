"""The load of tests/e2e/cluster: clients that go on through every fault, and what each of them was answered.

A command that was not decided (no answer, 202, 429, 5xx) is sent again under its key until it is, through the gateways in turn. Some of
those that were answered 429 or 503 are not: these answers mean "not applied", and must go on meaning it.
"""
import collections
import random
import threading
import time
import uuid

from layerline import ADDRESS, MATERIAL, Unanswered, box_stl, call, form_of

ANSWER_S = 40                # longer than an owner lets a caller wait
SETTLE_S = 120
UNDECIDED = {0, 202, 429, 500, 502, 503, 504}
NOT_APPLIED = {429, 503}
PACE_S = (0.04, 0.004)       # between two commands of one client: in quiet times, and around a fault


class Stopped(Exception):
    """The load has ended."""


class Book:
    """Every command that was sent, by its key, and what it came to. Shared by all clients."""

    def __init__(self, gateways, key):
        self.gateways, self.key, self.lock = gateways, key, threading.Lock()
        self.acked, self.refused = set(), set()          # decided and told so; "not applied", and never sent again
        self.silent = set()                              # accepted, but said to change nothing
        self.perhaps_silent = set()                      # whoever asked can't know
        self.times = []                                  # when a command was accepted
        self.statuses = collections.Counter()
        self.stale = []                                  # answers that can't be, given what was acknowledged before
        self.hurry, self.going = False, True

    def pace(self):
        time.sleep(PACE_S[self.hurry])

    def send_once(self, method, path, body, key, content_type=None):
        headers = {"Idempotency-Key": key, **({"Content-Type": content_type} if content_type else {})}
        try:
            answer = call(random.choice(self.gateways).port, method, path, body, self.key, headers, ANSWER_S)
        except Unanswered:
            answer = None
        with self.lock:
            self.statuses[answer.status if answer else 0] += 1
        return answer

    def tell(self, method, path, body, content_type=None, may_give_up=False, may_be_so=False):
        """The answer of one command once it is decided; None if it was given up as not applied."""
        key, sent, until = uuid.uuid4().hex, False, time.monotonic() + 2 * SETTLE_S
        while time.monotonic() < until:
            answer = self.send_once(method, path, body, key, content_type)
            status = answer.status if answer else 0
            if status not in UNDECIDED:
                self.note(key, answer)
                if may_be_so:
                    self.perhaps_silent.add(key)
                return answer
            # Only a first try that was refused at the door is known to be nowhere.
            if may_give_up and not sent and status in NOT_APPLIED and random.random() < 0.5:
                with self.lock:
                    self.refused.add(key)
                return None
            sent = sent or status not in NOT_APPLIED
            time.sleep(0.2 if status in NOT_APPLIED else 0.05)
        raise Stopped(f"no decision about {method} {path}: {answer}")

    def note(self, key, answer):
        with self.lock:
            if answer.status < 300:
                self.acked.add(key)
                self.times.append(time.monotonic())
            else:
                self.refused.add(key)
        answer.key = key

    def look(self, path):
        """The JSON of a query; None while there is none."""
        try:
            answer = call(random.choice(self.gateways).port, "GET", path, key=self.key, timeout_s=ANSWER_S)
        except Unanswered:
            return None
        return answer.json() if answer.status == 200 else None

    def wait_until(self, what, ask):
        until = time.monotonic() + 2 * SETTLE_S
        while time.monotonic() < until:
            seen = ask()
            if seen:
                return seen
            time.sleep(0.2)
        raise Stopped("waited in vain for " + what)

    def accepted_after(self, moment):
        with self.lock:
            return bool(self.times) and self.times[-1] >= moment

    def longest_silence_ms(self, since):
        with self.lock:
            times = [since, *sorted(at for at in self.times[-20_000:] if at >= since)]
        return max((later - earlier for earlier, later in zip(times, times[1:])), default=0) * 1000

    def is_stale(self, what, answer, holds):
        if not holds:
            with self.lock:
                self.stale.append(f"{what}: {answer}")
            print(f"  STALE {what}: {answer}", flush=True)


def receive(book, material, milligrams, reference, **more):
    body = {"material_id": material, "type": "receipt", "milligrams": milligrams, "reference": reference}
    return book.tell("POST", "/api/v1/inventory/transactions", body, **more)


class Receipts:
    """Deliveries of the material that is printed with; each is a line of its ledger."""

    def __init__(self, book):
        self.book, self.references = book, set()

    def step(self):
        reference = uuid.uuid4().hex
        answer = receive(self.book, MATERIAL, 1000, reference, may_give_up=True)
        if answer is not None and answer.status < 300:
            self.references.add(reference)
        self.book.is_stale("a receipt of a material that is there", answer, answer is None or answer.status < 300)


class Shelf:
    """The only one who moves a material: it knows what each answer must be, so an owner that does not know the last one shows."""

    def __init__(self, book, number):
        self.book, self.number, self.name, self.on_hand, self.low = book, number, "", 0, 0

    def step(self):
        if not self.name or random.random() < 0.02:
            self.define()
        else:
            random.choice([self.receive, self.take_most, self.take_too_much, self.change, self.change_nothing])()

    def tell(self, path, body, **more):
        return self.book.tell("POST", "/api/v1/inventory/" + path, body, **more)

    def defined(self, low):
        return {"material_type": "PLA", "color": self.name.removeprefix("PLA-"), "low_stock_mg": low}

    def define(self):
        """A material that nobody has heard of until now, so a stale owner does not know it."""
        self.name, self.on_hand, self.low = f"PLA-shelf{self.number}x{uuid.uuid4().hex[:8]}", 0, 1          # the alert stays below what is there
        answer = self.tell("materials", self.defined(1))
        self.book.is_stale("a new material", answer, answer.status == 201)
        self.receive()

    def moved(self, what, by, answer):
        if answer is None:
            return
        self.on_hand += by
        self.book.is_stale(f"{what}: {self.on_hand} mg of {self.name}", answer, answer.status == 201 and answer.json()["on_hand_mg"] == self.on_hand)

    def receive(self):
        self.moved("received", 500, receive(self.book, self.name, 500, "shelf", may_give_up=True))

    def adjust(self, by, **more):
        return self.tell("transactions", {"material_id": self.name, "type": "adjustment", "milligrams": by, "reason": "shelf"}, **more)

    def take_most(self):
        left = 400
        if self.on_hand > left:
            self.moved("taken", left - self.on_hand, self.adjust(left - self.on_hand, may_give_up=True))

    def take_too_much(self):
        answer = self.adjust(-self.on_hand - 1)
        self.book.is_stale(f"more than the {self.on_hand} mg of {self.name}", answer, answer.status == 422)

    def change(self):
        self.low += 1
        answer = self.tell("materials", self.defined(self.low))
        self.book.is_stale(f"the alert of {self.name} at {self.low}", answer, answer.status == 201)

    def change_nothing(self):
        answer = self.tell("materials", self.defined(self.low))
        self.book.is_stale(f"the alert of {self.name} still at {self.low}", answer, answer.status == 201)
        with self.book.lock:
            self.book.silent.add(answer.key)


class Orders:
    """Customers who upload, accept and pay at the provider; some of the paid orders are cancelled, and so refunded."""

    def __init__(self, book, world, most):
        self.book, self.world, self.most, self.paid, self.cancelled, self.placed = book, world, most, set(), set(), 0

    def step(self):
        if self.waiting() >= self.most:              # the printer takes its time
            return time.sleep(1)
        body, content_type = form_of({"material": "PLA", "color": "black", "quantity": 1}, box_stl(10 + random.randrange(3), 10, 2))
        quote = self.must("an upload", self.book.tell("POST", "/api/v1/quotes", body, content_type))
        quote = quote.get("id") or quote["quote_id"]
        self.book.wait_until("the price of a quote", lambda: (self.book.look(f"/api/v1/quotes/{quote}") or {}).get("status") == "approved")
        order = self.must("an acceptance", self.book.tell("PATCH", f"/api/v1/quotes/{quote}/accept", ADDRESS))["order_id"]
        self.placed += 1
        intent = self.book.wait_until("a payment intent", lambda: self.intent(order))
        require_paid = self.world.pay(intent)
        self.book.is_stale("the provider knows the intent", intent, require_paid)
        self.book.wait_until("a paid order", lambda: (self.book.look(f"/api/v1/orders/{order}") or {}).get("payment_status") == "paid")
        self.paid.add(order)
        if random.random() < 0.3:
            self.cancel(order)

    def must(self, what, answer):
        self.book.is_stale(what, answer, answer.status < 300)
        return answer.json()

    def waiting(self):
        productions = self.book.look("/api/v1/production-orders?status=queued&limit=200")
        return len(productions["items"]) if productions else self.most

    def intent(self, order):
        answer = self.book.send_once("POST", "/api/v1/payments/intents", {"order_id": order}, uuid.uuid4().hex)
        return answer is not None and answer.status == 200 and answer.json().get("intent_id")

    def cancel(self, order):
        answer = self.book.tell("POST", f"/api/v1/orders/{order}/cancel", {"reason": "changed my mind"}, may_be_so=True)
        if answer.status < 300:
            self.cancelled.add(order)


class Operator:
    """Whoever stands beside the printer: clears plates, loads filament, says how a print ended that nobody saw."""

    def __init__(self, book, serial):
        self.book, self.serial, self.resolved = book, serial, set()

    def step(self):
        time.sleep(0.3)
        printer = self.book.look(f"/api/v1/printers/{self.serial}")
        if printer and not printer.get("current_job") and not printer.get("plate_clear", True):
            self.book.tell("POST", f"/api/v1/printers/{self.serial}/clear-plate", {}, may_be_so=True)
        if random.random() < 0.02:
            self.load()
        for job in [job for job in self.jobs() if job["status"] == "unknown"]:
            self.resolved.add(job["id"])
            self.book.tell("POST", f"/api/v1/print-jobs/{job['id']}/resolve", {"outcome": "finished"}, may_be_so=True)

    def load(self):
        self.book.tell("POST", f"/api/v1/printers/{self.serial}/filament", {"slot": 0, "material_id": MATERIAL, "grams": 1000})

    def jobs(self):
        productions = self.book.look("/api/v1/production-orders?status=printing&limit=200")
        return [job for production in (productions or {"items": []})["items"] for job in production["jobs"]]


class Load:
    def __init__(self, installation):
        self.book = Book(installation.gateways, installation.key)
        self.receipts = [Receipts(self.book) for _ in range(3)]
        self.shelves = [Shelf(self.book, number) for number in range(3)]
        self.orders = [Orders(self.book, installation.world, 4) for _ in range(2)]
        self.operator = Operator(self.book, installation.world.printer.facts["serial"])
        self.given_up, self.threads = [], []

    def start(self):
        for client in (*self.receipts, *self.shelves, *self.orders, self.operator):
            self.threads.append(threading.Thread(target=self.work, args=(client,), daemon=True))
            self.threads[-1].start()

    def work(self, client):
        while self.book.going or client is self.operator and not self.operator_may_go:
            try:
                client.step()
            except Stopped as why:
                self.given_up.append(str(why))
                print(f"  {why}", flush=True)
            self.book.pace()

    operator_may_go = False

    def finish(self, settled):
        """Clients end what they are at; the operator stays until the prints are over."""
        self.book.going = False
        for thread in self.threads[:-1]:
            thread.join(3 * SETTLE_S)
        try:
            self.book.wait_until("the prints and the effects to end", settled)
        except Stopped as why:
            self.given_up.append(str(why))
            print(f"  {why}", flush=True)
        self.operator_may_go = True
        self.threads[-1].join(SETTLE_S)
