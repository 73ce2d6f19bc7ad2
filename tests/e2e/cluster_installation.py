"""The installation of tests/e2e/cluster: brokers, the roles as processes, the world around them, and what may befall each of them."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

from layerline import BUILD, ROOT, WEBHOOK_SECRET, Server, SimulatedPrinter, Skipped, call, free_port, require, wait_for

TOPIC = "layerline.journal"
START_S = 90
SECONDS_PER_PRINT = 3


class Brokers:
    def __init__(self, folder, count):
        for tool in ("java", "mvn", "kcat"):
            if shutil.which(tool) is None:
                raise Skipped(f"no broker without {tool}; infra/install brings it")
        self.folder, self.count, self.environment = folder, count, {**os.environ, "LAYERLINE_KAFKA_DIR": str(folder)}
        self.bootstrap = self.run("up", str(count)).split("bootstrap=")[-1].strip()
        self.address = f"kafka://{self.bootstrap}/{TOPIC}"
        subprocess.run([BUILD / "layerline", "journal", "create", "--journal", self.address], check=True, stdout=subprocess.DEVNULL)

    def run(self, script, *words):
        done = subprocess.run([ROOT / "infra/kafka" / script, *words], env=self.environment, capture_output=True, text=True)
        require(done.returncode == 0, f"infra/kafka/{script}: {done.stderr}")
        return done.stdout

    def ports(self):
        return [address.rpartition(":")[2] for address in self.bootstrap.split(",")]

    def kcat(self, *words):
        return subprocess.run(["kcat", "-b", self.bootstrap, "-q", *words], capture_output=True, text=True, timeout=120).stdout

    def leader_of(self, partition):
        """The number of the broker that leads this partition of the journal."""
        topic = json.loads(self.kcat("-L", "-J", "-t", TOPIC))["topics"][0]
        return next(p["leader"] for p in topic["partitions"] if p["partition"] == partition)

    def kill(self, number):
        os.kill(int((self.folder / f"broker-{number}.pid").read_text().split()[0]), signal.SIGKILL)

    def restart(self, number):
        self.run("up", "--restart", str(number))


class Wire:
    """Between one process and the brokers: the process is in a network namespace of its own, and two relays connect it."""
    count = 0

    @staticmethod
    def possible():
        name = f"layerline-try-{os.getpid()}"
        if os.geteuid() != 0 or shutil.which("ip") is None:
            return False
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode == 0
        if made:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        return made

    def __init__(self, broker_ports, own_port):
        Wire.count += 1
        self.name = f"layerline-{os.getpid()}-{Wire.count}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        subprocess.run(["ip", "-n", self.name, "link", "set", "lo", "up"], check=True)
        self.to_brokers = self.relay("--listen-in", *broker_ports)
        self.to_process = self.relay("--connect-in", str(own_port))

    def relay(self, how, *ports):
        relay = subprocess.Popen([ROOT / "tests/simulators/relay", how, self.name, *ports], stdout=subprocess.PIPE)
        require(relay.stdout.readline(), "a relay did not start")
        return relay

    def cut(self):
        self.to_brokers.send_signal(signal.SIGSTOP)

    def mend(self):
        self.to_brokers.send_signal(signal.SIGCONT)

    def remove(self):
        for relay in (self.to_brokers, self.to_process):
            relay.kill()
            relay.wait()
            relay.stdout.close()
        subprocess.run(["ip", "netns", "del", self.name], check=False)


class World:
    """The printer, the payment provider and the mail server: simulators, which count what they were asked for."""

    def __init__(self, folder, webhook_port):
        self.folder, self.processes = folder, []
        self.printer = SimulatedPrinter(folder / "printer", SECONDS_PER_PRINT)
        if self.printer.skipped:
            raise Skipped(self.printer.skipped)
        self.mails = folder / "mails"
        self.mails.mkdir()
        self.mail_port = self.start("mail_sink", "mail", "--folder", str(self.mails))
        self.payments_port = self.start("payments_simulator", "payments", "--webhook-url", f"http://127.0.0.1:{webhook_port}/webhooks/stripe",
                                        "--webhook-secret", WEBHOOK_SECRET)
        self.environment = {"LAYERLINE_STRIPE_BASE_URL": f"http://127.0.0.1:{self.payments_port}", "LAYERLINE_STRIPE_API_KEY": "sk_test_simulated",
                            "LAYERLINE_MAIL_HOST": "127.0.0.1", "LAYERLINE_MAIL_PORT": str(self.mail_port),
                            "LAYERLINE_WORKSHOP_OPERATOR_EMAIL": "operator@workshop.example"}

    def start(self, program, place, *words):
        port_file = self.folder / f"{place}.port"
        with open(self.folder / f"{place}.log", "wb") as log:
            self.processes.append(subprocess.Popen([BUILD / "tests/simulators" / place / program, "--port-file", port_file, *words], stdout=log, stderr=log))
        return int(wait_for(f"the simulated {place}", lambda: port_file.exists() and port_file.read_text().strip(), 20))

    def pay(self, intent):
        """What the customer does in the browser."""
        return call(self.payments_port, "POST", "/_simulate/pay", {"intent": intent, "card": "ok"}).status == 200

    def intents(self):
        return call(self.payments_port, "GET", "/_simulate/intents").json()["intents"]

    def stop(self):
        self.printer.down()
        for process in self.processes:
            process.kill()
            process.wait()


class Member(Server):
    """A process of the installation; with a wire, its connection to the brokers can be cut."""

    def __init__(self, data, roles, brokers, world, wired=False):
        super().__init__(data, world.environment, ["--journal", brokers.address, "--roles", roles])
        self.wire = Wire(brokers.ports(), self.port) if wired else None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        self.inside = ["ip", "netns", "exec", self.wire.name] if self.wire else []
        return super().start()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)


class Installation:
    def __init__(self, folder, brokers, wired):
        self.folder, self.brokers = folder, brokers
        ports = [free_port(), free_port()]
        self.world = World(folder, ports[0])
        self.members = []
        try:
            self.owners = [self.member(f"owner-{i}", "owner", wired) for i in (1, 2)]
            self.key = wait_for("the first key", self.first_key, START_S)
            self.projectors = [self.member(f"projector-{i}", "projector") for i in (1, 2)]
            self.publisher = self.member("publisher", "publisher")
            self.printers = [self.member(f"printer-{i}", "printer") for i in (1, 2)]
            self.payments = [self.member(f"payments-{i}", "payments") for i in (1, 2)]
            self.others = self.member("others", "slicer,notifier")
            self.gateways = [self.member(f"gateway-{i}", "gateway", port=port) for i, port in enumerate(ports, 1)]
            for gateway in self.gateways:
                wait_for("a gateway that knows the key", lambda g=gateway: call(g.port, "GET", "/api/v1/status", key=self.key).status == 200, START_S)
            self.partition = call(self.gateways[0].port, "GET", "/api/v1/status", key=self.key).json()["partition"]
            # A gateway may know nobody who decides for a moment yet, and says so (503): clients come again.
            wait_for("an owner that decides", self.opens_a_shelf, START_S)
        except BaseException:
            self.remove()
            raise

    def opens_a_shelf(self):
        return call(self.gateways[0].port, "POST", "/api/v1/inventory/locations", {"location_id": "first-shelf"}, self.key).status < 300

    def member(self, name, roles, wired=False, port=None):
        member = Member(self.folder / name, roles, self.brokers, self.world, wired)
        member.port = port or member.port
        self.members.append(member)
        return member.start()

    def first_key(self):
        files = [owner.data / "access" / "main-admin.key" for owner in self.owners]
        return next((file.read_text().strip() for file in files if file.exists()), None)

    def leader(self):
        """The owner that decides: after the first fault one of them has all partitions."""
        def led(owner):
            lines = call(owner.port, "GET", "/metrics").body.decode().splitlines()
            return sum(float(line.split()[1]) for line in lines if line.startswith("layerline_partitions_led "))
        return wait_for("an owner", lambda: max(((led(owner), owner) for owner in self.owners), key=lambda pair: pair[0]), START_S)[1]

    def stop(self):
        for member in reversed(self.members):
            member.stop()

    def remove(self):
        for member in self.members:
            if member.process and member.process.poll() is None:
                member.process.kill()
                member.process.wait()
            if member.wire:
                member.wire.remove()
        self.world.stop()


class Faults:
    """Each is done by a method of its name, which returns how it is undone."""

    def __init__(self, installation, pause_s):
        self.installation, self.pause_s, self.turn = installation, pause_s, {}

    def one_of(self, members):
        """The next in turn, so that each has its share of faults."""
        key = members[0].data.name
        self.turn[key] = self.turn.get(key, random.randrange(2)) + 1
        return members[self.turn[key] % len(members)]

    @staticmethod
    def kill(member):
        member.kill()
        return member.start

    def pause(self, member):
        member.pause()
        time.sleep(self.pause_s)
        return member.go_on

    def kill_owner(self):
        return self.kill(self.installation.leader())

    def stop_owner(self):
        leader = self.installation.leader()
        leader.stop()
        return leader.start

    def pause_owner(self):
        return self.pause(self.installation.leader())

    def cut_owner(self):
        leader = self.installation.leader()
        leader.wire.cut()
        time.sleep(self.pause_s / 2)
        return leader.wire.mend

    def kill_projector(self):
        return self.kill(self.one_of(self.installation.projectors))

    def kill_publisher(self):
        """As soon as records of a transaction can be seen that is not committed yet."""
        watch = subprocess.Popen(["kcat", "-b", self.installation.brokers.bootstrap, "-q", "-u", "-C", "-t", "layerline.inventory.v1", "-o", "end",
                                  "-X", "isolation.level=read_uncommitted", "-X", "fetch.wait.max.ms=2"], stdout=subprocess.PIPE)
        watch.stdout.readline()
        undo = self.kill(self.installation.publisher)
        watch.kill()
        watch.wait()
        watch.stdout.close()
        return undo

    def kill_gateway(self):
        return self.kill(self.one_of(self.installation.gateways))

    def kill_printer(self):
        return self.kill(self.one_of(self.installation.printers))

    def pause_printer(self):
        return self.pause(self.one_of(self.installation.printers))

    def kill_payments(self):
        return self.kill(self.one_of(self.installation.payments))

    def pause_payments(self):
        return self.pause(self.one_of(self.installation.payments))

    def kill_broker(self):
        brokers = self.installation.brokers
        number = brokers.leader_of(self.installation.partition)
        brokers.kill(number)
        return lambda: brokers.restart(number)

    def restart_brokers(self):
        for number in range(1, self.installation.brokers.count + 1):
            self.installation.brokers.restart(number)
        return lambda: None
