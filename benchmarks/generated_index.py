"""The index of a generated archive: built on first use, kept in a folder for temporary files, and used again."""

import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

import indexer
import search
from benchmarks import generate
from benchmarks.generate import generated_articles
from search.language import analysis_version

SAMPLES = Path(__file__).parent.parent / "examples" / "archive"


def sample_articles() -> list[search.Article]:
    """Return the articles of the sample archive, from whose sentences larger ones are generated."""
    return [item for item in indexer.read_sources([SAMPLES]) if isinstance(item, search.Article)]


def build_index(path: Path, number: int) -> Path:
    """Index ``number`` generated articles in a folder, and return it."""
    indexer.index_articles(generated_articles(sample_articles(), number), path)
    return path


def kept_index(number: int, folder: Path | None = None) -> Path:
    """
    Return the index of ``number`` generated articles that is kept below a folder (that for temporary files), built if
    there is none. Other samples, generators and analyses make other indexes, and each has its own place.
    """
    path = (folder or Path(tempfile.gettempdir()) / "visti-generated") / f"{number}-{_edition()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):  # who comes while another process builds it, waits and gets it
        if not path.exists():
            unfinished = path.with_name(f"{path.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build_index(unfinished, number).rename(path)
    return path


def _edition() -> str:
    """Return a mark of everything that decides what is in a generated index."""
    sources = sorted(file for file in SAMPLES.rglob("*") if file.is_file())
    content = [file.read_bytes() for file in (*sources, Path(generate.__file__))]
    return sha256(b"\0".join([analysis_version().encode(), *content])).hexdigest()[:10]
