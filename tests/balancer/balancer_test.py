"""What clients see of three replicas behind each load balancer, and behind none, while replicas come and go.

usage: balancer_test.py BIN_DIR [--balancer=NAME,...] [--fault=NAME,...]

Each fault is put to each balancer under paced playbacks and a stream of unary calls. At the end comes a table; whatever
in it should be 0 and is not makes the run fail, and is told below it.
"""

import argparse
import pathlib
import sys
import threading
import time
import traceback

import harness
from harness import Failure, Load, pause, wait_until

DRAIN_WINDOW = 6
FLAGS = [f"--drain_window={DRAIN_WINDOW}s", "--lame_duck=3s", "--metrics_listen=127.0.0.1:0"]
CALLS_A_SECOND = 60


class Lane:
    """A balancer with its replicas, and what is needed to put load to it."""

    def __init__(self, balancer, replicas, programs, folder):
        self.balancer, self.replicas, self.programs, self.folder = balancer, replicas, programs, folder

    def load(self, **flags):
        return Load(self.programs / "balancer_load", self.balancer.target, self.folder,
                    **{"unary_rate": CALLS_A_SECOND, **flags})

    def settle(self):
        """Has every replica up again, and the balancer know it."""
        for replica in self.replicas:
            if replica.process is None or not replica.process.running():
                replica.start()
        for replica in self.replicas:
            replica.await_listening()
        self.balancer.await_healthy(3)


def expect(condition, text):
    if not condition:
        raise Failure(text)


def between(moments, begin, end):
    return sum(1 for moment in moments if begin <= moment <= end)


def check(report, faults):
    faults += harness.faults_of(report)
    return report


# The faults. Each returns the load's report and a note with what it measured, and adds to `faults` what was wrong.


def kill(lane, faults):
    """SIGKILL of one replica every two seconds, started again at once, for half a minute."""
    with lane.load(day_length="27s", at_least="34s") as load:
        load.await_opened()
        begun, kills = time.monotonic(), 0
        while time.monotonic() < begun + 30:
            replica = lane.replicas[kills % 3]
            replica.kill()
            replica.start(wait=False)
            kills += 1
            pause(max(0, begun + 2 * kills - time.monotonic()))
        report = check(load.report(), faults)
    expect(report["resumes"] >= 500, f"only {report['resumes']:g} resumes: the kills did not strike")
    return report, f"{kills} kills, {report['resumes']:g} resumes, {delays(report)}"


def rolling(lane, faults):
    """Every replica in turn drained by SIGTERM, awaited, and started again."""
    with lane.load(day_length="26s") as load:
        load.await_opened()
        times = []
        for replica in lane.replicas:
            begun = time.monotonic()
            replica.begin_drain()
            replica.await_drained(DRAIN_WINDOW + 3)
            times.append(time.monotonic() - begun)
            replica.start()
            lane.balancer.await_healthy(3)
        expect(load.running(), "the playbacks were over before the last replica was restarted")
        report = check(load.report(), faults)
    drained = len(report["drained_at"])
    expect(drained >= 250, f"only {drained} playbacks were closed by a drain")
    return report, f"drains of {min(times):.1f} to {max(times):.1f} s, {drained} playbacks closed by them, {delays(report)}"


def freeze(lane, faults):
    """SIGSTOP of one replica, and SIGCONT."""
    # Envoy's pings find it within 15 s. Otherwise the SDK does, since heartbeats are missing; where nobody checks the
    # replica's health, its pings find that the connection is dead for unary calls as well.
    by_pings = lane.balancer.name == "envoy"
    frozen_for = 18 if by_pings else 13
    flags = {} if by_pings else {"stream_idle_timeout": "4s"}
    with lane.load(day_length="24s", **flags) as load:
        load.await_opened()
        begun = time.time()
        lane.replicas[0].freeze()
        pause(frozen_for)
        thawed = time.time()
        lane.replicas[0].thaw()
        report = check(load.report(), faults)
    left = between(report["resumed_at"], begun, thawed)
    expect(left >= 80, f"only {left} playbacks left the frozen replica")
    lane.balancer.await_healthy(3)
    return report, f"{left} playbacks left the replica while it was frozen for {frozen_for} s, {delays(report)}"


def reload(lane, faults):
    """Another corpus by SIGHUP on each replica, and then a drain: positions go on in the revision that they are of."""
    other = harness.write_corpus(pathlib.Path(lane.folder) / "other", title="dispatch")
    with lane.load(day_length="14s") as load:
        load.await_opened()
        revisions = {replica.reload(other) for replica in lane.replicas}
        expect(len(revisions) == 1, f"replicas serve different revisions: {revisions}")
        lane.replicas[0].begin_drain()
        lane.replicas[0].await_drained(DRAIN_WINDOW + 3)
        expect(load.running(), "the playbacks were over before the drain was")
        report = check(load.report(), faults)
    lane.settle()
    new = revisions.pop()
    if list(report["ended_in"]) == [new] or len(report["ended_in"]) != 1:
        faults.append(f"playbacks ended in {report['ended_in']}, and not in the revision before {new}")
    with lane.load(playbacks=30, open_over="0s", day_length="1s", unary_rate=0) as load:
        after = check(load.report(), faults)
    if list(after["ended_in"]) != [new]:
        faults.append(f"behind the reload playbacks are of {after['ended_in']}, and not of {new}")
    return report, f"{report['resumes']:g} resumes in the old revision, {delays(report)}"


def even(lane, faults):
    """No fault: each replica is to get its share."""

    def started(kind):
        return [sum(value for name, value in replica.metrics().items()
                    if name.startswith("grpc_server_started_total") and f'grpc_service="hotline.v1.{kind}"' in name)
                for replica in lane.replicas]

    before = {kind: started(kind) for kind in ("TimelineService", "ArchiveService")}
    with lane.load(day_length="3s", open_over="3s", unary_rate=200, at_least="6s") as load:
        report = check(load.report(), faults)
    notes = []
    # Unary calls even out what playbacks load a replica with, where a balancer counts both.
    least_of = {"TimelineService": 0.25, "ArchiveService": 0.15}
    for kind, counts in before.items():
        shares = [after - count for after, count in zip(started(kind), counts)]
        notes.append(" ".join(f"{share / sum(shares):.0%}" for share in shares))
        if min(shares) < least_of[kind] * sum(shares):
            faults.append(f"calls of {kind} are spread as {notes[-1]}")
    return report, f"playbacks {notes[0]}, unary calls {notes[1]}"



# Those with thousands of playbacks, for replicas without a balancer. Their corpus has an item a second for each.


class Crowd:
    """All clients on the first of three replicas; the others come up once they are there."""

    PLAYBACKS = 5000
    CONNECTIONS = 10

    def __init__(self, programs, folder):
        self.replicas = harness.Replicas(programs / "hotlined", harness.Nobody.replicas, folder, FLAGS, events=24)
        self.programs, self.folder = programs, folder

    def __enter__(self):
        self.replicas[0].start()
        self.load = Load(self.programs / "balancer_load", harness.Nobody.target, self.folder, playbacks=self.PLAYBACKS,
                         connections=self.CONNECTIONS, open_over="5s", day_length="27s", unary_rate=20)
        try:
            self.load.await_opened()
            for replica in self.replicas[1:]:
                replica.start()
            for replica in self.replicas[1:]:
                wait_until(lambda: watches(replica) >= self.CONNECTIONS, 20, f"{replica.name}: clients' connections")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.load.process.close()
        self.replicas.__exit__()


def watches(replica):
    """How many clients watch a replica's health: each does over each of its connections."""
    return sum(value for name, value in replica.metrics().items()
               if name.startswith("grpc_server_started_total") and 'grpc_method="Watch"' in name)


def shutdown(programs, folder, faults):
    """A drain with 5,000 playbacks: each is closed within the window, and resumes elsewhere."""
    with Crowd(programs, folder) as crowd:
        begun = time.time()
        crowd.replicas[0].begin_drain()
        crowd.replicas[0].await_drained(DRAIN_WINDOW + 3)
        took = time.time() - begun
        expect(crowd.load.running(), "the playbacks were over before the drain was")
        report = check(crowd.load.report(), faults)
    drained = [moment - begun for moment in report["drained_at"]]
    if len(drained) != Crowd.PLAYBACKS:
        faults.append(f"{len(drained)} playbacks were closed by the drain")
    # As the client saw it, on a machine that has other things to do.
    if drained and max(drained) > DRAIN_WINDOW + 1:
        faults.append(f"the last playback was closed {max(drained):.1f} s after SIGTERM")
    return report, (f"drained in {took:.1f} s, playbacks closed {min(drained, default=0):.1f} to "
                    f"{max(drained, default=0):.1f} s after SIGTERM, {delays(report)}")


def herd(programs, folder, faults):
    """The replica of 5,000 playbacks dies: they come to the others one after another, and only once."""
    with Crowd(programs, folder) as crowd:
        begun = time.time()
        crowd.replicas[0].kill()
        report = check(crowd.load.report(), faults)
    came = sorted(moment - begun for moment in report["resumed_at"])
    tenths = {}
    for moment in came:
        tenths[int(moment * 10)] = tenths.get(int(moment * 10), 0) + 1
    densest = max(tenths.values(), default=0)
    if len(came) != Crowd.PLAYBACKS:
        faults.append(f"{len(came)} resumes: not one for each playback")
    if not came or came[-1] < 2:
        faults.append("they came within less than 2 s")
    # Evenly over two seconds would be a twentieth in each tenth of a second.
    if densest > Crowd.PLAYBACKS / 4:
        faults.append(f"{densest} came within a tenth of a second")
    return report, (f"{len(came)} resumes {came[0] if came else 0:.1f} to {came[-1] if came else 0:.1f} s after the death, "
                    f"at most {densest} within 0.1 s")


def deploy(lane, faults):
    """A rolling restart into a new revision. A replica starts with the old one and reads the new one at once, so that it
    holds both: playbacks end in the one in which they began."""
    folder = pathlib.Path(lane.folder)
    old, new = harness.write_corpus(folder / "old"), harness.write_corpus(folder / "new", title="cable")
    for replica in lane.replicas:
        replica.reload(old)
    with lane.load(day_length="26s") as load:
        load.await_opened()
        for replica in lane.replicas:
            replica.begin_drain()
            replica.await_drained(DRAIN_WINDOW + 3)
            replica.put_corpus(old)
            replica.start()
            revision = replica.reload(new)
            lane.balancer.await_healthy(3)
        expect(load.running(), "the playbacks were over before the last replica was restarted")
        report = check(load.report(), faults)
    if len(report["ended_in"]) != 1 or revision in report["ended_in"]:
        faults.append(f"playbacks ended in {report['ended_in']}, and not in the revision before {revision}")
    return report, f"{len(report['drained_at'])} playbacks closed by drains, none left its revision, {delays(report)}"


def replace(lane, faults):
    """A rolling restart straight into a new revision: playbacks that allow it continue there, item for item."""
    folder = pathlib.Path(lane.folder)
    newer = harness.write_corpus(folder / "newer", title="telegram")
    with lane.load(day_length="26s", allow_continue="true") as load:
        load.await_opened()
        for replica in lane.replicas:
            replica.begin_drain()
            replica.await_drained(DRAIN_WINDOW + 3)
            replica.put_corpus(newer)
            replica.start()
            lane.balancer.await_healthy(3)
        expect(load.running(), "the playbacks were over before the last replica was restarted")
        report = check(load.report(), faults)
    expect(report["continued"] >= 250, f"only {report['continued']:g} resumes in another revision")
    return report, f"{report['continued']:g} resumes in another revision, {delays(report)}"


def delays(report):
    delay = report["resume_delay"]
    return f"resumed after {delay['p50']:.1f} s, at most {delay['max']:.1f} s" if delay else "no resumes"


# Put to every balancer; to none but the SDK's own; and with a crowd.
FAULTS = {"even": even, "kill": kill, "rolling": rolling, "freeze": freeze, "reload": reload}
DEPLOYS = {"deploy": deploy, "replace": replace}
CROWDS = {"shutdown": shutdown, "herd": herd}


class Results:
    """What came of everything, from several threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rows = []

    def add(self, balancer, name, report, note, faults):
        with self.lock:
            self.rows.append((balancer, name, report, note, faults))
            print(f"{balancer:8} {name:8} {'ok' if not faults else 'FAILED'}: {note}", flush=True)
            for fault in faults:
                print(f"    {fault}", flush=True)

    def run(self, balancer, name, function, *arguments):
        faults, report, note = [], None, ""
        begun = time.monotonic()
        try:
            report, note = function(*arguments, faults)
        except Failure as failure:
            faults.append(str(failure))
        except Exception:  # a fault of the test is one of the run
            faults.append(traceback.format_exc())
        self.add(balancer, name, report, f"{note} ({time.monotonic() - begun:.0f} s)", faults)

    def table(self):
        columns = ("playbacks", "items", "lost", "repeated", "out_of_order", "unary_calls", "unary_failed")
        lines = [f"{'balancer':9}{'fault':10}" + "".join(f"{column:>14}" for column in columns)]
        for balancer, name, report, _, _ in sorted(self.rows, key=lambda row: row[0]):
            cells = [f"{report[column]:g}" if report else "-" for column in columns]
            lines.append(f"{balancer:9}{name:10}" + "".join(f"{cell:>14}" for cell in cells))
        return "\n".join(lines)

    def failed(self):
        return [row for row in self.rows if row[4]]


def run_balancer(name, faults, programs, results):
    kind = harness.BALANCERS[name]
    with harness.new_folder(name) as folder:
        try:
            with harness.Replicas(programs / "hotlined", kind.replicas, folder, FLAGS) as replicas, \
                    kind(folder) as balancer:
                lane = Lane(balancer, replicas, programs, folder)
                known = {**FAULTS, **DEPLOYS} if name == "none" else FAULTS
                for fault in faults:
                    if fault in known:
                        lane.settle()
                        results.run(name, fault, known[fault], lane)
        except Exception:
            results.add(name, "start", None, "", [traceback.format_exc()])
    if name == "none":
        for fault in faults:
            if fault in CROWDS:
                with harness.new_folder(fault) as folder:
                    results.run(name, fault, CROWDS[fault], programs, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir", type=pathlib.Path)
    parser.add_argument("--balancer", default=",".join(harness.BALANCERS))
    parser.add_argument("--fault", default=",".join([*FAULTS, *DEPLOYS, *CROWDS]))
    arguments = parser.parse_args()
    programs = arguments.bin_dir.resolve()
    balancers, faults = arguments.balancer.split(","), arguments.fault.split(",")

    begun = time.monotonic()
    results = Results()
    # Most of it is waiting: what needs no balancer has replicas at addresses of its own, and runs beside.
    lanes = [[name for name in balancers if name != "none"], [name for name in balancers if name == "none"]]
    threads = [threading.Thread(target=lambda names=names: [run_balancer(name, faults, programs, results)
                                                            for name in names]) for names in lanes if names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    print(f"\n{results.table()}\n{time.monotonic() - begun:.0f} s in all")
    for balancer, name, _, _, failures in results.failed():
        for failure in failures:
            print(f"{balancer} {name}: {failure}")
    return 1 if results.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
