"""What tests/e2e/cluster looks at when all is quiet: the journal itself, the views, the world's own counts, the public topics."""
import collections
import email
import json
import pathlib
import re
import subprocess
import time

from layerline import BUILD, MATERIAL, ROOT, Client, command, require

PUBLIC_TOPICS = ["quotes", "orders", "payments", "production", "inventory", "printing", "shipments"]
ENDS = {"print.finished", "print.failed", "print.cancelled"}
OVER = {"finished", "failed", "cancelled"}
CATCH_UP_S = 120
SHOWN = 5                    # examples of what is wrong


class Figures(collections.Counter):
    def wrong(self, name, what, found):
        """Counts what was found, which is a number or a collection, and shows the first few."""
        count = found if isinstance(found, int) else len(found)
        if count:
            self[name] += count
            print(f"  {name.upper()} {count}: {what}{'' if isinstance(found, int) else ' ' + str(sorted(found)[:SHOWN])}", flush=True)


class JournalRead:
    """The accepted records, by what is looked for in them. What is public is told by schemas/asyncapi.yaml, not by the program."""

    def __init__(self, address):
        self.commands, self.entries_of = collections.Counter(), collections.Counter()
        self.events = collections.Counter()              # (stream, type)
        self.public, self.broken, self.accepted = set(), set(), 0
        public_types = set(re.findall(r"type: \{const: layerline\.([a-z_.]+)\}", (ROOT / "schemas/asyncapi.yaml").read_text()))
        require(public_types, "schemas/asyncapi.yaml names no events")
        versions = {}
        export = subprocess.Popen([BUILD / "layerline", "journal", "export", "--journal", address], stdout=subprocess.PIPE)
        for line in export.stdout:
            said = json.loads(line)
            self.accepted += 1
            if said["kind"] == "commit":
                self.fold(said, said["record"], public_types, versions)
        require(export.wait() == 0, "the journal can't be exported")

    def fold(self, said, commit, public_types, versions):
        name = commit.get("command_id", "")
        entries = commit.get("entries", [])
        if name:
            key = (commit["workshop"], name)
            self.commands[key] += 1
            self.entries_of[name.rpartition(":")[2]] += len(entries)
        for index, entry in enumerate(entries):
            stream, version = (commit["workshop"], entry["stream"]), int(entry["version"])
            if versions.get(stream, 0) + 1 != version:
                self.broken.add(f"{stream} {version}")
            versions[stream] = version
            self.events[(entry["stream"], entry["type"])] += 1
            if entry["type"] in public_types:
                self.public.add(f"{said['partition']}:{said['offset']}:{index}")

    def per_stream(self, *types):
        counted = collections.Counter()
        for (stream, kind), count in self.events.items():
            if kind in types:
                counted[stream] += count
        return counted


def check_commands(journal, book, figures):
    applied = {name.rpartition(":")[2] for _, name in journal.commands}
    figures.wrong("lost", "acknowledged commands without a commit", {key for key in book.acked - book.silent - book.perhaps_silent if key not in applied})
    figures.wrong("doubled", "commands with several commits", {name for (_, name), count in journal.commands.items() if count > 1})
    figures.wrong("doubled", "commands that should change nothing", {key for key in book.silent if journal.entries_of[key]})
    figures.wrong("false_no", "commands that were answered no, and are applied", book.refused & applied)
    figures.wrong("false_no", "stale answers", set(book.stale))
    figures.wrong("lost", "versions of streams with a gap", journal.broken)


def check_effects(journal, world, figures):
    """Nothing twice: in the journal, at the provider, at the printer, in the post."""
    once = {"effects that succeeded": ["effect.succeeded"], "starts of a print": ["print.started"], "ends of a print": ENDS,
            "payments of an order": ["order.paid"], "refunds": ["payment.refunded"]}
    for what, types in once.items():
        figures.wrong("doubled", what, {stream for stream, count in journal.per_stream(*types).items() if count > 1})
    intents = world.intents()
    per_payment = collections.Counter(intent["payment"] for intent in intents)
    figures.wrong("doubled", "intents of a payment", {payment for payment, count in per_payment.items() if count > 1})
    figures.wrong("doubled", "refunds at the provider", {intent["id"] for intent in intents if intent["refunds"] > 1})
    asked = {stream.partition("/")[2] for stream in journal.per_stream("payment.requested")}
    figures.wrong("lost", "payments that the provider does not know", asked - per_payment.keys())
    refunded = {intent["payment"] for intent in intents if intent["refunds"]}
    wanted = {stream.partition("/")[2] for stream in journal.per_stream("payment.refund_requested")}
    figures.wrong("lost", "refunds that were not made", wanted - refunded)
    figures.wrong("doubled", "refunds that nobody asked for", refunded - wanted)
    letters = collections.Counter(email.message_from_bytes(file.read_bytes())["Message-ID"] for file in world.mails.glob("*.eml"))
    figures.wrong("doubled", "mails", {name for name, count in letters.items() if count > 1})
    return len(intents), len(letters)


def check_prints(journal, productions, world, operator, figures):
    started = collections.Counter(name.removesuffix("-1") for name in world.printer.started())
    jobs = {job["id"]: job["status"] for production in productions for job in production["jobs"]}
    dispatched = {stream.partition("/")[2] for stream in journal.per_stream("print.dispatched")}
    figures.wrong("doubled", "prints that were started several times", {job for job, count in started.items() if count > 1})
    figures.wrong("doubled", "prints that nobody asked for", started.keys() - dispatched)
    figures.wrong("lost", "prints that are not shown", dispatched - jobs.keys())
    figures.wrong("lost", "prints without an end", {job for job, status in jobs.items() if status not in OVER})
    figures.wrong("lost", "finished, but never started", {job for job, status in jobs.items()
                                                          if status == "finished" and job not in started and job not in operator.resolved})
    return collections.Counter(jobs.values())


def check_views(client, load, figures):
    """What the projectors show of what was acknowledged."""
    lines = client.every(f"/api/v1/inventory/materials/{MATERIAL}/ledger")
    received = collections.Counter(line["details"]["reference"] for line in lines if line["event"] == "received")
    wanted = {None}.union(*[receipts.references for receipts in load.receipts])
    figures.wrong("lost", "receipts without a line", {str(reference) for reference in wanted - received.keys()})
    figures.wrong("doubled", "receipts with several lines", {str(reference) for reference, count in received.items() if count > 1})
    consumed = collections.Counter(line["details"]["job"] for line in lines if line["event"] == "consumed")
    figures.wrong("doubled", "prints that were consumed twice", {job for job, count in consumed.items() if count > 1})
    material = client.get("/api/v1/inventory/materials/" + MATERIAL)
    figures.wrong("lost", "the ledger's lines do not sum to the stock", int(sum(line["change_mg"] for line in lines) != material["on_hand_mg"]))
    orders = {order["id"]: order for order in client.every("/api/v1/orders")}
    for customers in load.orders:
        paid = {order for order in customers.paid if orders.get(order, {}).get("payment_status") not in ("paid", "refunded")}
        figures.wrong("lost", "orders that were paid", paid)
        figures.wrong("lost", "orders that were cancelled",
                      {order for order in customers.cancelled if orders.get(order, {}).get("status") != "CANCELLED"})
    for shelf in load.shelves:
        if shelf.name:
            on_hand = client.get("/api/v1/inventory/materials/" + shelf.name)["on_hand_mg"]
            figures.wrong("lost", f"{shelf.name} has {on_hand} mg, not {shelf.on_hand}", int(on_hand != shelf.on_hand))
    parked = [effect["id"] for effect in client.every("/api/v1/admin/effects") if effect["status"] == "parked"]
    figures.wrong("lost", "effects that were given up", set(parked))


def compare_projections(members, address, figures):
    """All views of each, byte by byte, with a fold from the beginning; and all of them have gone equally far."""
    sizes = set()
    for member in members:
        status, text = command("projection", "compare", "--all", "--data", str(member.data), "--journal", address)
        figures.wrong("differing", f"{member.data.name}: {text}", max(text.count("DIFFERENT"), int(status != 0)))
        sizes.add(text.strip().splitlines()[-1] if text.strip() else "")
    figures.wrong("differing", f"the projectors hold different views: {sizes}", len(sizes) - 1)


def read_public(brokers, isolation="read_committed"):
    """(topic, line) of every record."""
    for topic in [f"layerline.{name}.v1" for name in PUBLIC_TOPICS]:
        for line in brokers.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-X", f"isolation.level={isolation}").splitlines():
            yield topic, line


def wait_for_publisher(brokers, wanted):
    """What is public, deduplicated by id; and how many records of transactions that were cut off there are."""
    until = time.monotonic() + CATCH_UP_S
    while True:
        records = [(topic, json.loads(line)["id"], line) for topic, line in read_public(brokers)]
        found = {identity: (topic, line) for topic, identity, line in records}
        if wanted <= found.keys() or time.monotonic() > until:
            return found, len(records) - len(found), sum(1 for _ in read_public(brokers, "read_uncommitted")) - len(records)
        time.sleep(1)


def check_public(found, journal, address, folder, figures):
    """By the journal's own numbers, and word for word by what the journal's copy would publish."""
    figures.wrong("lost", "events that were not published", journal.public - found.keys())
    figures.wrong("doubled", "published events that are not in the journal", found.keys() - journal.public)
    copy = pathlib.Path(folder) / "copy"
    status, text = command("journal", "copy", "--from", address, "--to", str(copy))
    require(status == 0, "journal copy: " + text)
    expected = subprocess.run([BUILD / "tests/publisher/publish", "expect", copy / "journal", "layerline"], capture_output=True, text=True)
    require(expected.returncode == 0, "publish expect: " + expected.stderr)
    should = {}
    for line in expected.stdout.splitlines():
        topic, _, event = line.partition("\t")
        should[json.loads(event)["id"]] = (topic, event)
    figures.wrong("differing", "published otherwise than the journal says", {name for name in found if found[name] != should.get(name)})


def check_telemetry(brokers):
    """Samples may be lost, so only that they come, and that they say what they should."""
    samples = [json.loads(line) for line in brokers.kcat("-C", "-t", "layerline.telemetry", "-o", "beginning", "-e").splitlines()]
    require(any(sample["state"] == "running" and sample["nozzle_celsius"] > 100 for sample in samples), "no telemetry of a print")
    return len(samples)


def check_all(installation, load, folder, figures):
    """Ends the installation: what it was by then is what is looked at."""
    brokers, world = installation.brokers, installation.world
    client = Client(installation.gateways[0], installation.key)
    check_views(client, load, figures)
    productions = client.every("/api/v1/production-orders")
    fresh = installation.member("fresh", "projector")
    for member in [*installation.printers, *installation.payments, installation.others, *installation.gateways, *installation.owners]:
        member.stop()
    journal = JournalRead(brokers.address)
    found, repeated, cut_off = wait_for_publisher(brokers, journal.public)
    samples = check_telemetry(brokers)
    installation.stop()
    check_commands(journal, load.book, figures)
    intents, letters = check_effects(journal, world, figures)
    jobs = check_prints(journal, productions, world, load.operator, figures)
    compare_projections([*installation.projectors, fresh], brokers.address, figures)
    check_public(found, journal, brokers.address, folder, figures)
    print(f"{len(load.book.acked)} commands, {len(load.book.refused)} refusals; answers {dict(load.book.statuses)}")
    print(f"{intents} intents, {letters} mails, prints {dict(jobs)}, {len(load.operator.resolved)} of them by an operator's word")
    print(f"{len(found)} public events, {repeated} of them repeated, {cut_off} records of transactions that were cut off; {samples} samples of telemetry")
