"""The load of tests/e2e/crash: commands with keys, written down before they are sent, and who sends them."""
import collections
import random
import threading
import time
import uuid

from layerline import ADDRESS, MATERIAL, Unanswered, box_stl, call, form_of, stripe_event, stripe_signature

OPEN = {202, 429, 503}       # the outcome is not known, or not decided yet: the same command is sent again


class Command:
    """One command, and what it was answered first."""

    def __init__(self, name, api_key, method, path, body=None, fact=None, content_type=None):
        self.name, self.api_key, self.method, self.path, self.body, self.fact = name, api_key, method, path, body, fact
        self.key, self.content_type, self.answer = uuid.uuid4().hex, content_type, None

    def send(self, port, keep=True):
        """The answer, or nothing where none came."""
        headers = {"Idempotency-Key": self.key}
        if self.content_type:
            headers["Content-Type"] = self.content_type
        try:
            answer = call(port, self.method, self.path, self.body, self.api_key, headers)
        except Unanswered:
            return None
        is_open = answer.status in OPEN and not (self.name == "quote" and "quote_number" in answer.json())
        if is_open:
            return None
        if keep and self.answer is None:
            self.answer = answer
        return answer

    def is_replay(self, answer):
        return answer.header("Idempotency-Replayed") == "true"

    def same_answer(self, first, again):
        """Commands that answer with a whole document show it as it is now: then it must be the same thing."""
        first, again = first.json(), again.json()
        if "id" in first:
            return first["id"] == again.get("id")
        return first == again


class Webhook(Command):
    def __init__(self, order):
        amount, currency = order["total_price"]["amount"], order["total_price"]["currency"].lower()
        event = "evt_" + uuid.uuid4().hex
        super().__init__("payment", None, "POST", "/webhooks/stripe", stripe_event("main", order["payment_id"], amount, event, currency), order["id"])

    def send(self, port, keep=True):
        try:
            answer = call(port, self.method, self.path, self.body, None, {"Stripe-Signature": stripe_signature(self.body)})
        except Unanswered:
            return None
        if answer.status in OPEN:
            return None
        if keep and self.answer is None:
            self.answer = answer
        return answer

    def is_replay(self, answer):
        return answer.json().get("effect") == "already recorded"

    def same_answer(self, first, again):
        return first.json()["received"] and again.json()["received"]


class Ledger:
    """Every command that was ever sent."""

    def __init__(self):
        self.lock, self.commands, self.repeated = threading.Lock(), [], 0

    def __len__(self):
        return len(self.commands)

    def add(self, command):
        with self.lock:
            self.commands.append(command)
        return command

    def open(self):
        return [command for command in self.commands if command.answer is None]

    def accepted(self, name):
        return [command for command in self.commands if command.name == name and command.answer is not None and command.answer.status < 300]

    def answered_lately(self, older):
        """Those since the last call, and some from before."""
        before, self.repeated = self.repeated, len(self.commands)
        return self.commands[before:] + random.sample(self.commands[:before], min(older, before))

    def last_position(self):
        """What the views must have reached to show every command: the largest offset of the workshop's partition."""
        tokens = [command.answer.header("Layerline-Position") for command in self.commands if command.answer is not None]
        return max((token for token in tokens if token), key=lambda token: int(token.rpartition(":")[2]), default="")

    def summary(self):
        return dict(collections.Counter(f"{command.name} {command.answer.status}" for command in self.commands))


class Journey:
    """One customer who uploads, accepts and pays, again and again; an order that a crash cut off is gone on with."""

    def __init__(self, ledger, customer_key, operator_key):
        self.ledger, self.customer_key, self.operator_key = ledger, customer_key, operator_key
        self.command, self.next = None, self.upload

    def work(self, port, source):
        self.source = source
        try:
            while self.step(port):
                time.sleep(source.uniform(0, 0.15))
        except Unanswered:
            pass

    def step(self, port):
        """False once the server is gone."""
        if self.command is None:
            self.command = self.next(port)
            if self.command is None:
                return True
            self.ledger.add(self.command)
        answer = self.command.answer or self.command.send(port)
        if answer is None:
            return False
        self.after(answer)
        return True

    def after(self, answer):
        done, self.command = self.command, None
        if answer.status >= 300 or done.name == "payment":
            self.next = self.upload
        elif done.name == "quote":
            self.quote = answer.json().get("id") or answer.json()["quote_id"]
            self.next = self.accept
        else:
            self.order = answer.json()["order_id"]
            self.next = self.pay

    def upload(self, _):
        body, content_type = form_of({"material": "PLA", "color": "black", "quantity": 1}, box_stl(10 + self.source.randrange(3), 10, 2))
        return Command("quote", self.customer_key, "POST", "/api/v1/quotes", body, content_type=content_type)

    def accept(self, port):
        quote = call(port, "GET", "/api/v1/quotes/" + self.quote, key=self.customer_key).json()
        if quote.get("status") != "approved":
            return None
        path = self.source.choice([f"/api/v1/sales-orders/convert/{self.quote}", f"/api/v1/quotes/{self.quote}/accept"])
        return Command("accept", self.customer_key, "POST" if "convert" in path else "PATCH", path, ADDRESS, self.quote)

    def pay(self, port):
        order = call(port, "GET", "/api/v1/orders/" + self.order, key=self.customer_key).json()
        if "payment_id" not in order:
            return None
        if self.source.random() < 0.5:
            return Command("payment", self.operator_key, "PATCH", f"/api/v1/orders/{self.order}/payment", {"method": "bank"}, self.order)
        webhook = Webhook(order)
        for _ in range(self.source.randrange(3)):
            threading.Thread(target=webhook.send, args=(port, False)).start()    # the provider delivers at least once
        return webhook


class Receipts:
    """Deliveries of material, each with a reference of its own."""

    def __init__(self, ledger, operator_key):
        self.ledger, self.operator_key = ledger, operator_key

    def work(self, port, source):
        while True:
            reference = "delivery " + uuid.uuid4().hex
            body = {"material_id": MATERIAL, "type": "receipt", "milligrams": source.randrange(1, 5000), "reference": reference}
            if self.ledger.add(Command("receipt", self.operator_key, "POST", "/api/v1/inventory/transactions", body, reference)).send(port) is None:
                return
            time.sleep(source.uniform(0, 0.1))


class Operator:
    """Whoever stands beside the printer: clears plates, loads filament, says how a print ended that nobody saw."""

    def __init__(self, ledger, api_key, serial):
        self.ledger, self.api_key, self.serial, self.resolved = ledger, api_key, serial, set()

    def tell(self, port, name, path, body=None):
        return self.ledger.add(Command(name, self.api_key, "POST", path, body or {})).send(port)

    def work(self, port, source):
        try:
            while True:
                printer = call(port, "GET", f"/api/v1/printers/{self.serial}", key=self.api_key).json()
                if not printer.get("current_job") and not printer.get("plate_clear", True):
                    self.tell(port, "clear", f"/api/v1/printers/{self.serial}/clear-plate")
                if source.random() < 0.05:
                    self.tell(port, "load", f"/api/v1/printers/{self.serial}/filament", {"slot": 0, "material_id": MATERIAL, "grams": 1000})
                self.resolve_unknown(port)
                time.sleep(source.uniform(0.05, 0.2))
        except Unanswered:
            pass

    def resolve_unknown(self, port):
        productions = call(port, "GET", "/api/v1/production-orders?status=printing&limit=200", key=self.api_key).json()["items"]
        for job in [job["id"] for production in productions for job in production["jobs"] if job["status"] == "unknown"]:
            self.resolved.add(job)
            self.tell(port, "resolve", f"/api/v1/print-jobs/{job}/resolve", {"outcome": "finished"})
