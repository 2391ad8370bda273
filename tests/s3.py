"""A private S3 server for the tests (SeaweedFS): its own folder, its own ports on 127.0.0.1, gone at the end."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.machine import free_ports, memory

KEY, SECRET = "gongxuan", "known to the tests alone"
PARTS = ("master", "volume", "filer", "s3")


class Server:
    """A server that knows one key; a bucket is made when something is first put into it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gongxuan-s3-", dir=memory()))
        self._process: subprocess.Popen[bytes] | None = None
        ports = free_ports(2 * len(PARTS))
        names = [f"{part}.port{inner}" for part in PARTS for inner in ("", ".grpc")]
        self._ports = dict(zip(names, ports, strict=True))
        self.port = self._ports["s3.port"]
        self.address = f"http://127.0.0.1:{self.port}"
        known = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
        (self._folder / "known.json").write_text(json.dumps({"identities": [known]}))

    def environment(self) -> dict[str, str]:
        """The settings by which it is used, as an operator gives them."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def start(self) -> None:
        """Start the server and wait until it answers."""
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("weed"), "-logtostderr", "server", f"-dir={self._folder}", "-s3",
                 "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.config=known.json", "-master.telemetry=false",
                 "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.localSocket={self._folder}/s3.sock",
                 f"-filer.localSocket={self._folder}/filer.sock", "-master.volumeSizeLimitMB=64", "-volume.max=60",
                 "-volume.preStopSeconds=0", *ports],
                cwd=self._folder, env={**os.environ, "GOMEMLIMIT": "128MiB"}, stdout=log, stderr=log,
            )  # fmt: skip
        for _ in range(600):
            if self._answers():
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the S3 server did not start:\n{(self._folder / 'log').read_text()[-5000:]}")

    def crash(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.crash()
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False
