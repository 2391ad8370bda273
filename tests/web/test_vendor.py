"""Third-party files are exactly those that were published, and each is accounted for."""

import hashlib
import shutil
import tomllib
from pathlib import Path

from web.pages import STATIC

VENDOR = STATIC / "vendor"


def differences(folder: Path) -> list[str]:
    """What differs between the files of a vendor folder and its list."""
    listed = {}
    for package in tomllib.loads((folder / "VENDORED.toml").read_text())["package"]:
        for name, digest in package["sha256"].items():
            listed[f"{package['name']}-{package['version']}/{name}"] = digest
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "VENDORED.toml"
    }
    return sorted(name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name))


def test_each_vendored_file_is_listed_with_its_own_hash():
    assert differences(VENDOR) == []


def test_each_package_names_version_licence_and_source_and_brings_its_licence_text():
    for package in tomllib.loads((VENDOR / "VENDORED.toml").read_text())["package"]:
        assert all(package[fact] for fact in ("name", "version", "licence", "source", "use"))
        assert "LICENSE" in package["sha256"]


def test_a_changed_and_an_unlisted_file_are_found(tmp_path):
    copy = tmp_path / "vendor"
    shutil.copytree(VENDOR, copy)
    script = copy / "htmx.org-4.0.1" / "htmx.min.js"
    script.write_bytes(script.read_bytes() + b" ")
    (copy / "other.js").write_text("")
    assert differences(copy) == ["htmx.org-4.0.1/htmx.min.js", "other.js"]
