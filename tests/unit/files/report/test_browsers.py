"""A missing browser is an error where tests must run, and a hint elsewhere."""

import browsers
import pytest


def test_without_chromium_tests_fail_in_ci(monkeypatch):
    """The message names the package that is missing."""
    monkeypatch.setattr(browsers.shutil, "which", lambda name: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Debian package chromium"):
        browsers.chromium_path()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="Debian package chromium"):
        browsers.chromium_path()


def test_the_first_name_that_is_there_is_taken(monkeypatch):
    """Debian's chromium before others."""
    monkeypatch.setattr(browsers.shutil, "which", lambda name: f"/x/{name}")
    assert browsers.chromium_path() == "/x/chromium"
