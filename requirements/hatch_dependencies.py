"""Read the package's dependencies from run.in, so that they stand in one place."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RunDependencies(MetadataHookInterface):
    """Fill `dependencies` from requirements/run.in."""

    def update(self, metadata: dict) -> None:
        lines = (Path(self.root) / "requirements/run.in").read_text("utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]
