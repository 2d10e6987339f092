"""Sessions for developers and CI; every one installs what it needs by itself."""

import os
import shutil
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_existing_virtualenvs = True

ROOT = Path(__file__).parent
LOCK = "constraints.txt"
# CrewAI holds pydantic back: what has it installed goes by a lock of its own.
CREWAI_LOCK = "constraints-crewai.txt"
PACKAGES = ("core", "langgraph", "autogen", "crewai", "emulator")
WITHOUT_CREWAI = tuple(package for package in PACKAGES if package != "crewai")
LOCKED_GROUPS = ("dev", "test", "prices", "export", "page", "lint", "types")
LOCKED_GROUPS += ("release", "site")
TEST_GROUPS = ("test", "prices", "export", "page")
CREWAI_GROUPS = ("test", "types")
ADAPTERS = ("langgraph", "autogen", "crewai")
PYTHONS = ("3.11", "3.12", "3.13")
# What is run from wheels before a release, and what that needs beside the package.
EXAMPLES = {
    "langgraph": ("quickstart.py",),
    "autogen": ("autogen_quickstart.py", "autogen-agentchat"),
    "crewai": ("crewai_quickstart.py",),
}
# Holds what the tests of adapters send against the request types of the SDK.
SHAPES = ("-p", "tests.shapes.plugin")
PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadgroup")
DEMO = "examples/support_conversation.py"

# An interpreter that is not there is a session skipped, not a download.
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
# Many tests start processes; without cached bytecode each compiles the SDK anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("UV_COMPILE_BYTECODE", "1")


def editable(*packages: str) -> list[str]:
    """Return the arguments that install packages of this workspace in place."""
    return [arg for package in packages for arg in ("-e", f"packages/{package}")]


def locked(session: nox.Session, *arguments: str) -> None:
    """Install at the versions of the lock."""
    session.install("-c", LOCK, *arguments)


def with_crewai(session: nox.Session, *arguments: str) -> None:
    """Install at the versions that CrewAI lets be."""
    session.install("-c", CREWAI_LOCK, *arguments)


@nox.session
def demo(session: nox.Session) -> None:
    """Run the support conversation on the emulator; `-- --live` for the real API.

    `-- --ui` shows the page of its store, and `-- --store FILE` leaves the store there,
    for the command `interactions` of this session's environment.
    """
    session.log("installing what the demo needs; the first time that takes a minute")
    # With prices, since they are written with each turn, and the command that shows them.
    locked(
        session, "-e", "packages/core[cli,prices]", *editable("langgraph", "emulator")
    )
    session.run("python", DEMO, *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the whole suite on this interpreter; `--force-python 3.13` for another.

    CrewAI's part of it follows in the session `crewai`.
    """
    groups = [arg for name in TEST_GROUPS for arg in ("--group", name)]
    locked(session, *editable(*WITHOUT_CREWAI), *groups)
    session.run("pytest", *PARALLEL, *session.posargs)
    if not session.posargs:
        session.notify("crewai")


@nox.session
def crewai(session: nox.Session) -> None:
    """Run the tests that need CrewAI, in an environment of their own."""
    with_crewai(session, *editable(*PACKAGES), "--group", "test", "--group", "prices")
    others = ["tests/contract/test_traces.py", "tests/test_public_api.py"]
    others += ["tests/docs/test_turn_cost.py"]
    # The other traces and names are covered by the session `tests`.
    folders = ("crewai", "weather", "adapters", "deploy_day")
    chosen = [*(f"tests/{folder}" for folder in folders), *others]
    chosen += ["-k", "not autogen"]
    session.run("pytest", *PARALLEL, *(session.posargs or chosen))


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, rules, imports, and that the lock is what the projects resolve to."""
    locked(session, "--group", "lint", "uv")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    # The packages are read, not imported: nothing of them has to be installed.
    sources = os.pathsep.join(f"packages/{package}/src" for package in PACKAGES)
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": sources})
    for name in (LOCK, CREWAI_LOCK):
        before = (ROOT / name).read_text(encoding="utf-8")
        fresh = Path(session.create_tmp()) / name
        fresh.write_text(before, encoding="utf-8")
        compile_lock(session, fresh)
        if fresh.read_text(encoding="utf-8") != before:
            session.error(f"{name} is stale; run `nox -s lock`")


@nox.session
def lock(session: nox.Session) -> None:
    """Resolve all projects together; `-- --upgrade` for newer versions."""
    locked(session, "uv")
    for name in (LOCK, CREWAI_LOCK):
        compile_lock(session, ROOT / name, *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of all packages, strictly."""
    with_crewai(session, *editable(*PACKAGES), "--group", "types")
    # Told by name: it would take a `.venv` beside it, which has nox and nothing else.
    python = str(Path(session.bin) / "python")
    session.run("basedpyright", "--pythonpath", python, *session.posargs)


@nox.session
@nox.parametrize("resolution", ["lowest-direct", "highest"])
@nox.parametrize("package", ["langgraph", "autogen", "crewai", "emulator"])
def compat(session: nox.Session, package: str, resolution: str) -> None:
    """Install one package alone at its oldest and newest versions and test it.

    With the newest, what an adapter sends is what the newest SDK knows.
    """
    chosen = editable(*dict.fromkeys(("core", package, "emulator")))
    if (package, resolution) == ("autogen", "lowest-direct"):
        # Each release of it pins autogen-core to its own version.
        chosen.append("autogen-agentchat==0.7.1")
    if package == "crewai":
        # What one of the test tools, autogen-agentchat, holds; CrewAI takes any.
        chosen.append("protobuf~=5.29.3")
    session.install("--resolution", resolution, *chosen)
    # In a step of its own: the test tools are not what is being tried out, and must
    # not lift what is.
    # Not `create_tmp`: what pytest makes would lie below this project's settings.
    held = Path(session.virtualenv.location) / "held.txt"
    frozen = session.run("uv", "pip", "freeze", "-q", "--exclude-editable", silent=True)
    held.write_text(str(frozen))
    session.install("--group", "test", "-c", str(held))
    is_held_to_the_sdk = package in ADAPTERS and resolution == "highest"
    watching = SHAPES if is_held_to_the_sdk else ()
    shared = ("tests/adapters",) if package in ADAPTERS else ()
    folders = (f"tests/{package}", "tests/core", *shared)
    # As a module, so that plugins of the tests are found.
    session.run("python", "-m", "pytest", *watching, *folders, *session.posargs)


@nox.session
def shapes(session: nox.Session) -> None:
    """Hold what the adapters send against the newest SDK; `-- tests/autogen` for one."""
    with_crewai(session, *editable(*PACKAGES), "--group", "test", "--group", "prices")
    session.install("--upgrade-package", "google-genai", "google-genai")
    every = [f"tests/{folder}" for folder in (*ADAPTERS, "adapters")]
    # Message lists of the frameworks themselves, call after call.
    every.append("tests/contract/test_traces.py")
    chosen = session.posargs or every
    session.run("python", "-m", "pytest", *SHAPES, *PARALLEL, *chosen)


@nox.session
def docs(session: nox.Session) -> None:
    """Run every example and snippet, and follow every link between files."""
    parts = editable("core", "langgraph", "autogen", "emulator")
    locked(session, *parts, "--group", "test", "--group", "prices")
    session.run("pytest", "tests/docs", *session.posargs)


@nox.session
def site(session: nox.Session) -> None:
    """Make a site of the pages and the docstrings, follow its links, and look at it."""
    locked(session, "--group", "site", "--group", "page")
    source, built = "build/site-source", "build/site"
    shutil.rmtree(ROOT / built, ignore_errors=True)
    session.run("python", "-m", "website.lay_out", source)
    session.run(
        "sphinx-build",
        "-q",
        # A warning is an error, and all of them are told.
        "-W",
        "--keep-going",
        "-c",
        "website",
        "-d",
        "build/site-cache",
        source,
        built,
    )
    session.run("python", "-m", "website.check", built)
    session.run("python", "-m", "website.look", built)


@nox.session
def picture(session: nox.Session) -> None:
    """Take README's picture of the page anew; needs Chromium."""
    locked(session, *editable("core", "langgraph", "emulator"), "--group", "page")
    locked(session, "-e", "packages/core[cli,prices]")
    session.run("python", "-m", "website.picture")


@nox.session
def build(session: nox.Session) -> None:
    """Build wheels and source archives, and try the wheels in a clean environment."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    locked(session, "uv")
    for package in PACKAGES:
        session.run("uv", "build", "-q", "--out-dir", str(dist), f"packages/{package}")
    clean = Path(session.create_tmp()) / "clean"
    session.run("uv", "venv", "-q", "--clear", str(clean))
    python = clean / ("Scripts" if os.name == "nt" else "bin") / "python"
    wheels = [str(wheel) for wheel in sorted(dist.glob("*.whl"))]
    session.run(
        "uv",
        "pip",
        "install",
        "-q",
        "-c",
        CREWAI_LOCK,
        "--python",
        str(python),
        *wheels,
    )
    for package in PACKAGES:
        session.run(str(python), "-c", f"import interactions_{package}", external=True)
    session.run(str(python), DEMO, external=True)


@nox.session
def release(session: nox.Session) -> None:
    """Make the files of a release; `-- --version 0.2.0 --repository https://…`."""
    locked(session, "--group", "release")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "release.build", str(dist), *session.posargs)
    session.run("python", "-m", "release.checks", str(dist))
    built = (*sorted(dist.glob("*.whl")), *sorted(dist.glob("*.tar.gz")))
    session.run("twine", "check", "--strict", *map(str, built))
    # Little of what is installed there is imported, and that once.
    session.env["UV_COMPILE_BYTECODE"] = "0"
    for package in PACKAGES:
        try_release(session, package, dist)
    session.run("python", "-m", "release.sums", str(dist))


@nox.session
def walk(session: nox.Session) -> None:
    """Follow every page for users word for word; `-- --python 3.13 docs/jobs.md`."""
    locked(session, "uv")
    wheels = Path(session.create_tmp()) / "wheels"
    build_wheels(session, wheels)
    session.run("python", "-m", "tests.docs.walk", str(wheels), *session.posargs)


@nox.session
def deploy_day(session: nox.Session) -> None:
    """Play a long day of deployments with wheels; arguments go to the conductor."""
    locked(session, *editable(*WITHOUT_CREWAI), "--group", "test", "uv")
    kept = Path(session.create_tmp())
    services = {
        "graphs": (LOCK, "langgraph", "autogen"),
        "hand": (CREWAI_LOCK, "crewai"),
    }
    chosen: list[str] = []
    for release in ("newest", "previous"):
        sources = ROOT if release == "newest" else previous_sources(session, kept)
        wheels = build_wheels(session, kept / release / "wheels", sources)
        common = [f"{wheels['core']}[cli,postgres]", wheels["emulator"]]
        # What asks an adapter by hand imports it for its types.
        common.append("autogen-core")
        for name, (lock_file, *adapters) in services.items():
            own = [wheels[adapter] for adapter in adapters]
            chosen_here = ("-c", lock_file, *common, *own)
            python = clean_environment(session, kept / release / name, *chosen_here)
            if release == "previous":
                chosen += ["--previous", f"{name}={python}"]
            else:
                chosen += ["--service", f"{name}={python}={','.join(adapters)}"]
                chosen += ["--emulator", python] if name == "graphs" else []
    asked = session.posargs or ["--rounds", "3", "--pods", "2", "--clients", "2"]
    session.run("python", "-m", "tests.deploy_day.conductor", *chosen, *asked)


@nox.session
def versions(session: nox.Session) -> None:
    """Migrate a million rows under eight processes of two releases, and roll back."""
    locked(session, *editable(*WITHOUT_CREWAI), "--group", "test")
    session.run("python", "-m", "tests.versions.conductor", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed and size; `-- saver_size --runs 1` for one of the scripts."""
    parts = editable("core", "langgraph", "autogen", "crewai", "emulator")
    with_crewai(session, *parts, "--group", "test")
    chosen, *arguments = session.posargs or ["*"]
    if chosen in {"*", "turn_cost"}:
        # Not locked: no package here depends on them, and they are measured beside ours.
        session.install("langchain-google-genai", "autogen-ext[openai]")
    for script in sorted((ROOT / "benchmarks").glob(f"{chosen}.py")):
        session.run("python", str(script), *arguments)


@nox.session
def weather(session: nox.Session) -> None:
    """Print what 54 faults come to; `-- --faults trunc3 --adapters lang` for some."""
    with_crewai(session, *editable(*PACKAGES), "--group", "test")
    session.run("python", "-m", "tests.weather.table", *session.posargs)


@nox.session
def clients(session: nox.Session) -> None:
    """Run other people's clients, unmodified, against the emulator."""
    locked(session, *editable("emulator"), "uv")
    kept = str(Path(session.create_tmp()) / "environments")
    session.run("python", "clients/run.py", "--environments", kept, *session.posargs)


@nox.session
def agent_framework(session: nox.Session) -> None:
    """Try the example of an adapter for Agent Framework with its newest release."""
    parts = editable("core", "langgraph", "autogen", "emulator")
    locked(session, *parts, "--group", "test")
    # Not locked: no package here depends on it, and the newest is what is asked for.
    session.install("--upgrade", "agent-framework-core")
    session.run("python", "examples/agent_framework_client.py")
    session.run("pytest", "tests/adapters", *session.posargs)


@nox.session
def datasette(session: nox.Session) -> None:
    """Ask the canned queries of the newest Datasette, on a copy of a store."""
    parts = editable("core", "langgraph", "emulator")
    locked(session, *parts, "click", "packaging", "rich", "--group", "test")
    # Not locked: no package here depends on it, and the newest is what is asked for.
    session.install("--upgrade", "datasette")
    session.run("python", "-m", "tests.docs.datasette_trial")


@nox.session
def phoenix(session: nox.Session) -> None:
    """Hold what Phoenix makes of traces to the stores; needs 660 MB and Chromium.

    `-- --picture docs/trace.png` takes the picture of the docs anew.
    """
    groups = [arg for name in ("test", "page", "prices") for arg in ("--group", name)]
    locked(session, *editable(*WITHOUT_CREWAI), *groups, "uv")
    kept = Path(session.create_tmp()).resolve()
    crew = ("-c", CREWAI_LOCK, *editable(*PACKAGES), "--group", "test")
    python = clean_environment(session, kept / "crew", *crew, "--group", "prices")
    # Not locked: no package here depends on it, and the newest is what is asked for.
    place = clean_environment(session, kept / "phoenix", "arize-phoenix")
    told = ("--phoenix", str(Path(place).with_name("phoenix")))
    told += ("--python", f"crew={python}")
    session.run("python", "-m", "tests.phoenix.conductor", *told, *session.posargs)


@nox.session
def record(session: nox.Session) -> None:
    """Record the cassettes anew: on the emulator, or `-- --live` with a key."""
    parts = editable("core", "langgraph", "autogen", "crewai", "emulator")
    with_crewai(session, *parts, "--group", "test")
    live = "--live" in session.posargs
    environment = {"CASSETTES": "live" if live else "emulator"}
    suite = "tests/langgraph/test_standard_integration.py::TestIntegration"
    folders = ("adapters", "autogen", "crewai")
    own = [f"tests/{folder}/test_cassettes.py" for folder in folders]
    recorded = [*own, f"{suite}::test_stream_time"]
    network = ["--force-enable-socket"] if live else []
    session.run("pytest", *recorded, *network, env=environment)


@nox.session
def live(session: nox.Session) -> None:
    """Settle what nobody has recorded of the service; needs a key, costs cents."""
    if not os.environ.get("GEMINI_API_KEY") and not os.environ.get("GOOGLE_API_KEY"):
        session.skip("needs GEMINI_API_KEY")
    locked(session, *editable("core"), "click", "packaging", "rich", "vcrpy")
    recordings = ROOT / "tests" / "cassettes" / "live"
    recordings.mkdir(exist_ok=True)
    kept = ("--recordings", str(recordings))
    session.run("interactions", "doctor", "--live", "--yes", *kept, *session.posargs)


def previous_sources(session: nox.Session, folder: Path) -> Path:
    """Write down the packages of the release before; return where."""
    sources = folder / "previous" / "sources"
    shutil.rmtree(sources, ignore_errors=True)
    session.run("python", "-m", "tests.previous", str(sources))
    return sources


def try_release(session: nox.Session, package: str, dist: Path) -> None:
    """Install the wheels of a package on each interpreter, and run its example there.

    The first environment is what its bill of materials tells.
    """
    kept = Path(session.create_tmp()).resolve()
    lock_file = CREWAI_LOCK if package == "crewai" else LOCK
    locked_to = ("-c", str(ROOT / lock_file))
    parts = dict.fromkeys(("core", package) if package in ADAPTERS else (package,))
    own, emulator = wheels_of(dist, *parts), wheels_of(dist, "emulator")
    there = [version for version in PYTHONS if has_python(session, version)]
    for version in there:
        place = kept / f"{package}-{version}"
        python = clean_environment(session, place, *locked_to, *own, version=version)
        if version == there[0]:
            name = f"interactions-{package}"
            session.run("python", "-m", "release.environments", str(dist), name, python)
        session.run(python, "-c", f"import interactions_{package}", external=True)
        if package in EXAMPLES:
            example, *beside = EXAMPLES[package]
            into = ("-q", "--python", python, *locked_to)
            session.run("uv", "pip", "install", *into, *emulator, *beside)
            # Not in the checkout, whose packages are not what is tried.
            with session.chdir(place):
                session.run(python, str(ROOT / "examples" / example), external=True)


def wheels_of(dist: Path, *packages: str) -> list[str]:
    """Return the built wheels of these packages."""
    return [str(next(dist.glob(f"interactions_{name}-*.whl"))) for name in packages]


def has_python(session: nox.Session, version: str) -> bool:
    """Tell whether an interpreter of this version is there; say so if not."""
    asked = ("uv", "python", "find", "--system", "--no-project", version)
    found = session.run(*asked, silent=True, success_codes=[0, 2])
    is_there = Path(str(found).strip()).exists()
    if not is_there:
        session.warn(f"there is no Python {version}: nothing is tried on it")
    return is_there


def build_wheels(
    session: nox.Session, folder: Path, sources: Path = ROOT
) -> dict[str, str]:
    """Build a wheel of each package into a folder of their own; return where."""
    shutil.rmtree(folder, ignore_errors=True)
    for package in PACKAGES:
        project = str(sources / "packages" / package)
        session.run("uv", "build", "-q", "--wheel", "--out-dir", str(folder), project)
    return {
        package: str(next(folder.glob(f"interactions_{package}-*.whl")))
        for package in PACKAGES
    }


def clean_environment(
    session: nox.Session, folder: Path, *arguments: str, version: str = ""
) -> str:
    """Make an environment with nothing but what is named; return its interpreter."""
    chosen = ("--python", version, "--no-project") if version else ()
    session.run("uv", "venv", "-q", "--clear", *chosen, str(folder))
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    session.run("uv", "pip", "install", "-q", "--python", python, *arguments)
    return python


def compile_lock(session: nox.Session, target: Path, *arguments: str) -> None:
    """Write the versions that projects and groups resolve to, names only."""
    of_crewai = target.name == CREWAI_LOCK
    packages = PACKAGES if of_crewai else WITHOUT_CREWAI
    projects = [f"packages/{package}/pyproject.toml" for package in packages]
    own = [arg for p in PACKAGES for arg in ("--no-emit-package", f"interactions-{p}")]
    names = CREWAI_GROUPS if of_crewai else LOCKED_GROUPS
    groups = [a for g in names for a in ("--group", f"pyproject.toml:{g}")]
    session.run(
        "uv",
        "pip",
        "compile",
        "--universal",
        "--python-version=3.11",
        "--quiet",
        "--no-header",
        "--no-annotate",
        *own,
        *groups,
        *arguments,
        "-o",
        str(target),
        *projects,
        silent=True,
    )
