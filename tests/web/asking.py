"""A browser without a window: what asks the application, in this process."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():  # it would rather have a successor of httpx, which is not out of its first versions
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["TestClient"]
