"""Prior coverage of the versions of the sample archive holds its floors."""

from pathlib import Path

from benchmarks.quality import prior
from benchmarks.quality.known_items import read_articles
from tests.quality.test_quality_floors import hold

#: The archive is small: every third story is a draft. Nearly all of its versions have the same paragraphs.
_EVERY = 3


def test_prior_coverage_of_the_sample_archive_holds(sample_source: Path) -> None:
    figures = list(prior.figures_of(read_articles(sample_source), every=_EVERY, aligned=""))
    hold("prior coverage of the sample archive", figures)
