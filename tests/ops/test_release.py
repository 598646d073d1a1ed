"""A release is built from what is committed, and says what users gain."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from ops.bundle.build import version_of
from ops.release import ReleaseError, bundles, notes_of, release, widget

ROOT = Path(__file__).parents[2]
CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n- Later.\n\n## 1.2.3 (2030-01-01)\n\n- Readers gain much.\n\n## 1.2.2\n\n- Less.\n"
)
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@blog.example", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *IDENTITY, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  git


def committed(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A change")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository, ready to be released."""
    root = tmp_path / "project"
    files = {
        "pyproject.toml": '[project]\nversion = "1.2.3"\n',
        "CHANGELOG.md": CHANGELOG,
        ".gitignore": "dist/\n",
        "app.py": "app = 1\n",
        "chalicelib/core/ids.py": "IDS = 1\n",
        "chalicelib/cli/main.py": "",
        "chalicelib/static/widget/widget.js": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "--quiet", str(root))
    committed(root)
    for name, value in (("user.name", "Ada"), ("user.email", "ada@blog.example"), ("tag.gpgsign", "false")):
        git(root, "config", name, value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return root


def built(_root: Path, target: Path, version: str) -> None:
    """Replaces the builders of a release."""
    (target / "widget").mkdir()
    (target / "widget" / "widget.js").write_text(f"// {version}\n", encoding="utf-8")


def test_a_release_has_its_notes_its_files_and_their_hashes(project: Path) -> None:
    target = release(project, [built])

    assert target == project / "dist/1.2.3"
    assert (target / "RELEASE_NOTES.md").read_text() == "# Afterword 1.2.3\n\n- Readers gain much.\n"
    lines = [line.split("  ") for line in (target / "SHA256SUMS").read_text().splitlines()]
    assert {name: sha256 for sha256, name in lines} == {
        name: hashlib.sha256((target / name).read_bytes()).hexdigest()
        for name in ("RELEASE_NOTES.md", "widget/widget.js")
    }


def test_the_code_that_answers_requests_is_kept_for_upgrade_tests(project: Path) -> None:
    release(project, [])

    with tarfile.open(project / "tests/upgrade/released/1.2.3.tar.xz") as archive:
        assert archive.getnames() == ["app.py", "chalicelib/core/ids.py"]


def test_the_tag_is_made_only_when_asked_for_and_after_everything_is_committed(project: Path) -> None:
    release(project, [])
    assert git(project, "tag") == ""
    with pytest.raises(ReleaseError, match=r"\?\? tests/"):
        release(project, [], tag=True)

    committed(project)
    release(project, [], tag=True)

    assert git(project, "status", "--porcelain") == ""
    assert git(project, "cat-file", "-t", "v1.2.3") == "tag\n"
    assert "Readers gain much." in git(project, "tag", "--list", "--format=%(contents)", "v1.2.3")


def test_what_is_not_committed_is_not_released(project: Path) -> None:
    (project / "app.py").write_text("app = 2\n", encoding="utf-8")

    with pytest.raises(ReleaseError, match=r"Commit or remove these first:\n M app\.py"):
        release(project, [])

    assert not (project / "dist").exists()


def test_a_version_is_released_from_one_commit(project: Path) -> None:
    git(project, "tag", "--annotate", "v1.2.3", "--message", "Released")
    (project / "app.py").write_text("app = 2\n", encoding="utf-8")
    committed(project)

    with pytest.raises(ReleaseError, match=r"v1\.2\.3 is another commit"):
        release(project, [])


@pytest.mark.parametrize("changelog", ["## 1.2.30\n\n- More.\n", "## 1.2.3\n\n## 1.2.2\n\n- Less.\n", "- 1.2.3\n"])
def test_a_version_that_the_changelog_does_not_explain_is_not_released(changelog: str) -> None:
    with pytest.raises(ReleaseError, match=r"has no section “## 1\.2\.3”"):
        notes_of(changelog, "1.2.3")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")
@pytest.mark.skipif(not (ROOT / "web/node_modules").is_dir(), reason="web/node_modules is not installed: make widget")
def test_the_real_project_is_released_from_a_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone))
    version = version_of(clone)
    (clone / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version}\n\n- Everything.\n", encoding="utf-8")
    (clone / "web/node_modules").symlink_to(ROOT / "web/node_modules")
    (clone / ".git/info/exclude").write_text("web/node_modules\n", encoding="utf-8")
    git(clone, "config", "user.name", "Ada")
    git(clone, "config", "user.email", "ada@blog.example")
    git(clone, "commit", "--quiet", "--all", "--message", "The changelog")

    target = release(clone, [widget, bundles])

    names = {path.relative_to(target).as_posix() for path in target.rglob("*")}
    files = {f"afterword-{version}-{each}.{kind}" for each in ("arm64", "x86_64") for kind in ("zip", "cdx.json")}
    assert names >= {"RELEASE_NOTES.md", "SHA256SUMS", "widget/widget.js", "widget/INTEGRITY.txt", *files}
    assert git(clone, "status", "--porcelain").split() == ["M", "web/released.json", "??", "tests/upgrade/released/"]
