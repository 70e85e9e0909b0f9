"""Holds what is in server/deploy/ to the server, to itself, and to the schemas and rules of those who read it.

usage: deploy_test.py SOURCE_DIR HOTLINED PYTHON

What has an engine to run it here is run elsewhere (packages_test.sh); a container engine and a cluster are not at hand.
"""

import configparser
import json
import pathlib
import re
import shlex
import subprocess
import sys

import yaml

SOURCE, HOTLINED, PYTHON = (pathlib.Path(argument).absolute() for argument in sys.argv[1:])
DEPLOY = SOURCE / "server/deploy"
# The first version of Kubernetes whose probes speak gRPC for good, and the newest of the schemas.
KUBERNETES_VERSIONS = ["1.27", "1.37"]
# hotlined ends itself when its drain is over by this much.
WATCHDOG_SECONDS = 5

faults = []


def expect(condition, what):
    if not condition:
        faults.append(what)


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def flags_of_hotlined():
    """The name of each flag, with its default."""
    return dict(re.findall(r"^ +--(\w+) \(.*?default: (.*?);$", run(HOTLINED, "--helpfull").stdout,
                           re.MULTILINE | re.DOTALL))


def split_flags(arguments):
    return dict(re.fullmatch(r"--(\w+)=(.*)", argument).groups() for argument in arguments)


def seconds(duration):
    units = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600}
    parts = re.findall(r"([\d.]+)(ms|s|min|m|h)", duration)
    assert parts, duration
    return sum(float(number) * units[unit] for number, unit in parts)


def port(address):
    return int(address.rsplit(":", 1)[1])


def check_flags(where, flags, known):
    expect(flags, f"{where}: no flag was found")
    for name in flags:
        expect(name in known, f"{where}: hotlined has no --{name}")


def check_time_to_stop(where, limit, flags, known):
    most = seconds(flags.get("drain_window", known["drain_window"].strip('"'))) + WATCHDOG_SECONDS
    expect(limit > most, f"{where}: {limit} s to stop, but hotlined may take {most} s")


def lines_of_flags(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def check_unit(known):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(DEPLOY / "hotlined.service")
    service = unit["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    expect(program == "/usr/bin/hotlined", f"hotlined.service: starts {program}")
    expect(arguments == ["--flagfile=/etc/hotline/hotlined.flags"], f"hotlined.service: starts with {arguments}")
    flags = split_flags(lines_of_flags((DEPLOY / "hotlined.flags").read_text()))
    check_flags("hotlined.flags", flags, known)
    for name in ("listen", "metrics_listen"):
        expect(flags[name].startswith("127.0.0.1:"), f"hotlined.flags: --{name} is open to the network")
    check_time_to_stop("hotlined.service", seconds(service["TimeoutStopSec"] + "s"), flags, known)
    expect(f"u {service['User']} " in (DEPLOY / "hotlined.sysusers").read_text(),
           "hotlined.sysusers: does not make the user of hotlined.service")


def instructions(dockerfile):
    """The arguments of each instruction of the last stage, by its name, continued lines joined."""
    text = re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", "")
    last_stage = text[text.rindex("\nFROM "):]
    found = {}
    for line in filter(None, last_stage.splitlines()):
        name, arguments = line.split(maxsplit=1)
        found.setdefault(name, []).append(arguments)
    return found


def check_image(known):
    found = instructions((DEPLOY / "Dockerfile").read_text())
    expect(json.loads(found["ENTRYPOINT"][-1]) == ["/usr/bin/hotlined"], "Dockerfile: hotlined must be process 1")
    flags = split_flags(json.loads(found["CMD"][-1]))
    check_flags("Dockerfile", flags, known)
    expect(found["EXPOSE"] == [f"{port(flags['listen'])} {port(flags['metrics_listen'])}"], "Dockerfile: wrong EXPOSE")
    expect(found["STOPSIGNAL"] == ["SIGTERM"], "Dockerfile: wrong STOPSIGNAL")
    check = found["HEALTHCHECK"][-1]
    expect(f"127.0.0.1:{port(flags['listen'])}" in check, "Dockerfile: HEALTHCHECK asks another port")
    lint = run(PYTHON.parent / "hadolint", "--no-color", DEPLOY / "Dockerfile")
    expect(lint.returncode == 0, f"hadolint:\n{lint.stdout}")
    return found["USER"][-1]


def check_kubernetes(known, image_user):
    file = DEPLOY / "kubernetes.yaml"
    for version in KUBERNETES_VERSIONS:
        result = run(PYTHON.parent / "kubernetes-validate", "--strict", "-k", version, file)
        expect(result.returncode == 0, f"kubernetes-validate:\n{result.stdout}")
    objects = {document["kind"]: document for document in yaml.safe_load_all(file.read_text())}
    expect(set(objects) == {"Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"},
           f"kubernetes.yaml: has {sorted(objects)}")

    deployment = objects["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    flags = split_flags(container["args"])
    check_flags("kubernetes.yaml", flags, known)
    check_time_to_stop("kubernetes.yaml", pod["terminationGracePeriodSeconds"], flags, known)
    user = pod["securityContext"]
    expect(f"{user['runAsUser']}:{user['runAsGroup']}" == image_user, "kubernetes.yaml: another user than the image's")

    ports = {"grpc": port(flags["listen"]), "metrics": port(flags["metrics_listen"])}
    expect({each["name"]: each["containerPort"] for each in container["ports"]} == ports, "Deployment: wrong ports")
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        expect(container[probe]["grpc"]["port"] == ports["grpc"], f"{probe}: wrong port")
    service = objects["Service"]["spec"]
    expect({each["name"]: each["port"] for each in service["ports"]} == ports, "Service: wrong ports")
    expect(all(each["targetPort"] == each["name"] for each in service["ports"]), "Service: wrong target")
    policy = objects["NetworkPolicy"]["spec"]
    expect([each["port"] for rule in policy["ingress"] for each in rule["ports"]] == list(ports.values()),
           "NetworkPolicy: wrong ports")

    labels = deployment["template"]["metadata"]["labels"]
    for what, selected in {
        "Deployment": deployment["selector"]["matchLabels"],
        "topologySpreadConstraints": pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
        "Service": service["selector"],
        "PodDisruptionBudget": objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": policy["podSelector"]["matchLabels"],
    }.items():
        expect(selected == labels, f"{what}: selects {selected}, but the pods have {labels}")
    version = re.search(r"project\(hotline VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text())[1]
    expect(container["image"] == f"hotline:{version}", f"kubernetes.yaml: {container['image']} is not of {version}")


def main():
    known = flags_of_hotlined()
    manual = re.findall(r"^\.BI? (?:\\-){2}(\w+)", (DEPLOY / "debian/hotlined.8").read_text(), re.MULTILINE)
    check_flags("hotlined.8", [name for name in manual if name not in ("help", "flagfile")], known)
    check_unit(known)
    check_kubernetes(known, check_image(known))
    print("\n".join(faults) or f"as it should be, with {len(known)} flags")
    return 1 if faults else 0


sys.exit(main())
