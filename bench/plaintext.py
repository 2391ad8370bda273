"""Bare Litestar plaintext under the same server: the most that this stack can answer."""

from litestar import Litestar, MediaType, get, post


@get("/", media_type=MediaType.TEXT, sync_to_thread=False)
def hello() -> str:
    return "hello"


@post("/", media_type=MediaType.TEXT, status_code=200, sync_to_thread=False)
def took() -> str:
    return "kept"


app = Litestar([hello, took], openapi_config=None, logging_config=None)
