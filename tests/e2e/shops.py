"""What the end-to-end tests of orders from elsewhere share: the simulated shops, a product that is printed, an order's way to the parcel."""
import base64
import hashlib
import hmac
import json
import pathlib
import secrets
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from layerline import MATERIAL, ROOT, call, require, wait_for

SIMULATOR = ROOT / "tests/simulators/shops/shop_simulator"
SQUARESPACE_KEY, SQUARESPACE_TOKEN = "sq-key-of-the-tests", "sq-oauth-token-of-the-tests"
CONSUMER_KEY, CONSUMER_SECRET = "ck_of_the_tests", "cs_of_the_tests"
WOOCOMMERCE_SECRET = "as typed & kept"


def woocommerce_signature(body, secret=WOOCOMMERCE_SECRET):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def send_woocommerce(port, shop, body, topic="order.updated", webhook=41, workshop="main"):
    headers = {"Content-Type": "application/json", "X-WC-Webhook-Signature": woocommerce_signature(body), "X-WC-Webhook-Topic": topic,
               "X-WC-Webhook-ID": str(webhook), "X-WC-Webhook-Delivery-ID": secrets.token_hex(16), "User-Agent": "WooCommerce/9.0.0 Hookshot (WordPress/6.6)"}
    return call(port, "POST", f"/api/v1/webhooks/woocommerce/{workshop}/{shop}", body, headers=headers)


def send_squarespace(port, shop, secret, order, topic="order.update", notification=None, workshop="main"):
    """A notification names an order and says nothing else of it; each delivery of the same one has the same id."""
    note = {"id": notification or secrets.token_hex(12), "websiteId": "5f3c3d55ac435e1a051f77b3", "subscriptionId": "9a5b", "topic": topic,
            "createdOn": "2026-03-01T10:00+00:00", "data": {"orderId": order}}
    body = json.dumps(note, separators=(",", ":")).encode()
    headers = {"User-Agent": "Squarespace/1.0", "Content-Type": "application/json",
               "Squarespace-Signature": hmac.new(bytes.fromhex(secret), body, hashlib.sha256).hexdigest()}
    return call(port, "POST", f"/api/v1/webhooks/squarespace/{workshop}/{shop}", body, headers=headers)


def woocommerce_order(identity, modified, quantity=1, status="processing", sku="FG-STORM", name="Wanda"):
    """An order as the shop writes it, with its escapes."""
    address = {"first_name": name, "last_name": "Woo", "company": "", "address_1": "3 Proof Lane", "address_2": "", "city": "Testville", "state": "",
               "postcode": "10121", "country": "IT", "phone": ""}
    line = {"id": 1, "name": "Bracket \u00fc", "product_id": 93, "variation_id": 0, "quantity": quantity, "total": f"{quantity * 5}.00", "sku": sku, "price": 5}
    order = {"id": identity, "number": str(identity), "status": status, "currency": "USD", "date_modified_gmt": modified, "date_paid_gmt": modified,
             "shipping_total": "0.00", "total": f"{quantity * 5}.00", "billing": {**address, "email": f"{name.lower()}@example.com"}, "shipping": address,
             "line_items": [line], "refunds": [], "_links": {"self": [{"href": "https://shop.example/wp-json"}]}}
    return json.dumps(order).replace("/", "\\/").encode()


class OfficialClient:
    """WooCommerce's own client for JavaScript, if npm can bring it."""

    def __init__(self, folder, url):
        self.folder, self.url = pathlib.Path(folder), url
        source = ROOT / "tests/simulators/shops/javascript"
        shutil.copytree(source, self.folder)
        try:
            done = subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=self.folder, capture_output=True, timeout=120)
            self.usable = done.returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            self.usable = False

    def call(self, method, endpoint, content):
        done = subprocess.run(["node", "call.js", self.url, CONSUMER_KEY, CONSUMER_SECRET, method, endpoint, json.dumps(content)], cwd=self.folder,
                              capture_output=True, text=True, timeout=60)
        require(done.returncode == 0, "the official client: " + done.stderr[-400:])
        return json.loads(done.stdout)


class Shops:
    """Both simulated shops, in one process."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, SIMULATOR], stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().decode().strip()
        require(self.url, "the simulated shops did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def ask(self, method, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(),
                                         {"Content-Type": "application/json", "User-Agent": "tests", **(headers or {})}, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            content = response.read()
        return json.loads(content) if content else {}

    def state(self):
        return self.ask("GET", "/_simulate/state")

    def woocommerce(self, method, path, body=None):
        """A call of its API, signed as its clients do over plain http."""
        path = "/wp-json/wc/v3/" + path
        quoted = lambda text: urllib.parse.quote(text, safe="-_.~")
        query = {"oauth_consumer_key": CONSUMER_KEY, "oauth_nonce": secrets.token_hex(8), "oauth_signature_method": "HMAC-SHA256",
                 "oauth_timestamp": str(int(time.time())), "oauth_version": "1.0"}
        joined = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(query.items()))
        base = "&".join([method, quoted(self.url + path), quoted(joined)])
        query["oauth_signature"] = base64.b64encode(hmac.new((CONSUMER_SECRET + "&").encode(), base.encode(), hashlib.sha256).digest()).decode()
        return self.ask(method, path + "?" + urllib.parse.urlencode(query), body)

    def connect_squarespace(self, admin, shop="squares", webhooks=True):
        """Connects the shop here, and its webhooks there."""
        secret = []
        if webhooks:
            subscription = {"endpointUrl": f"http://127.0.0.1:{admin.server.port}/api/v1/webhooks/squarespace/main/{shop}", "topics": ["order.create", "order.update"]}
            secret = [self.ask("POST", "/1.0/webhook_subscriptions", subscription, {"Authorization": "Bearer " + SQUARESPACE_TOKEN})["secret"]]
        admin.do("POST", "/api/v1/admin/shops", {"id": shop, "source": "squarespace", "base_url": self.url, "api_key": SQUARESPACE_KEY, "webhook_secrets": secret})

    def connect_woocommerce(self, admin, shop="woo", webhooks=True):
        connected = admin.do("POST", "/api/v1/admin/shops", {"id": shop, "source": "woocommerce", "base_url": self.url, "consumer_key": CONSUMER_KEY,
                                                             "consumer_secret": CONSUMER_SECRET, "webhook_secrets": [WOOCOMMERCE_SECRET]})
        for topic in ("order.created", "order.updated", "order.deleted") if webhooks else ():
            self.woocommerce("POST", "webhooks", {"name": topic, "topic": topic, "delivery_url": connected["webhook_url"], "secret": WOOCOMMERCE_SECRET})


def order_from(client, source, number=None):
    """The one order that came from this source; nothing yet: None."""
    found = [order for order in client.every("/api/v1/orders") if order["source"] == source and number in (None, order["source_order_number"])]
    require(len(found) <= 1, f"{len(found)} orders from {source}")
    return client.get("/api/v1/orders/" + found[0]["id"]) if found else None


def print_all(operator, printer, order, timeout_s=240):
    """An operator at the printer: looks, confirms the plate, until the order is printed."""
    deadline = time.monotonic() + timeout_s
    while True:
        now = operator.get(f"/api/v1/orders/{order}")
        if now["status"] in ("PRINTED", "QUALITY_CHECK", "READY_TO_SHIP"):
            return now
        require(time.monotonic() < deadline, f"order {order} is {now['status']}, its queue: {operator.get('/api/v1/production-orders')['items']}")
        waits = {reason for piece in operator.get("/api/v1/production-orders")["items"] for reason in piece.get("waits_for", [])}
        if "plate_not_clear" in waits:
            operator.ask("POST", f"/api/v1/printers/{printer}/clear-plate")
        time.sleep(0.3)


def ship(operator, order, tracking_number):
    for status in ("quality_check", "ready_to_ship"):
        operator.do("PATCH", f"/api/v1/orders/{order}/status", {"status": status})
    operator.do("POST", f"/api/v1/orders/{order}/label", {"carrier": "Post"})
    operator.do("PATCH", f"/api/v1/orders/{order}/shipping", {"carrier": "Post", "tracking_number": tracking_number})


def deliver(operator, order):
    for status in ("delivered", "completed"):
        operator.do("PATCH", f"/api/v1/orders/{order}/status", {"status": status})
    return operator.get(f"/api/v1/orders/{order}")["status"] == "COMPLETE"


def import_orders(operator, file, dry_run=False):
    """What became of each row of a file."""
    return operator.do("POST", f"/api/v1/orders/import?dry_run={str(dry_run).lower()}", file.encode(), {"Content-Type": "text/csv"})


def define_product(admin, model: pathlib.Path, sku):
    """A product of the catalogue that is printed from this file."""
    from layerline import form_of
    product = admin.do("POST", "/api/v1/admin/products", {"sku": sku, "name": "Bracket", "price": 1250, "stocked": False, "active": True})
    identity = product.get("id") or product["product_id"]
    body, content_type = form_of({"profile": "default"}, model.read_bytes(), model.name)
    answer = admin.ask("POST", f"/api/v1/admin/products/{identity}/files", body, {"Content-Type": content_type})
    require(answer.status < 300, f"the product's file: {answer}")
    admin.do("POST", "/api/v1/admin/boms", {"product_id": identity, "lines": [{"material": MATERIAL, "grams": 5}]})
    return identity


def wait_written_back(shops, source, external, tracking_number):
    """Waits until the shop has the number, once."""
    def written():
        state = shops.state()
        if source == "squarespace":
            order = next(o for o in state["squarespace"] if o["id"] == external)
            return order["fulfillmentStatus"] == "FULFILLED" and [p["trackingNumber"] for p in order["fulfillments"]] == [tracking_number]
        notes = [note for note in state["notes"].get(external, []) if tracking_number in note["note"]]
        order = next(o for o in state["woocommerce"] if str(o["id"]) == external)
        return order["status"] == "completed" and len(notes) == 1

    return wait_for(f"the tracking number at {source}", written, 30)
