"""The last unit of a stocked product, wanted at the same moment in our own shop, by webhooks of a shop elsewhere, and in the portal.

A guest of our own shop has it once his checkout holds it; at a shop elsewhere it is sold already when we hear of it; in the portal a
customer orders again what he had ordered before. One gets the unit. The others are refused before they pay, or are told that their order
is short of stock, by mail and in the order.
"""
import threading
import uuid

from layerline import ADDRESS, Folder, Server, call, require, send_stripe, stripe_event, wait_for
from shops import send_woocommerce, woocommerce_order

SKU = "FG-LAST"
CHECKOUT = {"shipping_option": "standard", "email": "guest@example.org", **ADDRESS}
ELSEWHERE = {"id": "woo", "source": "woocommerce", "base_url": "https://shop.invalid", "consumer_key": "ck", "consumer_secret": "cs",
             "webhook_secrets": ["as typed & kept"]}
SHORT_HOLD_MS, HOLD_MS = 1_000, 900_000


def accepted(answer):
    """False: it was refused because it is sold out, which is how its buyer is told."""
    if answer.status == 422:
        require(answer.json()["type"] == "sold-out", f"refused for another reason: {answer}")
        return False
    require(answer.status in (200, 201), f"a checkout was answered {answer}")
    return True


def pay(server, payment, total):
    answer = send_stripe(server.port, stripe_event("main", payment, total["amount"], "evt_" + uuid.uuid4().hex, total["currency"].lower()))
    require(answer.status == 200, f"the payment was not taken: {answer}")


class Guest:
    """Without a key, and with the token of a cart in which one piece lies."""

    def __init__(self, server, sku=SKU):
        self.server, self.token, self.order = server, "", None
        self.token = self.ask("POST", "/api/v1/cart/items", {"sku": sku}).json()["token"]

    def ask(self, method, path, body=None):
        return call(self.server.port, method, path, body, headers={"Layerline-Cart": self.token} if self.token else {})

    def buy(self):
        answer = self.ask("POST", "/api/v1/cart/checkout", CHECKOUT)
        if not accepted(answer):
            return False
        checkout = answer.json()["checkout"]
        self.order = checkout["order_id"]
        pay(self.server, checkout["payment_id"], checkout["total_price"])
        return True


class BuyerElsewhere:
    def __init__(self, server, number):
        self.server, self.body = server, woocommerce_order(number, "2026-03-01T10:00:00", sku=SKU, name=f"Wanda{number}")

    def buy(self):
        return accepted(send_woocommerce(self.server.port, "woo", self.body, "order.created"))


class Customer:
    """Of the portal, who has ordered this before, and never paid."""

    def __init__(self, server, admin, number, sku=SKU):
        before = admin.do("POST", "/api/v1/orders", {"lines": [{"sku": sku}], "customer_email": f"portal{number}@example.org", **ADDRESS})
        self.server, self.before, self.client, self.order = server, before, server.client("customer", before["customer_id"]), None

    def buy(self):
        answer = self.client.ask("POST", f"/api/v1/orders/{self.before['id']}/reorder")
        if not accepted(answer):
            return False
        self.order = answer.json()["id"]
        pay(self.server, answer.json()["payment_id"], answer.json()["total_price"])
        return True


def units(admin):
    return {name: admin.get("/api/v1/products/" + SKU)[name] for name in ("on_hand", "allocated", "available")}


class Watch(threading.Thread):
    """Reads the shelf again and again, and counts what it should never see."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.over, self.negatives = client, threading.Event(), 0

    def run(self):
        while not self.over.is_set():
            self.negatives += min(units(self.client).values()) < 0


def hold_is_released(server, admin):
    """Who checks out and does not pay keeps it from the others, for as long as the workshop's rule says."""
    admin.do("PATCH", "/api/v1/admin/rules", {"checkout_hold_ms": SHORT_HOLD_MS})
    idle, other = Guest(server), Guest(server)
    require(accepted(idle.ask("POST", "/api/v1/cart/checkout", CHECKOUT)), "the first checkout was refused")
    require(not accepted(other.ask("POST", "/api/v1/cart/checkout", CHECKOUT)), "what is held was sold again")
    wait_for("the hold to be released", lambda: units(admin)["available"] == 1, 20)
    admin.do("PATCH", "/api/v1/admin/rules", {"checkout_hold_ms": HOLD_MS})


def buy_at_once(buyers):
    gate, bought, failures = threading.Barrier(len(buyers)), [], []

    def run(buyer):
        gate.wait()
        try:
            bought.append((buyer, buyer.buy()))
        except Exception as failure:   # any: a thread that ended early must not look like a buyer who was told
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(buyer,)) for buyer in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    require(not failures, f"{len(failures)} checkouts failed: {failures[:1]}")
    return bought


def run_mixed(count):
    with Folder("last-unit-mixed") as folder:
        server = Server(folder / "data").start()
        try:
            admin = server.admin()
            made = admin.do("POST", "/api/v1/admin/products", {"name": "Last one", "sku": SKU, "price": 500, "stocked": True})
            admin.do("POST", f"/api/v1/admin/products/{made['id']}/units", {"difference": 1, "reason": "count"})
            admin.do("POST", "/api/v1/admin/shops", ELSEWHERE)
            hold_is_released(server, admin)
            make = (lambda i: Guest(server), lambda i: BuyerElsewhere(server, 700 + i), lambda i: Customer(server, admin, i))
            buyers = [make[i % len(make)](i) for i in range(count)]

            watch = Watch(server.client("operator"))
            watch.start()
            bought = buy_at_once(buyers)
            watch.over.set()
            watch.join()

            admin.do("POST", "/api/v1/inventory/materials", {"material_type": "PLA", "color": "end"})   # a later write to read behind
            paid = [order for order in admin.every("/api/v1/orders") if order["payment_status"] == "paid"]
            won = [order for order in paid if order["lines"][0]["from_stock"] == 1]
            short = [order for order in paid if order["shortage"] is not None]
            mails = [effect for effect in admin.every("/api/v1/admin/effects") if effect["subject"] == "short_of_stock"]
            shelf = units(admin)
            negatives = watch.negatives + (min(shelf.values()) < 0)
        finally:
            server.stop()
        kinds = {kind: sum(isinstance(buyer, of) for buyer, _ in bought) for kind, of in (("shop", Guest), ("webhook", BuyerElsewhere), ("portal", Customer))}
        refused = sum(not went_through for _, went_through in bought)
        print(" ".join(f"{kind}={number}" for kind, number in kinds.items()) + f", refused {refused}, short of stock {len(short)}, mails {len(mails)}, "
              f"the winner came from {[order['source'] for order in won]}")
        print(f"won={len(won)} told={refused + len(short)} hold_released=yes negative={negatives}")
        require((len(won), refused + len(short), negatives) == (1, count - 1, 0), "the last unit was not sold exactly once, with all others told")
        require(len(mails) == len(short), "who is short of stock did not get his mail")
        require(shelf == {"on_hand": 1, "allocated": 1, "available": 0}, f"the shelf: {shelf}")
