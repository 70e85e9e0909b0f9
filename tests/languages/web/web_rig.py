"""Three replicas with the shipped corpus, and before them Envoy with the files for browsers and plain HTTP.

They are those of server/deploy/, but for the path of the descriptor set, which is taken from the build.
"""

import json
import pathlib
import shutil
import sys
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(SOURCE / "tests/balancer"), str(SOURCE / "tests")]

import harness  # noqa: E402  (it lives in the folder that was just added)

INSTALLED_DESCRIPTORS = "/usr/share/hotline/proto/hotline-descriptors.pb"


class EnvoyWeb(harness.Envoy):
    name = "envoy-web"
    target = "127.0.0.10:8080"
    admin = "127.0.0.10:9902"

    def __init__(self, folder, descriptors):
        super().__init__(folder, pathlib.Path(folder) / "envoy-web.yaml")
        for name in ("envoy-web.yaml", "envoy-web.lua"):
            text = (harness.DEPLOY / name).read_text()
            if INSTALLED_DESCRIPTORS not in text:
                raise harness.Failure(f"{name} does not name {INSTALLED_DESCRIPTORS}")
            (self.folder / name).write_text(text.replace(INSTALLED_DESCRIPTORS, str(descriptors)))

    def command(self):
        # Its working directory is where it finds the other file.
        return ["env", "-C", self.folder, *super().command()]

    def streams(self):
        """How many requests are under way at each replica, by its address."""
        with urllib.request.urlopen(f"http://{self.admin}/clusters?format=json", timeout=5) as page:
            clusters = json.load(page)["cluster_statuses"]
        counts = {}
        for host in (host for cluster in clusters for host in cluster["host_statuses"]):
            address = host["address"]["socket_address"]
            active = next(stat for stat in host["stats"] if stat["name"] == "rq_active")
            counts[f"{address['address']}:{address['port_value']}"] = int(active.get("value", 0))
        return counts


class Rig:
    """Everything running. `bin_dir` is that of a build tree, beside which the descriptor set lies."""

    def __init__(self, bin_dir, folder, flags=()):
        bin_dir = pathlib.Path(bin_dir).resolve()
        self.replicas = harness.Replicas(bin_dir / "hotlined", EnvoyWeb.replicas, folder, flags)
        for replica in self.replicas:
            for name in ("finding_aid.txt", "curation.textproto"):
                shutil.copy(SOURCE / "data" / name, replica.corpus)
        self.descriptors = bin_dir.parent / "proto/hotline-descriptors.pb"
        self.envoy = EnvoyWeb(folder, self.descriptors)
        self.url = f"http://{EnvoyWeb.target}"

    def __enter__(self):
        self.replicas.__enter__()
        try:
            self.envoy.__enter__()
        except BaseException:
            self.replicas.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.envoy.__exit__()
        self.replicas.__exit__()

    def settle(self):
        """Has every replica up again, and Envoy know it."""
        for replica in self.replicas:
            if not replica.process.running():
                replica.start()
        self.envoy.await_healthy(3)

    def serving(self):
        """The one replica that has a stream."""
        found = []

        def one():
            streams = self.envoy.streams()
            found[:] = [replica for replica in self.replicas if streams[replica.address]]
            return len(found) == 1

        harness.wait_until(one, 10, "one replica with a stream")
        return found[0]
