"""What the files of deployment say is what Leeboard understands."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from leeboard.cli import app
from leeboard.config import load_plan
from leeboard.server import parts, serve
from leeboard.server.app import basic_rules
from leeboard.server.listening import Listening
from leeboard.server.roles import role_of

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DATABASE = "LEEBOARD_DATABASE"
KINDS = ["compose.yaml", "compose.scaled.yaml"]
MANIFESTS = ["kubernetes.yaml", "kubernetes.scaled.yaml"]
USER = 10001


def _yaml(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def _dockerfile() -> dict[str, list[str]]:
    """Instructions of the last stage, with what they say."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^#.*\n", "", text).replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.rpartition("\nFROM ")[2].splitlines()[1:]:
        word, _, rest = line.partition(" ")
        found.setdefault(word, []).append(rest.strip())
    return found


def _services() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in KINDS:
        (document,) = _yaml(name)
        for service, said in document["services"].items():
            if service != "postgres":
                yield (
                    f"{name} {service}",
                    {**said, "volumes_there": document["volumes"]},
                )


def _pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in MANIFESTS:
        for document in _yaml(name):
            if document["kind"] in {"Deployment", "StatefulSet"}:
                yield f"{name} {document['metadata']['name']}", document


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each way in which a file starts the server, as arguments."""
    (command,) = _dockerfile()["CMD"]
    yield "Dockerfile", yaml.safe_load(command)
    for name, service in _services():
        yield name, service["command"]
    for name, document in _pods():
        (container,) = document["spec"]["template"]["spec"]["containers"]
        yield name, container["args"]
    unit = (DEPLOY / "leeboard.service").read_text(encoding="utf-8")
    for line in re.findall(r"(?m)^Exec\w+=-?(.*)$", unit):
        yield "leeboard.service", shlex.split(line)[1:]


@pytest.mark.parametrize(("name", "given"), list(_commands()))
def test_commands_are_understood(name: str, given: list[str]) -> None:
    """By the command line itself; none listens in the open without TLS or a proxy."""
    from typer.main import get_command

    group = get_command(app)
    command = group.get_command(None, given[0])  # type: ignore[attr-defined]
    context = command.make_context(given[0], given[1:])
    said = context.params
    assert said["port"] == 8181
    Listening(said["host"], said["port"], behind_proxy=said["behind_proxy"]).check()
    if given[0] == "serve":
        role_of(said["role"])
    if name != "Dockerfile":  # there it is the one in the working folder
        file = Path(said["config"])
        assert str(file.parent) == "/etc/leeboard"
        assert (DEPLOY / file.name).exists()


@pytest.mark.parametrize("name", ["leeboard.toml", "leeboard.scaled.toml"])
def test_configurations_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written lies in the volume; what is secret, in the environment."""
    monkeypatch.setenv(DATABASE, "postgresql://a:b@c/d")
    plan = load_plan(DEPLOY / name, strict=True)
    assert plan.spool.startswith("/data/")
    scaled = "scaled" in name
    for place in (plan.log, plan.state):
        assert place.startswith("postgresql://" if scaled else "/data/")
    assert (DATABASE in (DEPLOY / name).read_text(encoding="utf-8")) is scaled


def test_the_image_is_of_a_user_without_rights() -> None:
    """It writes into its volume, is asked for its health, and ends in order."""
    said = _dockerfile()
    assert said["USER"] == [f"{USER}:{USER}"]
    assert said["EXPOSE"] == ["8181"]
    assert yaml.safe_load(said["VOLUME"][0]) == [said["WORKDIR"][0]] == ["/data"]
    assert yaml.safe_load(said["ENTRYPOINT"][0]) == ["leeboard"]
    check = said["HEALTHCHECK"][0]
    assert "http://127.0.0.1:8181/healthz" in check
    assert _opens("/healthz")
    assert said["STOPSIGNAL"] == ["SIGTERM"]


def _opens(path: str) -> bool:
    """Tell whether an address answers without a key."""
    return path in {
        rule.path for rule in basic_rules(lambda: True) if rule.scope == "open"
    }


def test_the_image_has_what_is_built_from() -> None:
    """Each file that is copied is there, and let through to the build."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    first = text.rpartition("\nFROM ")[0]
    let = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    copied = [
        one
        for line in re.findall(r"(?m)^COPY (.*)$", first)
        for one in line.split()[:-1]
    ]
    assert len(copied) >= 6
    for one in copied:
        assert (ROOT / one).exists()
        assert f"!{one}" in let
    extras = re.search(r'"\.\[([a-z0-9,]+)\]"', first)
    assert extras
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(extras[1].split(",")) == set(project["project"]["optional-dependencies"])
    include = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert "/deploy" in include


LONGEST_END_S = serve._GRACE_S + parts._LAST_PASS_S


@pytest.mark.parametrize(("name", "said"), list(_services()), ids=lambda x: str(x)[:40])
def test_services_are_held_in(name: str, said: dict[str, Any]) -> None:
    """Read-only but for the volume, without rights, with time to end."""
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert int(said["stop_grace_period"].removesuffix("s")) > LONGEST_END_S
    assert any(one.startswith("/tmp") for one in said["tmpfs"])
    data, config = said["volumes"]
    volume, _, place = data.partition(":")
    assert (place, volume in said["volumes_there"]) == ("/data", True)
    assert config == "./:/etc/leeboard:ro"
    for port in said.get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:8181", port)
    assert (DEPLOY / said["build"]["dockerfile"].removeprefix("deploy/")).exists()
    if "scaled" in name:
        assert "${LEEBOARD_PASSWORD:?" in said["environment"][DATABASE]


def test_the_scaled_services_do_not_share_a_spool() -> None:
    """Two collectors and two schedulers, each with a volume of its own."""
    scaled = {n.split()[1]: said for n, said in _services() if "scaled" in n}
    roles = [
        said["command"][said["command"].index("--role") + 1] for said in scaled.values()
    ]
    assert sorted(roles) == ["collector"] * 2 + ["scheduler"] * 2
    assert len({said["volumes"][0] for said in scaled.values()}) == 4


@pytest.mark.parametrize(("name", "document"), list(_pods()), ids=lambda x: str(x)[:40])
def test_pods_are_held_in(name: str, document: dict[str, Any]) -> None:
    """Asked where the server answers, without rights, with room and time to end."""
    pod = document["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (
        document["spec"]["selector"]["matchLabels"]
        == (document["spec"]["template"]["metadata"]["labels"])
    )
    assert pod["automountServiceAccountToken"] is False
    assert pod["terminationGracePeriodSeconds"] > LONGEST_END_S
    own = pod["securityContext"]
    assert own["runAsNonRoot"]
    assert {own["runAsUser"], own["runAsGroup"], own["fsGroup"]} == {USER}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    (port,) = container["ports"]
    assert port["containerPort"] == 8181
    for probe, path in (("liveness", "/healthz"), ("readiness", "/readyz")):
        asked = container[f"{probe}Probe"]["httpGet"]
        assert (asked["path"], asked["port"]) == (path, port["name"])
        assert _opens(path)
    assert "memory" in container["resources"]["limits"]
    mounts = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    assert set(mounts) == {"/data", "/etc/leeboard", "/tmp"}
    volumes = {one["name"] for one in pod["volumes"]}
    volumes |= {
        one["metadata"]["name"]
        for one in document["spec"].get("volumeClaimTemplates", ())
    }
    assert set(mounts.values()) == volumes
    if name == "kubernetes.yaml leeboard":  # a lock is held on the volume
        assert document["spec"]["replicas"] == 1
        assert document["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("name", MANIFESTS)
def test_services_choose_pods(name: str) -> None:
    """Each service's labels are those of some pod."""
    documents = _yaml(name)
    pods = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in documents
        if "template" in one["spec"]
    ]
    services = [one["spec"] for one in documents if one["kind"] == "Service"]
    assert services
    for one in services:
        assert any(one["selector"].items() <= pod.items() for pod in pods)
        assert [port["targetPort"] for port in one["ports"]] == ["http"]


def test_the_unit_ends_in_time_and_writes_into_its_folder() -> None:
    """As its user, into one folder, with the time that a pass takes."""
    unit = (DEPLOY / "leeboard.service").read_text(encoding="utf-8")
    said = dict(re.findall(r"(?m)^(\w+)=(.*)$", unit))
    assert said["User"] == "leeboard"
    assert said["StateDirectory"] == "leeboard"
    assert said["WorkingDirectory"] == "/var/lib/leeboard"
    assert int(said["TimeoutStopSec"]) > LONGEST_END_S
    assert said["ProtectSystem"] == "strict"
    assert said["NoNewPrivileges"] == "yes"
    # what is denied must fail, and not kill: an allocator asks for memory by mbind
    assert said["SystemCallErrorNumber"] == "EPERM"


def _steps() -> list[str]:
    """Lines with which docs/deployment.md installs the unit."""
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    part = text.partition("## A unit of systemd\n")[2].partition("\n## ")[0]
    return part.partition("```sh\n")[2].partition("```")[0].splitlines()


def test_the_steps_install_all_that_the_unit_reads(tmp_path: Path) -> None:
    """Walked below another root, they leave a configuration that the unit can use."""
    walked = [line for line in _steps() if line.startswith(("install", "sed"))]
    others = [line for line in _steps() if line not in walked]
    assert [line.split()[0] for line in others] == [
        "python3",
        "useradd",
        "systemctl",
        "journalctl",
    ]
    root = tmp_path / "root"
    (root / "etc" / "systemd" / "system").mkdir(parents=True)
    for name in ("demand.profile.json", "demand.baseline.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / "deploy").symlink_to(DEPLOY)
    for line in walked:
        here = line.replace(" /etc", f" {root}/etc").replace(" -g leeboard", "")
        subprocess.run(["sh", "-euc", here], cwd=tmp_path, check=True)
    unit = root / "etc" / "systemd" / "system" / "leeboard.service"
    text = unit.read_text(encoding="utf-8")
    (config,) = set(re.findall(r"--config (\S+)", text))
    plan = load_plan(root / config.lstrip("/"), strict=True)
    state = re.search(r"(?m)^StateDirectory=(\w+)$", text)
    assert state
    for place in (plan.log, plan.state, plan.spool):
        assert place.startswith(f"/var/lib/{state[1]}/")
    for model in plan.models:
        assert Path(model.reference).is_file()
        assert Path(str(model.baseline)).is_file()


@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_accepts_the_manifests(name: str) -> None:
    """By the schemas of its release, which know each property that is set."""
    documents = [*yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8"))]
    assert documents
    for one in documents:
        kubernetes_validate.validate(one, "1.37", strict=True)


def test_a_property_that_kubernetes_does_not_know_is_refused() -> None:
    """A slip would be dropped in silence by older servers."""
    (one, *_) = yaml.safe_load_all((DEPLOY / MANIFESTS[0]).read_text(encoding="utf-8"))
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**one, "speck": {}}, "1.37", strict=True)


@pytest.mark.needs("systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """Without a word, and finds it little exposed."""
    unit = tmp_path / "leeboard.service"
    text = (DEPLOY / "leeboard.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/leeboard/bin/leeboard", "/bin/true"))
    found = _analysed("verify", str(unit))
    assert (found.returncode, found.stdout + found.stderr) == (0, "")
    found = _analysed("security", "--offline=true", "--threshold=20", str(unit))
    assert found.returncode == 0, found.stdout


def _analysed(*given: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *given]
    return subprocess.run(command, capture_output=True, text=True, check=False)
