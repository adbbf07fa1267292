"""Feed the reader mutated spreadsheets: no traceback, no hang, no memory over the cap.

Run: `python benchmarks/drills/fuzz_reader.py [--inputs 20000] [--seed 1] [--corpus FOLDER]`
(default corpus: ../shared/corpus beside the checkout; synthetic files are always used). Each
input is read in a child process whose memory is capped; one that takes more than two seconds of
the processor (or gives no answer for ten) is a hang. Prints a table; failing inputs are kept in
the folder that it names.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing as mp
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 2.0
MEMORY = 2_000 * 1024 * 1024
LARGEST_SEED = 60_000
TOKENS = [
    b'"', b'""', b"'", b"\\", b"\0", b"\r", b"\n", b"\r\n", b",", b";", b"\t", b"|", b"sep=;\n",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"=1+1", b"#####", b"\x80",
    b"9.19E+12", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"# note\n", b"Total;", b"\x1f", b"\x1a",
    b"99999999999", b"-1", b"<", b">", b"&#0;", b"&x;", b'r="XFD1048576"', b't="e"', b't="s"',
]  # fmt: skip
SYNTHETIC = [
    b"First name,Last name,E-mail\nAda,Lovelace,ada@example.com\nGrace,Hopper,g@example.com\n",
    "Vorname;Nachname;Ort\nJürgen;Müller;Köln\nZoë;Weiß;Düsseldorf\n".encode("cp1252"),
    "氏名,電話\n山田太郎,0312345678\n".encode("shift_jis"),
    "Имя;Город\nИван;Москва\n".encode("cp1251"),
    "Name\tMail\nJosé\tj@example.com\n".encode("utf-16"),
    "Name\tMail\nJosé\tj@example.com\n".encode("utf-32-le"),
    b'a,b\n"1, ""x""","line\nbreak"\n"open,1\n2,3\n',
    b"sep=|\r\nid|name\r\n1|x\r\n\r\n2|y\r\nTotal|2\r\n",
    b'id, name\n1, "a \\" b"\n2, "C:\\dir\\"\n',
    b"a\rb\rc\r",
    b"title\n\nid,name,mail\n1,x,x@example.com\n2,y,y@example.com,extra\nid,name,mail\n",
    b"x" * 70_000 + b",1\n" + b"y,2\n" * 20,
]


def load_seeds(corpus: Path) -> list[tuple[str, bytes]]:
    """Synthetic texts, and the practice files that are small enough to be fast."""
    seeds = [(f"synthetic-{i}.csv", data) for i, data in enumerate(SYNTHETIC)]
    if corpus.is_dir():
        seeds += [
            (path.name, path.read_bytes())
            for path in sorted(corpus.iterdir())
            if path.suffix in {".csv", ".tsv", ".xlsx", ".xls", ".ods"}
            and path.stat().st_size <= LARGEST_SEED
        ]
    return seeds


def mutate(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Damage some bytes, in one to six places."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(7)
        if kind == 0 and at < len(out):
            out[at] = rng.randrange(256)
        elif kind == 1:
            out[at:at] = rng.choice(TOKENS)
        elif kind == 2:
            del out[at : at + rng.randint(1, 40)]
        elif kind == 3:
            del out[at:]
        elif kind == 4:
            out[at:at] = out[at : at + rng.randint(1, 200)] * rng.choice([1, 2, 50])
        elif kind == 5:
            start = rng.randrange(len(other) + 1)
            out[at:at] = other[start : start + rng.randint(1, 400)]
        elif at < len(out):
            out[at] ^= 1 << rng.randrange(8)
    return bytes(out)


def mutate_inside(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Damage one part of a zip package and pack it again; other files as they are."""
    if not data.startswith(b"PK") or rng.random() < 0.3:
        return mutate(data, rng, other)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, KeyError, NotImplementedError, OSError):
        return mutate(data, rng, other)
    victim = rng.choice(list(parts))
    if rng.random() < 0.1:
        del parts[victim]
    else:
        parts[victim] = mutate(parts[victim], rng, other[:2000])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def make_input(index: int, seed: int, seeds: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The input of a number: the same for the same seed."""
    rng = random.Random(seed * 1_000_003 + index)
    name, data = rng.choice(seeds)
    return name, mutate_inside(data, rng, rng.choice(seeds)[1])


def work(pipe: Connection, seed: int, corpus: Path, folder: Path) -> None:
    """The child: read each input whose number comes down the pipe."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from importer.adapters.reader import CannotRead, Unreadable, open_sources

    seeds = load_seeds(corpus)
    while (index := pipe.recv()) is not None:
        name, data = make_input(index, seed, seeds)
        path = folder / f"input{Path(name).suffix}"
        path.write_bytes(data)
        begun = time.process_time()
        verdict, said = "read", ""
        try:
            for source in open_sources([path]):
                if isinstance(source, Unreadable):
                    verdict = f"refused: {source.finding.code}"
                    if "(" in source.finding.message and source.finding.code == "damaged-file":
                        said = source.finding.message
                    continue
                for chunk in source.chunks():
                    assert len(chunk.rows) == len(chunk.frame)
                    assert not chunk.frame.isna().to_numpy().any()
        except CannotRead as error:
            verdict = f"stopped: {error.finding.code}"
        except BaseException:
            verdict, said = "TRACEBACK", traceback.format_exc()
        took = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pipe.send((index, verdict, took, peak, said))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    options = parser.parse_args()
    seeds = load_seeds(options.corpus)
    kept = Path(tempfile.mkdtemp(prefix="fuzz-reader-"))
    context = mp.get_context("spawn")
    tally: Counter[str] = Counter()
    failures: list[tuple[int, str, str]] = []
    slowest = (0.0, -1)
    peak = 0
    child = None
    ours: Connection | None = None
    begun = time.perf_counter()
    for index in range(options.first, options.first + options.inputs):
        if child is None or not child.is_alive():
            ours, theirs = context.Pipe()
            child = context.Process(
                target=work, args=(theirs, options.seed, options.corpus, kept), daemon=True
            )
            child.start()
            theirs.close()
            ours.send(index)
            ready = ours.poll(60)  # the first answer includes the imports
        else:
            ours.send(index)
            ready = ours.poll(5 * LIMIT_S)
        try:
            answer = ours.recv() if ready else (index, "HANG", LIMIT_S, 0, "")
        except (EOFError, ConnectionError):
            answer = (index, "CRASH", LIMIT_S, 0, "")
        _, verdict, took, memory, said = answer
        if verdict in {"HANG", "CRASH"}:
            child.kill()
            child.join()
            child = None
        if took > LIMIT_S and verdict.islower():
            verdict = "HANG"
        slowest = max(slowest, (took, index))
        peak = max(peak, memory)
        tally[verdict] += 1
        if verdict.isupper() or said:
            failures.append((index, verdict, said))
            name, data = make_input(index, options.seed, seeds)
            (kept / f"{index}-{name}").write_bytes(data)
    if child is not None and ours is not None:
        ours.send(None)
        child.join()
    print(f"{'verdict':34} inputs")
    for verdict, count in tally.most_common():
        print(f"{verdict:34} {count:6,}")
    total = sum(tally.values())
    print(f"\n{total:,} inputs in {time.perf_counter() - begun:.0f} s; slowest {slowest[0]:.2f} s")
    print(f"(number {slowest[1]}); largest memory {peak:,} MB; failing inputs kept in {kept}")
    for index, verdict, said in failures[:12]:
        print(f"\n{verdict} {index}: {said[-1500:]}")
    print(json.dumps({"failures": sum(1 for f in failures if f[1].isupper()), "inputs": total}))
    return 1 if any(verdict.isupper() for _, verdict, _ in failures) else 0


if __name__ == "__main__":
    sys.exit(main())
