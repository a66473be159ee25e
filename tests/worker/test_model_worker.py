"""The model's process: what it knows, how it ends, and that it always can be ended."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlcoder_core.errors import ModelDied, ModelError
from sqlcoder_core.models.hardware import look
from sqlcoder_core.testing.components import build_component
from sqlcoder_core.values.generation import Decoding, Message, Prompt
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.values.secret import Secret
from sqlcoder_core.worker import landlock, model_client, room_for_model
from sqlcoder_core.worker.model_client import ModelWorker

GENEROUS = 15.0
_NAME = "sqlcoder_local_odd_model"
needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
needs_network_rules = pytest.mark.skipif(landlock.version() < 4, reason="this kernel's Landlock knows no network")


@pytest.fixture(scope="module")
def odd_runtime() -> type:
    spec = importlib.util.spec_from_file_location(_NAME, Path(__file__).parent / "odd_model.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    return module.OddRuntime


class Asked:
    """A worker, asked with texts."""

    def __init__(self, worker: ModelWorker) -> None:
        self.worker = worker

    def all(self, *texts: str, seconds: float = 20.0):
        prompts = [Prompt(text=text) for text in texts]
        return tuple(self.worker.generate(prompts, Decoding(seconds=seconds, constrain=False)))

    def __call__(self, text: str, **more) -> str:
        (generated,) = self.all(text, **more)
        assert generated.problem is None, generated.problem
        return generated.hypotheses[0].text

    def problem(self, text: str, **more):
        (generated,) = self.all(text, **more)
        assert generated.problem is not None and not generated.hypotheses
        return generated.problem


@pytest.fixture
def start(odd_runtime, tmp_path: Path) -> Iterator:
    """`start(**settings)` gives an `Asked`."""
    workers = []

    def make(*, sandbox: bool = True, path: Path | None = None, folder: Path | None = None, **settings) -> Asked:
        file = path or tmp_path / "odd.gguf"
        if path is None:
            file.write_text("weights")
        runtime = build_component(odd_runtime, folder=tmp_path, **settings)
        files = ModelFiles(name="odd-1b", kind="gguf", path=str(file))
        workers.append(ModelWorker(runtime, files, folder=folder, sandbox=sandbox))
        return Asked(workers[-1])

    yield make
    for worker in workers:
        worker.close()


def _gone(process: int) -> bool:
    """Ended and waited for; a zombie is not gone."""
    until = time.monotonic() + GENEROUS
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


# ---------------------------------------------------------------------- what it may see


def test_the_environment_holds_no_credentials_and_what_a_model_needs(start, monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-aws")
    monkeypatch.setenv("HF_TOKEN", "canary-hf")
    monkeypatch.setenv("OPENAI_API_KEY", "canary-openai")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    pairs = dict(line.split("=", 1) for line in start()("environment").splitlines())
    assert not any("canary" in value for value in pairs.values())
    assert "PYTHONSTARTUP" not in pairs
    assert {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}.items() <= pairs.items()


@needs_landlock
def test_only_the_model_and_what_the_runtime_names_can_be_read(start, tmp_path: Path) -> None:
    named, other = tmp_path / "named.txt", tmp_path / "other.txt"
    named.write_text("contents")
    other.write_text("secret")
    ask = start(read=(str(named),))
    assert ask(f"read_file {tmp_path / 'odd.gguf'}") == "weights"
    assert ask(f"read_file {named}") == "contents"
    for path in (other, Path("/etc/passwd"), Path.home() / ".bashrc", Path(f"/proc/{os.getpid()}/environ")):
        problem = ask.problem(f"read_file {path}")
        assert problem.code == "model"
        assert "PermissionError" in problem.message or "FileNotFoundError" in problem.message
    assert ask.worker.unconfined is None
    assert ask.worker.sandbox_finding().code == "sandboxed"


@needs_landlock
def test_links_of_a_model_folder_are_followed(start, tmp_path: Path) -> None:
    blob, folder, other = tmp_path / "blobs" / "e3b0", tmp_path / "snapshots" / "main", tmp_path / "other"
    for place in (blob.parent, folder, other):
        place.mkdir(parents=True)
    for file in (blob, other / "part.safetensors", other / "config.json"):
        file.write_text(f"of {file.name}")
    for name, target in (("model.gguf", blob), ("part.safetensors", other / "part.safetensors"), ("config.json", other / "config.json")):
        (folder / name).symlink_to(target)
    ask = start(path=folder)
    assert ask(f"read_file {folder / 'model.gguf'}") == "of e3b0"
    assert ask(f"read_file {folder / 'part.safetensors'}") == "of part.safetensors"
    assert ask(f"read_file {folder / 'config.json'}") == "of config.json"


@needs_landlock
def test_a_link_of_a_model_folder_opens_nothing_that_is_no_models(start, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "model"
    (home / ".docker").mkdir(parents=True)
    folder.mkdir()
    for file in (home / "id_rsa", home / ".docker" / "config.json", folder / "model.gguf"):
        file.write_text("secret")
    links = {"key.json": home / "id_rsa", "config.json": home / ".docker" / "config.json", "all": home, "root": Path("/")}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    ask = start(path=folder)
    assert ask(f"read_file {folder / 'model.gguf'}") == "secret"
    for path in ("key.json", "config.json", "all/id_rsa", "root/etc/passwd"):
        assert "PermissionError" in ask.problem(f"read_file {folder / path}").message
    assert ask.worker.unconfined is None


@needs_landlock
def test_it_writes_only_where_it_is_private(start, tmp_path: Path) -> None:
    ask = start()
    file = Path(ask("write_scratch"))
    assert file.read_text() == "written"
    assert file.parent.stat().st_mode & 0o077 == 0
    assert ask("devnull") == "written"
    for path in (tmp_path / "new.txt", tmp_path / "odd.gguf", Path("/tmp/sqlcoder-test-new.txt")):
        assert "PermissionError" in ask.problem(f"write_file {path}").message
    assert (tmp_path / "odd.gguf").read_text() == "weights"
    ask.worker.close()
    assert not file.exists()


@needs_landlock
def test_the_folder_of_kept_prefixes_can_be_written_when_they_are_kept_on_disk(start, tmp_path: Path) -> None:
    folder = tmp_path / "prefixes"
    assert start(keep_prefix="disk", folder=folder)(f"write_file {folder / 'x'}")
    assert (folder / "x").read_text() == "written"
    assert folder.stat().st_mode & 0o077 == 0
    assert "PermissionError" in start(keep_prefix="memory", folder=folder).problem(f"write_file {folder / 'y'}").message


@needs_network_rules
def test_no_port_can_be_reached(start) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert "PermissionError" in start().problem(f"connect_to {port}").message
        assert start(sandbox=False)(f"connect_to {port}") == "connected"


@pytest.mark.skipif(sys.platform != "linux", reason="system calls are filtered on Linux")
def test_no_datagram_leaves_and_no_local_service_can_be_reached(start, tmp_path: Path) -> None:
    ask = start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        assert "PermissionError" in ask.problem(f"datagram_to {listener.getsockname()[1]}").message
    with socket.socket(socket.AF_UNIX) as service:
        service.bind(str(tmp_path / "service"))
        service.listen()
        assert "PermissionError" in ask.problem(f"connect_to_local {tmp_path / 'service'}").message
    assert "PermissionError" in ask.problem("pair").message


@needs_landlock
def test_the_parents_environment_and_memory_are_out_of_reach(start) -> None:
    ask = start()
    for word in (f"read_file /proc/{os.getpid()}/environ", f"parents_memory {os.getpid()}"):
        assert "PermissionError" in ask.problem(word).message


@pytest.mark.skipif(landlock.version() < 6, reason="this kernel's Landlock knows no signals")
def test_other_processes_cannot_be_signalled(start) -> None:
    assert "PermissionError" in start().problem(f"signal {os.getpid()}").message


@needs_landlock
def test_no_program_can_be_started(start) -> None:
    assert "PermissionError" in start().problem("shell").message


def test_a_model_on_an_accelerator_runs_unconfined_and_says_why(start, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("contents")
    ask = start(needs_devices=True)
    assert ask(f"read_file {other}") == "contents"
    assert ask.worker.unconfined == "it needs an accelerator's device files"
    assert "accelerator" in ask.worker.sandbox_finding().message


# ---------------------------------------------------------------------- how it lives


def test_the_model_stays_loaded_in_a_session_of_its_own(start) -> None:
    ask = start()
    first, session, parent = map(int, ask("process").split())
    assert int(ask("process").split()[0]) == first
    assert (session, parent) == (first, os.getpid())


def test_what_a_library_prints_does_not_disturb_the_answers(start) -> None:
    ask = start()
    assert ask("chatter hello") == "hello"
    assert ask("chatter again") == "again"


def test_two_questions_are_asked_together_and_answered_in_order(start) -> None:
    answers = start().all("say one", "say two")
    assert [one.hypotheses[0].text for one in answers] == ["one", "two"]


def test_texts_are_counted_in_tokens_and_repeated_ones_once(start) -> None:
    ask = start()
    assert ask.worker.count(["abc", "", "é", "abc"]) == (3, 0, 2, 3)
    assert ask.worker.count(["abc", "de"]) == (3, 2)


def test_threads_share_one_process(start) -> None:
    ask = start()
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(ask("process"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4 and len(set(seen)) == 1


def test_a_worker_started_by_a_thread_outlives_it(start) -> None:
    ask = start()
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(ask("process")))
    thread.start()
    thread.join()
    assert ask("process") == seen[0]


def test_the_process_ends_with_its_parent() -> None:
    import subprocess

    code = (
        "import sys, importlib.util; from pathlib import Path\n"
        f"spec = importlib.util.spec_from_file_location({_NAME!r}, {str(Path(__file__).parent / 'odd_model.py')!r})\n"
        f"module = importlib.util.module_from_spec(spec); sys.modules[{_NAME!r}] = module; spec.loader.exec_module(module)\n"
        "from sqlcoder_core.testing.components import build_component\n"
        "from sqlcoder_core.values.model_files import ModelFiles\n"
        "from sqlcoder_core.worker.model_client import ModelWorker\n"
        f"worker = ModelWorker(build_component(module.OddRuntime), ModelFiles(name='odd', kind='gguf', path={__file__!r}))\n"
        "worker.facts(); print(worker._process._child.pid, flush=True); sys.stdin.read()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None and parent.stdin is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    assert _gone(child)


# ---------------------------------------------------------------------- how it ends


@pytest.mark.parametrize(
    ("word", "said"),
    [("abort", "SIGABRT"), ("segfault", "SIGSEGV"), ("end 3", "exit code 3: these are my last words"), ("traced", "SIGABRT: the cause")],
)
def test_a_crash_is_a_problem_of_its_question_and_the_next_one_works(start, word: str, said: str) -> None:
    ask = start()
    problem = ask.problem(word)
    assert (problem.code, problem.severity) == ("model_died", "error")
    assert said in problem.message
    assert ask("say x") == "x"


def test_a_crash_leaves_the_answers_that_were_there(start) -> None:
    first, second, third = start().all("say one", "abort", "say three")
    assert first.hypotheses[0].text == "one"
    assert second.problem is not None and third.problem is not None
    assert {second.problem.code, third.problem.code} == {"model_died"}


@pytest.mark.parametrize("word", ["killed", "no_memory"])
def test_memory_that_runs_out_is_named_with_the_way_on(start, word: str) -> None:
    ask = start()
    problem = ask.problem(word)
    assert problem.code == "out_of_memory"
    assert "smaller quantisation" in (problem.hint or "")
    assert ask("say x") == "x"


def test_a_model_that_hangs_is_killed_after_its_time_and_grace(start, monkeypatch) -> None:
    monkeypatch.setattr(model_client, "GRACE_SECONDS", 0.2)
    ask = start()
    process = int(ask("process").split()[0])
    problem = ask.problem("stubborn", seconds=0.3)
    assert problem.code == "time_limit"
    assert "stopped after 0.3 s" in problem.message
    assert _gone(process)
    assert ask("say x") == "x"


def test_an_engine_that_listens_ends_by_itself_and_stays_loaded(start) -> None:
    ask = start()
    process = ask("process")
    assert ask.problem("patient", seconds=0.2).code == "time_limit"
    assert ask("process") == process


@pytest.mark.parametrize(("word", "survives"), [("patient", True), ("stubborn", False)])
def test_an_interrupt_cancels_and_goes_on_upwards(start, word: str, survives: bool) -> None:
    ask = start()
    process = ask("process")
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask(word)
    finally:
        timer.cancel()
    assert survives or _gone(int(process.split()[0]))
    assert (ask("process") == process) is survives


def test_a_process_that_was_killed_while_idle_is_replaced_without_a_word(start) -> None:
    ask = start()
    process = int(ask("process").split()[0])
    os.kill(process, signal.SIGKILL)
    time.sleep(0.2)
    assert int(ask("process").split()[0]) != process


def test_an_end_while_counting_is_an_error_and_the_next_count_works(start) -> None:
    ask = start()
    with pytest.raises(ModelDied, match="exit code 7"):
        ask.worker.count(["end"])
    assert ask.worker.count(["abc"]) == (3,)


def test_errors_keep_their_words_and_hints(start) -> None:
    ask = start()
    problem = ask.problem("fail no such thing")
    assert (problem.code, problem.message, problem.place, problem.hint) == ("model", "no such thing", "model.gguf", "a hint")
    assert "KeyError: 'odd'" in ask.problem("surprise odd").message
    assert ask("say x") == "x"


def test_a_message_does_not_repeat_a_secret(start) -> None:
    problem = start(secret=Secret("canary-9137", reference="${X}")).problem("tell_secret")
    assert problem.message == "cannot log in with ***"


def test_messages_need_a_chat_template(start) -> None:
    ask = start()
    prompt = Prompt(messages=(Message(role="user", content="how many"),), prompter="chat")
    (generated,) = ask.worker.generate([prompt], Decoding(constrain=False))
    assert generated.problem is not None
    assert "model odd-1b has no chat template, which prompter 'chat' needs" in generated.problem.message


# ---------------------------------------------------------------------- what is not loaded


def test_what_the_engine_says_of_its_file_is_the_error(start) -> None:
    with pytest.raises(ModelError, match=r"model\.gguf: the file is cut off; a hint") as failed:
        start(load="fail the file is cut off").worker.facts()
    assert failed.value.exit_code == 3


def test_a_library_that_raises_while_loading_is_named_with_the_file(start, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="model odd-1b cannot be loaded: KeyError: 'odd'") as failed:
        start(load="surprise odd").worker.facts()
    assert failed.value.place == str(tmp_path / "odd.gguf")


@pytest.mark.parametrize(("load", "said"), [("abort", "SIGABRT"), ("segfault", "SIGSEGV"), ("end 3", "exit code 3")])
def test_a_crash_while_loading_is_an_error_of_the_model(start, load: str, said: str) -> None:
    ask = start(load=load)
    with pytest.raises(ModelError, match=f"model odd-1b cannot be loaded.*{said}"):
        ask.worker.facts()


def test_a_file_that_cannot_be_loaded_is_tried_again_only_when_it_has_changed(start, tmp_path: Path) -> None:
    ask = start(load="fail the file is cut off")
    errors = []
    for _ in range(2):
        with pytest.raises(ModelError) as failed:
            ask.worker.facts()
        errors.append(failed.value)
    assert errors[0] is errors[1]
    (tmp_path / "odd.gguf").write_text("other weights")
    with pytest.raises(ModelError) as failed:
        ask.worker.facts()
    assert failed.value is not errors[0]


@pytest.mark.parametrize("load", ["killed", "no_memory"])
def test_memory_that_runs_out_while_loading_is_named(start, load: str) -> None:
    with pytest.raises(ModelDied, match=r"ran out of memory.*smaller quantisation"):
        start(load=load).worker.facts()


def test_an_interrupt_while_loading_ends_the_process(start) -> None:
    ask = start(load="stubborn")
    ask.worker.warm()
    process = ask.worker._process._child.pid
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask.worker.facts()
    finally:
        timer.cancel()
    assert _gone(process)


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(start, monkeypatch) -> None:
    monkeypatch.setattr(room_for_model, "available_bytes", lambda: 4_000_000_000)
    ask = start(bytes=5_500_000_000)
    with pytest.raises(ModelError, match=r"model odd-1b takes 5\.5 GB of memory, and 4\.0 GB are available; .*smaller quantisation"):
        ask.worker.facts()
    assert ask.worker._process._child is None
    assert start(bytes=3_900_000_000)("say x") == "x"
    assert start(bytes=5_500_000_000, needs_devices=True)("say x") == "x"


def test_a_missing_extra_and_a_missing_file_are_told_before_anything_is_started(start, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"runtime 'odd' needs oddlib; run pip install"):
        start(missing_extra=True).worker.facts()
    with pytest.raises(ModelError, match="model odd-1b is not there; run `sqlcoder models pull`"):
        start(path=tmp_path / "nowhere.gguf").worker.facts()


def test_one_core_is_left_to_others_unless_somebody_says_otherwise(start, monkeypatch) -> None:
    def threads(**settings) -> str:
        return dict(line.split("=", 1) for line in start(**settings)("environment").splitlines())["OMP_NUM_THREADS"]

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert threads() == str(max(1, look(os.environ).cores - 1))
    assert threads(threads=3) == "3"
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert threads(threads=3) == "2"


def test_the_process_of_a_model_needs_no_pydantic_and_no_sql() -> None:
    import subprocess

    modules = "sqlcoder_core.worker.model_child, sqlcoder_core.decoding.decoder, sqlcoder_core.decoding.constrain.sql_guide"
    code = f"import sys, {modules}; print([name for name in ('pydantic', 'sqlglot', 'yaml', 'rich') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
