"""One made-up result for all tests of pictures and page, read with the names and units that go with it."""

import fake
import pytest

from trustsim.ask.result import Result
from trustsim.report.words import changes, force, reading, story


@pytest.fixture(scope="session")
def _fake_result() -> Result:
    return fake.result(failed=2)


@pytest.fixture
def result(_fake_result: Result, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A result of 120 worlds and eight variants, while names and units are those of the fake registry."""
    monkeypatch.setattr(reading, "REGISTRY", fake.REGISTRY)
    for module in (changes, force, story):
        monkeypatch.setattr(module, "REGISTRY", fake.REGISTRY)
    return _fake_result
